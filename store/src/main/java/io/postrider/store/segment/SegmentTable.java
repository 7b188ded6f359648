// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.util.List;

/**
 * All segments and extents as of one checkpoint: what the manifest says of them. Immutable.
 *
 * @param nextSegment number of the next new segment, above every one ever used
 * @param segments ascending by number
 * @param extents ascending by log and offset, never overlapping
 */
public record SegmentTable(int nextSegment, List<SegmentInfo> segments, List<Extent> extents) {
    public static final SegmentTable EMPTY = new SegmentTable(1, List.of(), List.of());

    public SegmentTable {
        segments = List.copyOf(segments);
        extents = List.copyOf(extents);
    }
}
