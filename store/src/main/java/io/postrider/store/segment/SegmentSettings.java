// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

/**
 * How message segments are laid out and cleaned. Immutable.
 *
 * @param ownBytesMin a log that brings this much to a checkpoint gets a segment of its own
 * @param ownAppendBytesMin a log that brings this much goes on in its own segment if that has room
 * @param ownLogsMax logs that one checkpoint writes to segments of their own; bounds open files and buffers
 * @param segmentBytesMax a segment of this size is not appended to any more; only a single larger record exceeds it
 * @param runBytesMax memory in which the bodies of small logs are sorted before they are written
 * @param cleaningBytesMax bytes one checkpoint reads for cleaning, or one segment if that is more
 * @param indexEveryBytes distance of index entries
 * @param openSegmentsMax segments kept open for readers, each with its index
 */
public record SegmentSettings(
        long ownBytesMin,
        long ownAppendBytesMin,
        int ownLogsMax,
        long segmentBytesMax,
        int runBytesMax,
        long cleaningBytesMax,
        int indexEveryBytes,
        int openSegmentsMax) {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    public static final SegmentSettings DEFAULTS =
            new SegmentSettings(MIB, 64 * KIB, 256, 64L * MIB, 16 * MIB, 64L * MIB, 64 * KIB, 64);

    public SegmentSettings {
        require(ownBytesMin > 0, "ownBytesMin", ownBytesMin);
        require(ownAppendBytesMin > 0 && ownAppendBytesMin <= ownBytesMin, "ownAppendBytesMin", ownAppendBytesMin);
        require(ownLogsMax >= 0, "ownLogsMax", ownLogsMax);
        require(segmentBytesMax > 0, "segmentBytesMax", segmentBytesMax);
        require(runBytesMax > 0, "runBytesMax", runBytesMax);
        require(cleaningBytesMax >= 0, "cleaningBytesMax", cleaningBytesMax);
        require(indexEveryBytes > 0, "indexEveryBytes", indexEveryBytes);
        require(openSegmentsMax > 0, "openSegmentsMax", openSegmentsMax);
    }

    public SegmentSettings withCleaningBytesMax(long bytes) {
        return new SegmentSettings(
                ownBytesMin,
                ownAppendBytesMin,
                ownLogsMax,
                segmentBytesMax,
                runBytesMax,
                bytes,
                indexEveryBytes,
                openSegmentsMax);
    }

    private static void require(boolean isInRange, String name, long value) {
        if (!isInRange) {
            throw new IllegalArgumentException("Expected " + name + " to be in range, but it is " + value);
        }
    }
}
