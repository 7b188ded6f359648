// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import io.postrider.store.segment.BodyVisitor;
import io.postrider.store.segment.Extent;
import io.postrider.store.segment.SegmentStats;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Keeps the latest checkpoint of one shard: its state, and the bodies of messages that outlived their journal segments. {@link
 * #load} and {@link #write} from one thread at a time; the rest from any.
 */
public interface Checkpoints extends AutoCloseable {

    /**
     * The latest checkpoint.
     *
     * @param index 0 if there is none; then the state is empty and there are no extents
     * @param extents ascending by log and offset, never overlapping
     */
    record Loaded(long index, ByteBuffer state, List<Extent> extents) {}

    /**
     * A checkpoint that is in force.
     *
     * @param extents all there are now, ascending by log and offset, never overlapping
     * @param bytesWritten to segments, cleaning included
     * @param bytesCleaned encoded bytes of bodies copied out of sparse segments
     * @param bytesFreed of segments deleted
     */
    record Written(List<Extent> extents, long bytesWritten, long bytesCleaned, long bytesFreed) {}

    /**
     * Reads the latest checkpoint, but no bodies.
     *
     * @throws CheckpointException if a file is damaged, too short or missing
     */
    Loaded load();

    /** What {@link #load} gives, while checkpoints are taken: on the thread that writes them. It repairs and checks nothing. */
    default Loaded peek() {
        return load();
    }

    /**
     * Makes a checkpoint durable: when this returns it is the one {@link #load} will find, whatever happens.
     *
     * @throws CheckpointException if it failed; the old one is in force, or it is unknown which. {@link
     *     CheckpointException#isRetryable} says whether writing may be tried again
     */
    Written write(CheckpointPlan plan);

    /**
     * Reads bodies of an extent, from the first at or after an offset on, ascending, until the visitor has enough. Blocks on the disk.
     * Several at once are allowed. Each body is checked.
     *
     * @return false if the segment is gone, because a later checkpoint dropped or rewrote it; the visitor may have seen some bodies
     *     all the same
     * @throws CheckpointException if a body or an index is damaged, or cannot be read
     */
    boolean read(Extent extent, long fromOffset, BodyVisitor visitor);

    SegmentStats stats();

    @Override
    void close();
}
