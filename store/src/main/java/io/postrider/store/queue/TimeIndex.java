// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Offsets by a time at which something happens to them, in buckets. Owned by the shard's thread.
 *
 * <p>A bucket is as wide as about a fortieth of the time that was left when the offset was added: times that are near are told
 * apart by milliseconds, those of next week by hours. So the number of buckets stays in the hundreds whatever the times are, and an
 * offset costs a few bytes. Which end of its bucket stands for a time is said by {@link Rounding}.
 *
 * <p>Offsets are not removed one by one when a message is done: a reader skips those. {@link #trim} forgets what lies below the
 * oldest offset that anybody wants, and {@link #remove} a whole bucket.
 */
public final class TimeIndex {
    /** Which end of its bucket stands for a time. */
    public enum Rounding {
        /** The beginning: it never comes too late, and whoever needs the exact time looks at the message. */
        DOWN,
        /** The end: when it comes, the time has passed for every offset in the bucket. */
        UP
    }

    private static final int BUCKETS_TO_HORIZON_BITS = 6;

    private final TreeMap<Long, Roaring64Bitmap> buckets = new TreeMap<>();
    private final Rounding rounding;

    public TimeIndex(Rounding rounding) {
        this.rounding = rounding;
    }

    /**
     * Adds an offset.
     *
     * @param nowMs time of the entry that is applied; decides how wide the bucket is
     * @return the time that stands for it
     */
    public long add(long timeMs, long nowMs, long offset) {
        long bucket = bucket(timeMs, nowMs, rounding);
        buckets.computeIfAbsent(bucket, start -> new Roaring64Bitmap()).addLong(offset);
        return bucket;
    }

    /** Adds an offset to the bucket of exactly this time. */
    public void addExact(long bucketMs, long offset) {
        buckets.computeIfAbsent(bucketMs, start -> new Roaring64Bitmap()).addLong(offset);
    }

    /** The time that stands for a time, seen from {@code nowMs}. */
    public static long bucket(long timeMs, long nowMs, Rounding rounding) {
        long left = Math.max(1, timeMs - nowMs);
        long width = Math.max(1, Long.highestOneBit(left) >> (BUCKETS_TO_HORIZON_BITS - 1));
        long start = Math.floorDiv(timeMs, width) * width;
        return rounding == Rounding.DOWN || start == timeMs ? start : start + width;
    }

    public boolean isEmpty() {
        return buckets.isEmpty();
    }

    int bucketCount() {
        return buckets.size();
    }

    /** Time of the first bucket; only when not empty. */
    public long firstMs() {
        return buckets.firstKey();
    }

    /** The buckets by time; for reading. */
    public NavigableMap<Long, Roaring64Bitmap> buckets() {
        return Collections.unmodifiableNavigableMap(buckets);
    }

    /** Takes out the first bucket; only when not empty. */
    public Roaring64Bitmap removeFirst() {
        return buckets.pollFirstEntry().getValue();
    }

    /** Takes an offset out of a bucket; nothing happens if it is not there. */
    public void remove(long bucketMs, long offset) {
        Roaring64Bitmap bucket = buckets.get(bucketMs);
        if (bucket != null) {
            bucket.removeLong(offset);
            if (bucket.isEmpty()) {
                buckets.remove(bucketMs);
            }
        }
    }

    /** Forgets the buckets of times up to and including {@code timeMs}. */
    public void removeUpTo(long timeMs) {
        buckets.headMap(timeMs, true).clear();
    }

    /** Forgets every offset below one. */
    public void trim(long fromOffset) {
        for (Iterator<Map.Entry<Long, Roaring64Bitmap>> each =
                        buckets.entrySet().iterator();
                each.hasNext(); ) {
            Roaring64Bitmap bucket = each.next().getValue();
            Bitmaps.removeBelow(bucket, fromOffset);
            if (bucket.isEmpty()) {
                each.remove();
            }
        }
    }

    /** Keeps only the offsets of a set. */
    void retain(Roaring64Bitmap offsets) {
        buckets.values().forEach(bucket -> bucket.and(offsets));
        buckets.values().removeIf(Roaring64Bitmap::isEmpty);
    }

    /** Puts back what a checkpoint holds. */
    public void restore(long bucketMs, Roaring64Bitmap offsets) {
        buckets.put(bucketMs, offsets);
    }
}
