// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Offsets collected in any order come out as few ascending ranges. */
class OffsetRangesTest {
    @Test
    void neighboursInOrderBecomeOneRange() {
        OffsetRanges.Builder builder = new OffsetRanges.Builder();

        for (long offset = 5; offset < 105; offset++) {
            builder.add(offset);
        }

        OffsetRanges ranges = builder.build();
        assertEquals(OffsetRanges.of(5, 104), ranges);
        assertEquals(100, ranges.offsetCount());
    }

    @Test
    void offsetsOutOfOrderAreSortedAndMerged() {
        OffsetRanges.Builder builder = new OffsetRanges.Builder();

        OffsetRanges ranges = builder.add(9).add(3).add(4).add(8).add(1, 2).build();

        assertEquals(2, ranges.rangeCount());
        assertEquals(1, ranges.first(0));
        assertEquals(4, ranges.last(0));
        assertEquals(8, ranges.first(1));
        assertEquals(9, ranges.last(1));
    }

    @Test
    void builderIsEmptyAgainAfterBuild() {
        OffsetRanges.Builder builder = new OffsetRanges.Builder();
        builder.add(2).add(1).build();

        assertTrue(builder.isEmpty());
        assertEquals(OffsetRanges.of(7), builder.add(7).build());
    }
}
