// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.error.Rejection;
import io.postrider.api.port.ProducerListener;
import java.util.EnumMap;

/** Why one producer gets no credit: it gets some again when the last reason has gone. Owned by the shard's thread. */
final class Holds {
    /** Who holds a producer. */
    enum Reason {
        /** The broker is short of memory or disk. */
        BROKER,
        /** Its address is full. */
        FULL,
        /** It, or everybody at its address, sends too fast. */
        RATE
    }

    private final ProducerListener listener;
    private final EnumMap<Reason, Rejection> held = new EnumMap<>(Reason.class);

    Holds(ProducerListener listener) {
        this.listener = listener;
    }

    void hold(Reason reason, Rejection text) {
        boolean isFirst = held.isEmpty();
        held.put(reason, text);
        if (isFirst) {
            listener.blocked(text);
        }
    }

    void release(Reason reason) {
        if (held.remove(reason) != null && held.isEmpty()) {
            listener.unblocked();
        }
    }

    boolean has(Reason reason) {
        return held.containsKey(reason);
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    /** Why it gets no credit, in words; empty when it does. */
    java.util.List<String> texts() {
        return held.values().stream().map(Rejection::text).toList();
    }
}
