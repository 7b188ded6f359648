// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.destination.AddressPrefixes;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.engine.Connection;
import org.jspecify.annotations.Nullable;

/**
 * What the broker said of itself in its open. Immutable.
 *
 * @param capabilities offered
 * @param hasFailed whether it announced that a close with the reason follows
 */
public record RemotePeer(Set<String> capabilities, AddressPrefixes prefixes, boolean hasFailed) {
    private static final Symbol FAILED = Symbol.valueOf("amqp:connection-establishment-failed");
    private static final Symbol QUEUE_PREFIX = Symbol.valueOf("queue-prefix");
    private static final Symbol TOPIC_PREFIX = Symbol.valueOf("topic-prefix");

    public RemotePeer {
        capabilities = Set.copyOf(capabilities);
    }

    public boolean hasAnonymousRelay() {
        return capabilities.contains("ANONYMOUS-RELAY");
    }

    public boolean hasDelayedDelivery() {
        return capabilities.contains("DELAYED_DELIVERY");
    }

    public boolean hasSharedSubscriptions() {
        return capabilities.contains("SHARED-SUBS");
    }

    /** Whether an outcome that was sent unsettled is settled by the broker once it is durable. */
    public boolean confirmsOutcomes() {
        return capabilities.contains("POSTRIDER_CONFIRMED_OUTCOMES");
    }

    static RemotePeer of(Connection connection) {
        Set<String> capabilities = new HashSet<>();
        Symbol[] offered = connection.getRemoteOfferedCapabilities();
        if (offered != null) {
            for (Symbol symbol : offered) {
                capabilities.add(symbol.toString());
            }
        }
        Map<Symbol, Object> properties = connection.getRemoteProperties();
        // Only the presence of the failure mark counts: brokers disagree about the type of its value.
        return new RemotePeer(
                capabilities,
                new AddressPrefixes(text(properties, QUEUE_PREFIX), text(properties, TOPIC_PREFIX)),
                properties != null && properties.containsKey(FAILED));
    }

    private static String text(@Nullable Map<Symbol, Object> properties, Symbol key) {
        Object value = properties == null ? null : properties.get(key);
        return value == null ? "" : value.toString();
    }
}
