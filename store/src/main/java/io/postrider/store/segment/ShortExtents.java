// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Finds short extents that follow each other in one log, so that they would be one extent if they were copied to one place.
 *
 * <p>An extent that is much longer than those behind it is left out: it waits for others of its size. A byte is thus
 * copied once each time its extent grows severalfold, until that is not short any more, and not with every few bodies that come.
 */
final class ShortExtents {
    private static final int ROW_MIN = 8;
    private static final int HEAD_FACTOR = 4;

    private static final Comparator<List<Extent>> LONGEST_ROW_FIRST = Comparator.<List<Extent>>comparingInt(List::size)
            .reversed()
            .thenComparing(row -> row.get(0), Extents.ORDER);

    private final SegmentSettings settings;
    private final List<List<Extent>> rows = new ArrayList<>();
    private final List<Extent> row = new ArrayList<>();

    private ShortExtents(SegmentSettings settings) {
        this.settings = settings;
    }

    /**
     * The rows, most extents first.
     *
     * @param sorted all extents, ascending by log and offset
     * @param segments only extents of these are taken
     */
    static List<List<Extent>> rows(List<Extent> sorted, Set<Integer> segments, SegmentSettings settings) {
        ShortExtents search = new ShortExtents(settings);
        for (Extent extent : sorted) {
            if (!search.row.isEmpty() && search.row.get(0).logId() != extent.logId()) {
                search.endRow();
            }
            if (extent.recordBytes() < settings.ownAppendBytesMin() && segments.contains(extent.segment())) {
                search.row.add(extent);
            } else {
                search.endRow();
            }
        }
        search.endRow();
        search.rows.sort(LONGEST_ROW_FIRST);
        return search.rows;
    }

    private void endRow() {
        long bytes = row.stream().mapToLong(Extent::recordBytes).sum();
        int from = 0;
        while (row.size() - from >= ROW_MIN) {
            long head = row.get(from).recordBytes();
            if (head * HEAD_FACTOR <= bytes - head) {
                int end = endInMemory(from);
                if (end - from >= ROW_MIN) {
                    rows.add(List.copyOf(row.subList(from, end)));
                }
                break;
            }
            bytes -= head;
            from++;
        }
        row.clear();
    }

    /** How far a row reaches that can be sorted in memory. */
    private int endInMemory(int from) {
        long bytes = 0;
        int end = from;
        while (end < row.size()) {
            bytes += MixedRun.bytesInMemory(row.get(end));
            if (bytes > settings.runBytesMax()) {
                break;
            }
            end++;
        }
        return end;
    }
}
