// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.destination.AddressPrefixes;
import io.postrider.jms.uri.Server;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.engine.Connection;
import org.jspecify.annotations.Nullable;

/**
 * What the broker said of itself in its open. Immutable.
 *
 * @param capabilities offered
 * @param failover the brokers it named to turn to instead of it
 * @param hasFailed whether it announced that a close with the reason follows
 */
public record RemotePeer(
        Set<String> capabilities, AddressPrefixes prefixes, boolean hasFailed, List<Map<String, String>> failover) {
    private static final Symbol FAILED = Symbol.valueOf("amqp:connection-establishment-failed");
    private static final Symbol QUEUE_PREFIX = Symbol.valueOf("queue-prefix");
    private static final Symbol TOPIC_PREFIX = Symbol.valueOf("topic-prefix");

    private static final Symbol FAILOVER_LIST = Symbol.valueOf("failover-server-list");

    public RemotePeer {
        capabilities = Set.copyOf(capabilities);
        failover = List.copyOf(failover);
    }

    /** Whether a message that is sent again with the same x-opt-dedupe-id is kept once. */
    public boolean removesDuplicates() {
        return capabilities.contains("POSTRIDER_DEDUPLICATION");
    }

    /**
     * The brokers to turn to instead of this one.
     *
     * @param self gives what an entry leaves out
     */
    public List<Server> servers(Server self) {
        List<Server> servers = new ArrayList<>();
        for (Map<String, String> entry : failover) {
            String host = entry.getOrDefault("network-host", entry.getOrDefault("hostname", ""));
            String port = entry.getOrDefault("port", "");
            String scheme = entry.getOrDefault("scheme", "");
            if (!host.isEmpty()) {
                Server.Scheme chosen = scheme.isEmpty() ? self.scheme() : Server.Scheme.of(scheme);
                int number = port.matches("\\d{1,5}") ? Integer.parseInt(port) : chosen.defaultPort();
                servers.add(new Server(chosen, host, number, entry.getOrDefault("path", self.path())));
            }
        }
        return servers;
    }

    private static List<Map<String, String>> failover(@Nullable Map<Symbol, Object> properties) {
        Object value = properties == null ? null : properties.get(FAILOVER_LIST);
        List<Map<String, String>> entries = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Map<?, ?> map) {
                    Map<String, String> entry = new HashMap<>();
                    map.forEach((key, field) -> entry.put(String.valueOf(key), String.valueOf(field)));
                    entries.add(entry);
                }
            }
        }
        return entries;
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
                properties != null && properties.containsKey(FAILED),
                failover(properties));
    }

    private static String text(@Nullable Map<Symbol, Object> properties, Symbol key) {
        Object value = properties == null ? null : properties.get(key);
        return value == null ? "" : value.toString();
    }
}
