// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/** Messages that are in no log, by the time at which something happens to them: due, or expired. Owned by the shard's thread. */
final class Schedule {
    /** One appointment; it is void when the entry has another time or state by then. */
    private record Slot(long timeMs, long order, Entry entry) implements Comparable<Slot> {
        @Override
        public int compareTo(Slot other) {
            int byTime = Long.compare(timeMs, other.timeMs);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Slot> slots = new PriorityQueue<>();

    void add(long timeMs, Entry entry) {
        slots.add(new Slot(timeMs, -entry.offset, entry));
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    /** Time of the next appointment; only when not empty. */
    long nextMs() {
        return slots.element().timeMs;
    }

    /** Takes out what is due, in order of time and then of place. */
    List<Entry> due(long nowMs) {
        List<Entry> due = new ArrayList<>();
        while (!slots.isEmpty() && slots.element().timeMs <= nowMs) {
            due.add(slots.remove().entry);
        }
        return due;
    }
}
