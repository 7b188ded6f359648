// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.store.dispatch.Incident;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/** The last {@value #KEPT} incidents since the start, about a hundred bytes each. Owned by the shard's thread. */
final class Incidents {
    private static final int KEPT = 4096;

    private final ArrayDeque<Incident> kept = new ArrayDeque<>();

    void add(Incident incident) {
        if (kept.size() == KEPT) {
            kept.removeFirst();
        }
        kept.addLast(incident);
    }

    void each(Consumer<Incident> action) {
        kept.forEach(action);
    }
}
