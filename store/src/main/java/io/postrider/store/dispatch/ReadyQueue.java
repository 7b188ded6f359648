// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.message.Message;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The messages one group of consumers may take: highest priority first, then by place. Owned by the shard's thread.
 *
 * <p>An entry is never taken out of the middle: whoever takes it changes its state, and entries that are not ready are skipped when
 * they come to the head. A message that comes back goes into a small sorted map, so that the common first-in first-out case
 * costs one array slot. An entry may stand in both; the second sight of it is skipped, or is in its right place.
 */
final class ReadyQueue {
    private static final int STALE_MAX = 1024;

    /** One priority: arrivals in order, and those that came back. */
    private static final class Level {
        final ArrayDeque<Entry> arrivals = new ArrayDeque<>();
        final TreeMap<Long, Entry> returned = new TreeMap<>();
        int compactAt = STALE_MAX;

        @Nullable
        Entry head() {
            Entry arrival = arrivals.peekFirst();
            while (arrival != null && arrival.state != Entry.State.READY) {
                arrivals.pollFirst();
                arrival = arrivals.peekFirst();
            }
            if (returned.isEmpty()) {
                return arrival;
            }
            Map.Entry<Long, Entry> back = returned.firstEntry();
            while (back != null
                    && (back.getValue().state != Entry.State.READY || back.getValue().order != back.getKey())) {
                returned.pollFirstEntry();
                back = returned.firstEntry();
            }
            if (back == null) {
                return arrival;
            }
            return arrival == null || back.getKey() < arrival.order ? back.getValue() : arrival;
        }

        @Nullable
        Entry firstFor(Consumption consumer) {
            Entry best = null;
            for (Entry entry : returned.values()) {
                if (entry.state == Entry.State.READY && !entry.excludes(consumer)) {
                    best = entry;
                    break;
                }
            }
            for (Entry entry : arrivals) {
                if (entry.state == Entry.State.READY && !entry.excludes(consumer)) {
                    return best == null || entry.order < best.order ? entry : best;
                }
            }
            return best;
        }

        /** A group without credit would collect what others have taken. */
        void compact() {
            if (arrivals.size() < compactAt) {
                return;
            }
            for (Iterator<Entry> each = arrivals.iterator(); each.hasNext(); ) {
                if (each.next().state == Entry.State.DONE) {
                    each.remove();
                }
            }
            compactAt = Math.max(STALE_MAX, arrivals.size() * 2);
        }
    }

    private final @Nullable Level[] levels = new Level[Message.PRIORITY_MAX + 1];
    private int highest = -1;

    void addArrival(Entry entry) {
        Level level = level(entry);
        level.arrivals.addLast(entry);
        level.compact();
    }

    void addReturned(Entry entry) {
        level(entry).returned.put(entry.order, entry);
    }

    private Level level(Entry entry) {
        int priority = entry.message.priority();
        highest = Math.max(highest, priority);
        Level level = levels[priority];
        if (level == null) {
            level = new Level();
            levels[priority] = level;
        }
        return level;
    }

    /** The next message a consumer may take; it stays until its state changes. */
    @Nullable
    Entry peek(Consumption consumer) {
        for (int priority = highest; priority >= 0; priority--) {
            Level level = levels[priority];
            if (level == null) {
                continue;
            }
            Entry head = level.head();
            if (head != null && head.hasExclusions() && head.excludes(consumer)) {
                head = level.firstFor(consumer);
            }
            if (head != null) {
                highest = Math.max(highest, priority);
                return head;
            }
            if (priority == highest && level.arrivals.isEmpty() && level.returned.isEmpty()) {
                highest--;
            }
        }
        return null;
    }
}
