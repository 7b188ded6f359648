// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.Capabilities;
import java.util.Arrays;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.jspecify.annotations.Nullable;

/** What a sending peer asked for in its attach (AMQP 1.0 §3.5.4), and the attach that grants it. */
final class TargetTerms {
    private static final Set<Symbol> GRANTED =
            Set.of(Capabilities.QUEUE, Capabilities.TOPIC, Capabilities.TEMPORARY_QUEUE, Capabilities.TEMPORARY_TOPIC);

    private final Attach attach;
    private final Target target;
    private final Set<Symbol> capabilities;
    private final long messageBytesMax;
    private final int window;

    /**
     * @param messageBytesMax largest message we take
     * @param window deliveries the peer may have under way
     */
    TargetTerms(Attach attach, Target target, long messageBytesMax, int window) {
        this.window = window;
        this.attach = attach;
        this.target = target;
        this.capabilities = Capabilities.of(target.getCapabilities());
        if (attach.getSource() instanceof Source own) {
            this.capabilities.addAll(Capabilities.of(own.getCapabilities()));
        }
        this.messageBytesMax = messageBytesMax;
    }

    /** Whether the peer's source knows the outcome rejected; one that names no outcomes is taken to know them all. */
    boolean allowsRejected() {
        return allowsRejected(attach);
    }

    static boolean allowsRejected(Attach attach) {
        if (!(attach.getSource() instanceof Source source)) {
            return true;
        }
        Symbol[] outcomes = source.getOutcomes();
        return outcomes == null
                || outcomes.length == 0
                || Arrays.asList(outcomes).contains(Rejected.DESCRIPTOR_SYMBOL)
                || source.getDefaultOutcome() instanceof Rejected;
    }

    int window() {
        return window;
    }

    Set<Symbol> capabilities() {
        return capabilities;
    }

    /** @param address as the peer wrote it, or of the node made for it; null for the anonymous terminus */
    Attach reply(@Nullable String address, Terminus terminus) {
        Target granted = new Target();
        granted.setAddress(address);
        granted.setDurable(
                target.getDurable() == null || target.getDurable() == TerminusDurability.NONE
                        ? TerminusDurability.NONE
                        : TerminusDurability.CONFIGURATION);
        granted.setExpiryPolicy(terminus.policy());
        granted.setTimeout(terminus.grantedTimeout());
        granted.setCapabilities(capabilities.stream().filter(GRANTED::contains).toArray(Symbol[]::new));
        DynamicNode node = terminus.node();
        if (node != null) {
            granted.setDynamic(true);
            granted.setDynamicNodeProperties(node.policy().properties());
        }
        Attach reply = new Attach();
        reply.setTarget(granted);
        reply.setSource(attach.getSource() == null ? new Source() : attach.getSource());
        reply.setMaxMessageSize(UnsignedLong.valueOf(messageBytesMax));
        AttachTerms.echoModes(attach, reply);
        if (AttachTerms.contains(attach.getDesiredCapabilities(), Capabilities.DELAYED_DELIVERY)) {
            reply.setOfferedCapabilities(Capabilities.DELAYED_DELIVERY);
        }
        return reply;
    }
}
