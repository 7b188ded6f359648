// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rows of short extents are found where they would become one, and not again with every few bodies. */
class ShortExtentsTest {
    private static final SegmentSettings SETTINGS = new SegmentSettings(10_000, 1_000, 8, 50_000, 5_000, 0, 100, 8);
    private static final Set<Integer> MIXED = Set.of(1);

    private final List<Extent> extents = new ArrayList<>();
    private long position;

    @Test
    void eightShortOnesMakeARow() {
        add(7, 1, 100, 8);

        assertEquals(List.of(8), rowSizes());
    }

    @Test
    void sevenDoNot() {
        add(7, 1, 100, 7);

        assertEquals(List.of(), rowSizes());
    }

    @Test
    void otherLogsAndOtherSegmentsAndLongOnesEndARow() {
        add(1, 1, 100, 7);
        add(2, 1, 100, 7);
        add(2, 2, 100, 1);
        add(2, 1, 100, 7);
        add(2, 1, 1_000, 1);
        add(2, 1, 100, 7);

        assertEquals(List.of(), rowSizes());
    }

    @Test
    void aMuchLongerHeadWaitsForOthersOfItsSize() {
        add(7, 1, 800, 1);
        add(7, 1, 100, 8);

        assertEquals(List.of(8), rowSizes());
    }

    @Test
    void headsThatHaveFoundOthersOfTheirSizeAreTaken() {
        add(7, 1, 400, 4);
        add(7, 1, 50, 8);

        assertEquals(List.of(12), rowSizes());
    }

    @Test
    void aRowFitsTheMemoryOfARun() {
        add(7, 1, 500, 20);

        assertEquals(List.of(5_000 / (476 + 64)), rowSizes());
    }

    @Test
    void theLongestRowComesFirst() {
        add(1, 1, 100, 9);
        add(2, 1, 100, 12);

        assertEquals(List.of(12, 9), rowSizes());
    }

    private List<Integer> rowSizes() {
        return ShortExtents.rows(extents, MIXED, SETTINGS).stream()
                .map(List::size)
                .toList();
    }

    private void add(long logId, int segment, int bytes, int count) {
        for (int i = 0; i < count; i++) {
            long offset = extents.size();
            extents.add(new Extent(logId, segment, offset, offset, 1, bytes - 24, position, position + bytes));
            position += bytes + 1_000;
        }
    }
}
