// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.address.AddressKind;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/** Names of capabilities, and the tolerant reading of fields that hold several symbols (AMQP 1.0 §1.4). Any thread. */
public final class Capabilities {
    public static final Symbol ANONYMOUS_RELAY = Symbol.valueOf("ANONYMOUS-RELAY");
    public static final Symbol SHARED_SUBS = Symbol.valueOf("SHARED-SUBS");
    public static final Symbol DELAYED_DELIVERY = Symbol.valueOf("DELAYED_DELIVERY");
    public static final Symbol SOLE_CONNECTION = Symbol.valueOf("sole-connection-for-container");

    /**
     * The broker settles a delivery whose outcome was sent unsettled once the outcome is durable, also on links in
     * receiver-settle-mode first. AMQP allows a broker to do otherwise, and some do.
     */
    public static final Symbol CONFIRMED_OUTCOMES = Symbol.valueOf("POSTRIDER_CONFIRMED_OUTCOMES");

    /** A message that is sent again with the same {@code x-opt-dedupe-id} is kept once. */
    public static final Symbol DEDUPLICATION = Symbol.valueOf("POSTRIDER_DEDUPLICATION");

    public static final Symbol PROPERTY_FILTERS = Symbol.valueOf("AMQP_FILTEX_PROP_V1_0");
    public static final Symbol SQL_FILTER = Symbol.valueOf("AMQP_FILTEX_SQL_V1_0");

    public static final Symbol LOCAL_TRANSACTIONS = Symbol.valueOf("amqp:local-transactions");
    public static final Symbol MULTI_TRANSACTIONS_PER_SESSION = Symbol.valueOf("amqp:multi-txns-per-ssn");
    public static final Symbol MULTI_SESSIONS_PER_TRANSACTION = Symbol.valueOf("amqp:multi-ssns-per-txn");

    public static final Symbol QUEUE = Symbol.valueOf("queue");
    public static final Symbol TOPIC = Symbol.valueOf("topic");
    public static final Symbol TEMPORARY_QUEUE = Symbol.valueOf("temporary-queue");
    public static final Symbol TEMPORARY_TOPIC = Symbol.valueOf("temporary-topic");
    /** Several links share the subscription. */
    public static final Symbol SHARED = Symbol.valueOf("shared");
    /** The subscription's name is unique in the whole broker, not within its container. */
    public static final Symbol GLOBAL = Symbol.valueOf("global");

    private Capabilities() {}

    /**
     * The symbols of a {@code multiple} field: none, one symbol, an array of symbols, or null elements among them. Anything
     * else a peer put there is left out.
     */
    public static Set<Symbol> of(@Nullable Object field) {
        Set<Symbol> symbols = new LinkedHashSet<>();
        if (field instanceof Symbol symbol) {
            symbols.add(symbol);
        } else if (field instanceof Object[] array) {
            for (Object element : array) {
                if (element instanceof Symbol symbol) {
                    symbols.add(symbol);
                }
            }
        } else if (field instanceof Iterable<?> list) {
            for (Object element : list) {
                if (element instanceof Symbol symbol) {
                    symbols.add(symbol);
                }
            }
        }
        return symbols;
    }

    /** Whether the capabilities ask for a queue. */
    public static boolean asksForQueue(Set<Symbol> capabilities) {
        return capabilities.contains(QUEUE) || capabilities.contains(TEMPORARY_QUEUE);
    }

    /** Whether the capabilities ask for a topic; only a topic can be shared. */
    public static boolean asksForTopic(Set<Symbol> capabilities) {
        return capabilities.contains(TOPIC) || capabilities.contains(TEMPORARY_TOPIC) || capabilities.contains(SHARED);
    }

    /** Whether the node is one of JMS' temporary destinations, from which only its own connection may receive. */
    public static boolean asksForTemporary(Set<Symbol> capabilities) {
        return capabilities.contains(TEMPORARY_QUEUE) || capabilities.contains(TEMPORARY_TOPIC);
    }

    /** The kind asked for, or null if none is; a queue where both are, which {@link AddressForms} refuses. */
    public static @Nullable AddressKind kind(Set<Symbol> capabilities) {
        if (asksForQueue(capabilities)) {
            return AddressKind.QUEUE;
        }
        return asksForTopic(capabilities) ? AddressKind.TOPIC : null;
    }
}
