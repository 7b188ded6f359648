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
        boolean isReplayed;
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
    /** Everything at or above it is retained; -1 if nothing is. */
    long retainedFrom = -1;

    int ring;

    ModelQueue(int id) {
        this.id = id;
    }

    boolean isWanted(long offset) {
        return subs.values().stream().anyMatch(sub -> sub.left.containsKey(offset));
    }

    boolean isHeld(long offset) {
        return (retainedFrom >= 0 && offset >= retainedFrom) || isWanted(offset);
    }

    /** A message is there: the oldest ones make room where there is none. */
    void displace() {
        for (Sub sub : subs.values()) {
            while (ring > 0 && sub.left.size() > ring) {
                long meanBytes = sub.bytes / sub.left.size();
                sub.left.pollFirstEntry();
                sub.release(meanBytes);
            }
        }
    }

    /** Returns how many came back. */
    long rewind(Sub sub, OffsetRanges offsets) {
        long count = 0;
        for (int range = 0; range < offsets.rangeCount(); range++) {
            for (long offset = Math.max(retainedFrom, offsets.first(range));
                    offset <= Math.min(log.size() - 1, offsets.last(range));
                    offset++) {
                if (!sub.left.containsKey(offset)) {
                    Left left = new Left();
                    left.isReplayed = true;
                    sub.left.put(offset, left);
                    count++;
                }
            }
        }
        return count;
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
