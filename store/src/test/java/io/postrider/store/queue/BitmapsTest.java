// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** Ranges, short and long, within a container of the bitmap and across. */
class BitmapsTest {
    @ParameterizedTest
    @CsvSource({
        "5,5",
        "5,6",
        "5,20",
        "0,256",
        "0,257",
        "65530,65540",
        "65000,70000",
        "4294967290,4294967300",
        "7,200000"
    })
    void aRangeIsAddedWhateverItsLength(long first, long end) {
        Roaring64Bitmap bitmap = Roaring64Bitmap.bitmapOf(1L << 40, 1L << 41);

        Bitmaps.addRange(bitmap, first, end);

        assertEquals(2 + end - first, bitmap.getLongCardinality());
        assertEquals(end - first, Bitmaps.count(bitmap, first, end - 1));
    }

    @ParameterizedTest
    @CsvSource({"3,5", "4,4", "101,3", "70000,2", "70001,1"})
    void whatIsBelowIsRemoved(long fromOffset, long left) {
        Roaring64Bitmap bitmap = Roaring64Bitmap.bitmapOf(3, 100, 300, 70_000, 1L << 40);

        Bitmaps.removeBelow(bitmap, fromOffset);

        assertEquals(left, bitmap.getLongCardinality());
    }
}
