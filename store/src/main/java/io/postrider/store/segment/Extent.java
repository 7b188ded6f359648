// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

/**
 * Bodies of one log that lie one behind another in one segment file, ascending by offset but not necessarily dense. Immutable.
 *
 * <p>Extents of one log never overlap: the one that may hold an offset is the last whose {@code firstOffset} is not above it.
 *
 * @param logId the log: an address if 0 or more, a staged body if negative
 * @param segment number of the segment; never used again for another file
 * @param firstOffset offset of the first body
 * @param lastOffset offset of the last body
 * @param count bodies, at least 1
 * @param bytes of the encoded bodies
 * @param position where the first record begins in the file
 * @param end where the last record ends
 */
public record Extent(
        long logId, int segment, long firstOffset, long lastOffset, long count, long bytes, long position, long end) {

    long recordBytes() {
        return end - position;
    }

    /** Whether the other one goes on in the file where this one ends. */
    boolean isFollowedBy(Extent next) {
        return logId == next.logId && segment == next.segment && end == next.position && lastOffset < next.firstOffset;
    }

    Extent joinedWith(Extent next) {
        return new Extent(
                logId,
                segment,
                firstOffset,
                next.lastOffset,
                count + next.count,
                bytes + next.bytes,
                position,
                next.end);
    }
}
