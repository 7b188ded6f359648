// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

/**
 * One segment as the manifest names it. Immutable.
 *
 * @param number of the segment; never used again
 * @param kind whether it holds one log or many
 * @param isSealed nothing is appended any more
 * @param logId the log of an own segment, 0 for a mixed one
 * @param bytes length of the file; what lies behind was never committed
 * @param indexBytes length of the index file
 */
public record SegmentInfo(int number, Kind kind, boolean isSealed, long logId, long bytes, long indexBytes) {
    /** Which logs a segment holds. */
    public enum Kind {
        OWN,
        MIXED
    }

    boolean hasRoomFor(int bodyBytes, SegmentSettings settings) {
        return bytes + SegmentFormat.RECORD_HEADER_BYTES + bodyBytes <= settings.segmentBytesMax();
    }

    SegmentInfo sealed() {
        return new SegmentInfo(number, kind, true, logId, bytes, indexBytes);
    }
}
