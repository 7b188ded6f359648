// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.Capabilities;
import io.postrider.amqp.codec.ErrorConditions;
import io.postrider.amqp.engine.OutgoingDelivery;
import io.postrider.amqp.engine.OutgoingEndpoint;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerGateway;
import io.postrider.api.port.Reply;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * A receiving link attached with a null source: it looks a durable subscription up, and a closing detach deletes it. This is
 * how JMS clients unsubscribe. Owned by the connection's event loop.
 */
final class StoredSubscriptionLink implements OutgoingEndpoint.Handler, Reply<SubscriptionDefinition> {
    private final ServerConnection connection;
    private final OutgoingEndpoint endpoint;
    private final BrokerGateway gateway;
    private final Attach attach;
    private final SubscriptionKey key;
    private boolean isFound;

    StoredSubscriptionLink(
            ServerConnection connection, OutgoingEndpoint endpoint, BrokerGateway gateway, Attach attach) {
        this.connection = connection;
        this.endpoint = endpoint;
        this.gateway = gateway;
        this.attach = attach;
        String scope = AttachTerms.contains(attach.getDesiredCapabilities(), Capabilities.GLOBAL)
                ? SubscriptionKey.GLOBAL_SCOPE
                : connection.containerId();
        this.key = new SubscriptionKey(connection.virtualHost(), scope, SubscriptionNames.shared(attach.getName()));
        endpoint.handler(this);
    }

    void open() {
        gateway.findSubscription(key, this);
    }

    @Override
    public void ok(SubscriptionDefinition definition) {
        connection.hand(() -> {
            isFound = true;
            endpoint.accept(reply(definition));
        });
    }

    @Override
    public void rejected(Rejection rejection) {
        connection.hand(() -> endpoint.refuse(ErrorConditions.condition(rejection)));
    }

    private Attach reply(SubscriptionDefinition definition) {
        List<Symbol> capabilities = new ArrayList<>();
        capabilities.add(Capabilities.TOPIC);
        if (definition.isShared()) {
            capabilities.add(Capabilities.SHARED);
        }
        if (definition.key().scope().equals(SubscriptionKey.GLOBAL_SCOPE)) {
            capabilities.add(Capabilities.GLOBAL);
        }
        Source source = new Source();
        source.setAddress(definition.topic().name());
        source.setDurable(TerminusDurability.CONFIGURATION);
        source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        source.setCapabilities(capabilities.toArray(Symbol[]::new));
        Attach reply = new Attach();
        reply.setSource(source);
        reply.setTarget(attach.getTarget() == null ? new Target() : attach.getTarget());
        AttachTerms.echoModes(attach, reply);
        return reply;
    }

    @Override
    public void remoteDetached(boolean isClosed, @Nullable ErrorCondition error) {
        if (isClosed && isFound) {
            gateway.deleteSubscription(key, new Unsubscribed(connection, endpoint, false));
        } else {
            endpoint.detach(isClosed, null);
        }
    }

    @Override
    public void lost(boolean isOrderly) {
        // Nothing is held.
    }

    @Override
    public void flow() {
        // Credit on a link that only looks a subscription up is not used; a drain is answered all the same.
        endpoint.drained();
    }

    @Override
    public void disposition(OutgoingDelivery delivery, boolean isSettled, @Nullable DeliveryState state) {
        throw new IllegalStateException("Expected no delivery on link " + endpoint.name());
    }

    @Override
    public void windowOpened() {
        // Nothing is sent here.
    }
}
