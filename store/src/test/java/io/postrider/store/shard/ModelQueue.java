// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.command.OffsetRanges;
import io.postrider.api.message.Annotations;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One address as simply as it can be said: a list of messages, and for each subscription what is left of it. One thread. */
final class ModelQueue {
    /** A message of the log. */
    record Stored(long bytes, long bodyId) {}

    /** What a subscription still has to do with a message. */
    static final class Left {
        int attempts;
        boolean isAside;
        Annotations merged = Annotations.NONE;
    }

    /** One subscription. */
    static final class Sub {
        final int id;
        final TreeMap<Long, Left> left = new TreeMap<>();
        long bytes;
        long shownUpTo;

        Sub(int id, long end) {
            this.id = id;
            this.shownUpTo = end;
        }

        void release(long more) {
            bytes = left.isEmpty() ? 0 : Math.max(0, bytes - more);
        }
    }

    final int id;
    final List<Stored> log = new ArrayList<>();
    final Map<String, Sub> subs = new TreeMap<>();

    ModelQueue(int id) {
        this.id = id;
    }

    boolean isWanted(long offset) {
        return subs.values().stream().anyMatch(sub -> sub.left.containsKey(offset));
    }

    /** Returns how many of them were left. */
    static long finish(Sub sub, OffsetRanges offsets, long bytes) {
        long count = 0;
        for (int range = 0; range < offsets.rangeCount(); range++) {
            for (long offset = offsets.first(range); offset <= offsets.last(range); offset++) {
                count += sub.left.remove(offset) == null ? 0 : 1;
            }
        }
        long named = offsets.offsetCount();
        sub.release(count == named ? bytes : (long) ((double) bytes * count / named));
        return count;
    }

    static Map<Long, Integer> attempts(Sub sub) {
        Map<Long, Integer> attempts = new HashMap<>();
        sub.left.forEach((offset, left) -> {
            if (left.attempts > 0) {
                attempts.put(offset, left.attempts);
            }
        });
        return attempts;
    }
}
