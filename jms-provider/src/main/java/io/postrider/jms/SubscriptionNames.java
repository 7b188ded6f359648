// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions a connection uses, and the names of their links. The broker takes the part before the last {@code |} as
 * the subscription's name; what follows keeps the links of one subscription apart. What contradicts a consumer of this
 * connection is refused here, because two links of one container would otherwise be one to the broker (Jakarta Messaging
 * 3.1 §8.3). Any thread.
 */
final class SubscriptionNames {
    private final boolean hasClientId;
    private final Map<String, Integer> counters = new HashMap<>();
    private final Map<String, Use> uses = new HashMap<>();

    /** A subscription with consumers here, all of which asked for the same. */
    private static final class Use {
        private final ConsumerSpec spec;
        private int consumers;

        Use(ConsumerSpec spec) {
            this.spec = spec;
        }
    }

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

    /**
     * Takes part in a subscription for one more consumer.
     *
     * @param spec of a durable or shared subscription
     * @return the name of the consumer's link
     */
    synchronized String take(ConsumerSpec spec) throws JMSException {
        String name = check(spec.subscription());
        if (!spec.isShared() && !hasClientId) {
            throw new IllegalStateException("A durable subscription that is not shared needs a client ID");
        }
        Use use = uses.computeIfAbsent(key(spec), key -> new Use(spec));
        if (use.consumers > 0) {
            checkSame(name, use.spec, spec);
        }
        use.consumers++;
        return spec.isShared() ? shared(name, spec.isDurable()) : name;
    }

    private static void checkSame(String name, ConsumerSpec first, ConsumerSpec second) throws JMSException {
        if (!first.isShared() || !second.isShared()) {
            throw new IllegalStateException("The durable subscription '" + name + "' already has a consumer");
        }
        if (!first.equals(second)) {
            throw new IllegalStateException("The shared subscription '" + name
                    + "' has consumers with another topic or selector: expected " + first.destination() + " and "
                    + first.selector() + ", but got " + second.destination() + " and " + second.selector());
        }
    }

    /** A consumer is gone. */
    synchronized void giveBack(ConsumerSpec spec) {
        String key = key(spec);
        Use use = uses.get(key);
        if (use != null && --use.consumers == 0) {
            uses.remove(key);
        }
    }

    synchronized void checkNoConsumer(String name) throws JMSException {
        if (uses.containsKey(durableKey(name))) {
            throw new IllegalStateException("The durable subscription '" + name + "' has a consumer");
        }
    }

    /** Durable subscriptions are one set of names, shared volatile ones another. */
    private static String key(ConsumerSpec spec) {
        return spec.isDurable() ? durableKey(String.valueOf(spec.subscription())) : "volatile|" + spec.subscription();
    }

    private static String durableKey(String name) {
        return "durable|" + name;
    }

    private String shared(String name, boolean isDurable) {
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
