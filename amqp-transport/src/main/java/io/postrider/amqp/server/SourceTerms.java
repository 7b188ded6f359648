// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.Capabilities;
import io.postrider.amqp.codec.Filters;
import io.postrider.amqp.codec.Outcomes;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Durability;
import io.postrider.api.port.ConsumerRequest.Mode;
import io.postrider.api.port.ConsumerRequest.SubscriptionRequest;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.jspecify.annotations.Nullable;

/**
 * What a receiving peer asked for in its attach (AMQP 1.0 §3.5.3), and the attach that grants it. Immutable, but for the
 * reply, which is sent once.
 */
final class SourceTerms {
    private static final Symbol COPY = Symbol.valueOf("copy");
    private static final Symbol[] OUTCOMES = {
        Symbol.valueOf("amqp:accepted:list"),
        Symbol.valueOf("amqp:rejected:list"),
        Symbol.valueOf("amqp:released:list"),
        Symbol.valueOf("amqp:modified:list")
    };
    private static final Set<Symbol> GRANTED = Set.of(
            Capabilities.QUEUE,
            Capabilities.TOPIC,
            Capabilities.TEMPORARY_QUEUE,
            Capabilities.TEMPORARY_TOPIC,
            Capabilities.SHARED,
            Capabilities.GLOBAL);

    private final String linkName;
    private final Source source;
    private final Attach attach;
    private final Set<Symbol> capabilities;
    private final Filters.Applied filters;
    private final Outcome defaultOutcome;
    private final boolean isSentSettled;

    SourceTerms(Attach attach, Source source, Filters.Applied filters) {
        this.linkName = attach.getName();
        this.attach = attach;
        this.source = source;
        // Some clients put what they ask of our terminus into their own.
        this.capabilities = Capabilities.of(source.getCapabilities());
        if (attach.getTarget() instanceof Target own) {
            this.capabilities.addAll(Capabilities.of(own.getCapabilities()));
        }
        this.filters = filters;
        this.defaultOutcome = Outcomes.defaultOutcome(source);
        this.isSentSettled = attach.getSndSettleMode() == SenderSettleMode.SETTLED;
    }

    boolean isSentSettled() {
        return isSentSettled;
    }

    Source source() {
        return source;
    }

    /** Whether the peer insists on one of JMS' temporary destinations, from which only its creator may receive. */
    boolean asksForTemporary() {
        return Capabilities.asksForTemporary(capabilities);
    }

    Set<Symbol> capabilities() {
        return capabilities;
    }

    /** Whether the source asks for copies; on a topic every subscription has its own copy anyway. */
    boolean wantsCopies() {
        return source.getDistributionMode() != null
                && COPY.equals(source.getDistributionMode())
                && !isDurable()
                && !isShared();
    }

    private boolean isDurable() {
        TerminusDurability durability = source.getDurable();
        return (durability != null && durability != TerminusDurability.NONE)
                || source.getExpiryPolicy() == TerminusExpiryPolicy.NEVER;
    }

    private boolean isShared() {
        return capabilities.contains(Capabilities.SHARED);
    }

    /** Outcome of a delivery that ends without one being named. */
    DeliveryState defaultState() {
        return Outcomes.state(defaultOutcome);
    }

    Outcome defaultOutcome() {
        return defaultOutcome;
    }

    Mode mode(boolean isTopic) {
        if (wantsCopies() && !isTopic) {
            return Mode.BROWSE;
        }
        return isSentSettled ? Mode.AT_MOST_ONCE : Mode.ACKNOWLEDGE;
    }

    /**
     * @param owner the connection id under which the broker lets the link in
     * @param subscription name of the subscription that the address itself names, or null
     */
    ConsumerRequest request(
            ServerConnection connection,
            AddressKey key,
            @Nullable AddressKind kind,
            String owner,
            @Nullable String subscription) {
        ConsumerRequest request = new ConsumerRequest(
                key,
                kind,
                (subscription == null
                                ? subscription(connection.containerId())
                                : new SubscriptionRequest(
                                        Durability.DURABLE, true, SubscriptionKey.GLOBAL_SCOPE, subscription))
                        .startingAt(filters.start()),
                filters.selector(),
                filters.noLocal(),
                mode(kind == AddressKind.TOPIC),
                defaultOutcome,
                owner,
                connection.containerId(),
                connection.user());
        return request.withDeferralTokens(filters.deferralTokens()).withPriority(ConsumerPriority.of(attach));
    }

    private SubscriptionRequest subscription(String containerId) {
        String scope = capabilities.contains(Capabilities.GLOBAL) ? SubscriptionKey.GLOBAL_SCOPE : containerId;
        if (isDurable()) {
            return new SubscriptionRequest(
                    Durability.DURABLE, isShared(), scope, isShared() ? SubscriptionNames.shared(linkName) : linkName);
        }
        return isShared()
                ? new SubscriptionRequest(Durability.VOLATILE, true, scope, SubscriptionNames.shared(linkName))
                : SubscriptionRequest.VOLATILE;
    }

    /** The durable subscription that a closing detach deletes (AMQP 1.0 §2.6.6). */
    SubscriptionKey subscriptionKey(ServerConnection connection) {
        SubscriptionRequest request = subscription(connection.containerId());
        String name = request.name();
        return new SubscriptionKey(connection.virtualHost(), request.scope(), name == null ? linkName : name);
    }

    boolean isDurableSubscription(AddressKind kind) {
        return kind == AddressKind.TOPIC && isDurable();
    }

    boolean isSharedSubscription() {
        return isShared();
    }

    /** The attach that grants what was asked, as far as it is applied (AMQP 1.0 §2.6.3). */
    Attach reply(String address, Terminus terminus) {
        Source granted = new Source();
        granted.setAddress(address);
        granted.setDurable(isDurable() ? TerminusDurability.CONFIGURATION : TerminusDurability.NONE);
        granted.setExpiryPolicy(terminus.policy());
        granted.setTimeout(terminus.grantedTimeout());
        granted.setDistributionMode(source.getDistributionMode());
        granted.setDefaultOutcome(source.getDefaultOutcome());
        Symbol[] outcomes = source.getOutcomes();
        granted.setOutcomes(outcomes == null || outcomes.length == 0 ? OUTCOMES : outcomes);
        Map<Symbol, Object> applied = filters.applied();
        if (!applied.isEmpty()) {
            granted.setFilter(applied);
        }
        granted.setCapabilities(capabilities.stream().filter(GRANTED::contains).toArray(Symbol[]::new));
        DynamicNode node = terminus.node();
        if (node != null) {
            granted.setDynamic(true);
            granted.setDynamicNodeProperties(node.policy().properties());
        }
        Attach reply = new Attach();
        reply.setSource(granted);
        reply.setTarget(attach.getTarget());
        AttachTerms.echoModes(attach, reply);
        return reply;
    }
}
