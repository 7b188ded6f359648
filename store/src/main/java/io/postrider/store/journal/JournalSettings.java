// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

/**
 * How a journal is laid out and buffered. Immutable.
 *
 * @param shard number of the shard whose entries it holds; checked against every segment and record
 * @param segmentBytes size of a segment file, {@value #SEGMENT_BYTES_MIN} bytes to {@value #SEGMENT_BYTES_MAX}, a multiple of 8
 * @param spareSegmentsMax recycled segments kept for reuse besides the one that is ready; more are deleted
 * @param bufferBytes size each of the two append buffers starts with and shrinks back to
 * @param bufferBytesMax bytes one append buffer may hold before an append waits for the writer; a single larger entry is
 *     still taken
 * @param idleMarkerMs how long the journal must be idle before it notes on disk what has been synced (rules.md 23)
 */
public record JournalSettings(
        int shard, int segmentBytes, int spareSegmentsMax, int bufferBytes, int bufferBytesMax, long idleMarkerMs) {
    public static final int SEGMENT_BYTES_MIN = 512;
    public static final int SEGMENT_BYTES_MAX = 1 << 30;

    public static final JournalSettings DEFAULT =
            new JournalSettings(0, 64 * 1024 * 1024, 1, 1024 * 1024, 32 * 1024 * 1024, 20);

    public JournalSettings {
        if (segmentBytes < SEGMENT_BYTES_MIN || segmentBytes > SEGMENT_BYTES_MAX || segmentBytes % 8 != 0) {
            throw new IllegalArgumentException("Expected segment bytes between " + SEGMENT_BYTES_MIN + " and "
                    + SEGMENT_BYTES_MAX + " and a multiple of 8, but got " + segmentBytes);
        }
        if (shard < 0 || spareSegmentsMax < 0 || idleMarkerMs < 0) {
            throw new IllegalArgumentException("Expected shard, spare segments and idle marker of at least 0, but got "
                    + shard + ", " + spareSegmentsMax + ", " + idleMarkerMs);
        }
        if (bufferBytes < RecordFrame.HEADER_BYTES || bufferBytesMax < bufferBytes) {
            throw new IllegalArgumentException("Expected buffer bytes of at least " + RecordFrame.HEADER_BYTES
                    + " and at most their maximum, but got " + bufferBytes + " and " + bufferBytesMax);
        }
    }

    public JournalSettings withSegmentBytes(int bytes) {
        return new JournalSettings(shard, bytes, spareSegmentsMax, bufferBytes, bufferBytesMax, idleMarkerMs);
    }

    public JournalSettings withShard(int number) {
        return new JournalSettings(number, segmentBytes, spareSegmentsMax, bufferBytes, bufferBytesMax, idleMarkerMs);
    }

    public JournalSettings withBufferBytes(int bytes, int bytesMax) {
        return new JournalSettings(shard, segmentBytes, spareSegmentsMax, bytes, bytesMax, idleMarkerMs);
    }

    public JournalSettings withIdleMarkerMs(long delayMs) {
        return new JournalSettings(shard, segmentBytes, spareSegmentsMax, bufferBytes, bufferBytesMax, delayMs);
    }
}
