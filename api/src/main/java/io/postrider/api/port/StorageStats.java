// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

/**
 * What the broker's store holds and has done since its start.
 *
 * @param replayBytes bytes of log that a checkpoint could free; a start reads them
 * @param checkpointNs time spent on writing checkpoints
 * @param segments message segments
 * @param segmentBytes of segments and their indexes on disk
 * @param segmentLiveBytes share of that which is still wanted, as of the last checkpoint
 * @param segmentWrittenBytes written to segments, cleaning included
 * @param segmentCleanedBytes copied out of sparse segments
 * @param readBacks requests for messages that went to the disk
 * @param readBackBytes bytes of messages read back
 * @param messageBytesMax bytes of messages that may be in memory
 * @param scrubbedBytes of segments read only to find damage
 * @param damagedPlaces in segments that are known
 */
public record StorageStats(
        long replayBytes,
        long checkpointNs,
        long segments,
        long segmentBytes,
        long segmentLiveBytes,
        long segmentWrittenBytes,
        long segmentCleanedBytes,
        long readBacks,
        long readBackBytes,
        long messageBytesMax,
        long scrubbedBytes,
        int damagedPlaces) {
    /** Of a broker that has not begun. */
    public static final StorageStats NONE = new StorageStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
