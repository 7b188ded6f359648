// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * When messages failed for the first time, to ten seconds: a set of offsets for each such span, so a message costs some bytes. There are never more than
 * {@value #BUCKETS_MAX} spans: the oldest are joined, and what is in them counts as of the older. Owned by the shard's thread.
 */
public final class FirstFailures {
    private static final long WIDTH_MS = 10_000;
    private static final int BUCKETS_MAX = 720;

    private final TimeIndex index = new TimeIndex(TimeIndex.Rounding.DOWN);

    void add(long offset, long nowMs) {
        index.addExact(Math.floorDiv(nowMs, WIDTH_MS) * WIDTH_MS, offset);
        if (index.bucketCount() > BUCKETS_MAX) {
            long oldestMs = index.firstMs();
            Roaring64Bitmap joined = index.removeFirst();
            joined.or(index.removeFirst());
            index.restore(oldestMs, joined);
        }
    }

    /** The beginning of the span in which a message failed first; null if it has not. */
    public @Nullable Long timeMs(long offset) {
        for (Map.Entry<Long, Roaring64Bitmap> bucket : index.buckets().entrySet()) {
            if (bucket.getValue().contains(offset)) {
                return bucket.getKey();
            }
        }
        return null;
    }

    void remove(long offset) {
        Long timeMs = timeMs(offset);
        if (timeMs != null) {
            index.remove(timeMs, offset);
        }
    }

    /** Keeps only the offsets of a set. */
    void retain(Roaring64Bitmap offsets) {
        index.retain(offsets);
    }

    /** Offsets by the beginning of their span, for encoding. */
    public TimeIndex index() {
        return index;
    }
}
