// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

/**
 * What the message segments take. Immutable.
 *
 * @param segments files with bodies, each with an index beside it
 * @param bytesOnDisk of segments and indexes
 * @param liveBytes estimated share of that which is still wanted, as of the last checkpoint
 * @param bytesWritten to segments since start, cleaning included
 * @param bytesCleaned copied by cleaning since start
 * @param bytesFreed of segments deleted since start
 * @param bytesScrubbed read to find damage since start
 * @param damagedPlaces known in segments that are there
 */
public record SegmentStats(
        int segments,
        long bytesOnDisk,
        long liveBytes,
        long bytesWritten,
        long bytesCleaned,
        long bytesFreed,
        long bytesScrubbed,
        int damagedPlaces) {
    /** The same, with what is counted between checkpoints. */
    SegmentStats with(long scrubbed, int damaged) {
        return new SegmentStats(
                segments, bytesOnDisk, liveBytes, bytesWritten, bytesCleaned, bytesFreed, scrubbed, damaged);
    }
}
