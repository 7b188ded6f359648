// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Link names of a connection's subscriptions. The broker takes the part before the last {@code |} as the subscription's
 * name; what follows keeps the links of one subscription apart. Any thread.
 */
final class SubscriptionNames {
    private final boolean hasClientId;
    private final Map<String, Integer> counters = new HashMap<>();
    private final Set<String> exclusive = new HashSet<>();

    SubscriptionNames(boolean hasClientId) {
        this.hasClientId = hasClientId;
    }

    static String check(@Nullable String name) throws JMSException {
        if (name == null || name.isEmpty()) {
            throw new JMSException("Expected a subscription name, but got " + (name == null ? "null" : "''"));
        }
        if (name.indexOf('|') >= 0) {
            throw new JMSException("Expected a subscription name without '|', but got '" + name + "'");
        }
        return name;
    }

    /** Takes the name of an exclusive durable subscription. */
    synchronized String takeExclusive(String name) throws JMSException {
        if (!hasClientId) {
            throw new IllegalStateException("A durable subscription that is not shared needs a client ID");
        }
        if (!exclusive.add(name)) {
            throw new IllegalStateException("The durable subscription '" + name + "' already has a consumer");
        }
        return name;
    }

    synchronized void checkNoConsumer(String name) throws JMSException {
        if (exclusive.contains(name)) {
            throw new IllegalStateException("The durable subscription '" + name + "' has a consumer");
        }
    }

    synchronized void giveBackExclusive(String name) {
        exclusive.remove(name);
    }

    synchronized String shared(String name, boolean isDurable) {
        String base = name + '|';
        if (isDurable) {
            if (hasClientId) {
                int number = next(base + "durable");
                return number == 1 ? name : base + number;
            }
            int number = next(base + "global");
            return number == 1 ? base + "global" : base + "global" + number;
        }
        String suffix = hasClientId ? "volatile" : "global-volatile";
        return base + suffix + next(base + suffix);
    }

    /** Name under which a durable subscription is looked up. */
    String lookup(String name) {
        return hasClientId ? name : name + "|global";
    }

    boolean hasClientId() {
        return hasClientId;
    }

    private int next(String key) {
        return counters.merge(key, 1, Integer::sum);
    }
}
