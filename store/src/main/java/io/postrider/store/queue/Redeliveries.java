// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.message.Annotations;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * The messages of one subscription that came back: a set of offsets for each number of attempts, and one for each time before which
 * they may not be tried again. So millions of them cost a few bytes each; only annotations that a consumer merged cost an
 * entry of a map. Owned by the shard's thread.
 */
public final class Redeliveries {
    private final TreeMap<Integer, Roaring64Bitmap> byAttempts = new TreeMap<>();
    private final FirstFailures firstFailures = new FirstFailures();
    private final TimeIndex waits = new TimeIndex(TimeIndex.Rounding.UP);
    private final TreeMap<Long, Annotations> merged = new TreeMap<>();

    public boolean isEmpty() {
        return byAttempts.isEmpty() && merged.isEmpty();
    }

    public Redelivery get(long offset) {
        if (isEmpty()) {
            return Redelivery.NONE;
        }
        int attempts = attempts(offset);
        Annotations annotations = merged.isEmpty() ? null : merged.get(offset);
        return attempts == 0 && annotations == null
                ? Redelivery.NONE
                : new Redelivery(attempts, annotations == null ? Annotations.NONE : annotations);
    }

    public int attempts(long offset) {
        for (Map.Entry<Integer, Roaring64Bitmap> level : byAttempts.entrySet()) {
            if (level.getValue().contains(offset)) {
                return level.getKey();
            }
        }
        return 0;
    }

    /** @param notBeforeMs already rounded by whoever proposed it; 0 for at once */
    void add(long offset, boolean countsAsAttempt, Annotations merge, long notBeforeMs, long nowMs) {
        if (countsAsAttempt) {
            int attempts = attempts(offset);
            removeAttempts(offset, attempts);
            if (attempts == 0) {
                firstFailures.add(offset, nowMs);
            }
            byAttempts
                    .computeIfAbsent(attempts + 1, level -> new Roaring64Bitmap())
                    .addLong(offset);
        }
        if (!merge.isEmpty()) {
            merged.merge(offset, merge, Annotations::merged);
        }
        waits.removeUpTo(nowMs);
        if (notBeforeMs > nowMs) {
            waits.addExact(notBeforeMs, offset);
        }
    }

    void remove(long offset) {
        int attempts = attempts(offset);
        if (attempts > 0) {
            removeAttempts(offset, attempts);
            firstFailures.remove(offset);
        }
        if (!merged.isEmpty()) {
            merged.remove(offset);
        }
    }

    private void removeAttempts(long offset, int attempts) {
        Roaring64Bitmap level = attempts == 0 ? null : byAttempts.get(attempts);
        if (level != null) {
            level.removeLong(offset);
            if (level.isEmpty()) {
                byAttempts.remove(attempts);
            }
        }
    }

    /** Keeps only the offsets of a set. */
    void retain(Roaring64Bitmap offsets) {
        byAttempts.values().forEach(level -> level.and(offsets));
        byAttempts.values().removeIf(Roaring64Bitmap::isEmpty);
        firstFailures.retain(offsets);
        merged.keySet().removeIf(offset -> !offsets.contains(offset));
    }

    /** Offsets by failed attempts, 1 and more; for reading. */
    public SortedMap<Integer, Roaring64Bitmap> byAttempts() {
        return Collections.unmodifiableSortedMap(byAttempts);
    }

    /** When messages failed for the first time. */
    public FirstFailures firstFailures() {
        return firstFailures;
    }

    /** Offsets by the time before which they may not be delivered again. */
    public TimeIndex waits() {
        return waits;
    }

    /** Annotations by offset; for reading. */
    public SortedMap<Long, Annotations> merged() {
        return Collections.unmodifiableSortedMap(merged);
    }

    /** Puts back what a checkpoint holds. */
    public void restoreAttempts(int attempts, Roaring64Bitmap offsets) {
        byAttempts.put(attempts, offsets);
    }

    public void restoreMerged(long offset, Annotations annotations) {
        merged.put(offset, annotations);
    }
}
