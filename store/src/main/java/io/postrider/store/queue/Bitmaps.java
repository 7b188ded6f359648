// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import org.roaringbitmap.longlong.LongIterator;
import org.roaringbitmap.longlong.PeekableLongIterator;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** What sets of offsets need besides what the bitmap library offers. Stateless. */
public final class Bitmaps {
    private static final int SHORT_RANGE = 256;

    private Bitmaps() {}

    /**
     * Adds every offset from one on and below another. The library's own way costs the more the shorter the range is, over 100
     * microseconds for a few offsets.
     */
    public static void addRange(Roaring64Bitmap bitmap, long first, long end) {
        if (end - first > SHORT_RANGE) {
            bitmap.addRange(first, end);
            return;
        }
        for (long offset = first; offset < end; offset++) {
            bitmap.addLong(offset);
        }
    }

    /** Removes every offset below one. */
    public static void removeBelow(Roaring64Bitmap bitmap, long fromOffset) {
        if (bitmap.isEmpty() || bitmap.first() >= fromOffset) {
            return;
        }
        Roaring64Bitmap below = new Roaring64Bitmap();
        addRange(below, bitmap.first(), fromOffset);
        bitmap.andNot(below);
    }

    /** The first offset at or above one; -1 if there is none. */
    public static long next(Roaring64Bitmap bitmap, long fromOffset) {
        PeekableLongIterator each = bitmap.getLongIteratorFrom(fromOffset);
        return each.hasNext() ? each.next() : -1;
    }

    /** How many offsets lie in a closed range. */
    public static long count(Roaring64Bitmap bitmap, long first, long last) {
        if (first > last || bitmap.isEmpty()) {
            return 0;
        }
        return bitmap.rankLong(last) - (first == 0 ? 0 : bitmap.rankLong(first - 1));
    }

    /** The lowest offsets of a bitmap, at most so many. */
    public static long[] lowest(Roaring64Bitmap bitmap, int max) {
        long[] offsets = new long[(int) Math.min(max, bitmap.getLongCardinality())];
        LongIterator each = bitmap.getLongIterator();
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = each.next();
        }
        return offsets;
    }

    /** The offsets of a bitmap, ascending; it may not change meanwhile. */
    public static LongIterator each(Roaring64Bitmap bitmap) {
        return bitmap.getLongIterator();
    }
}
