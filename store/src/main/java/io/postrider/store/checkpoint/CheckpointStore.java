// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import java.nio.ByteBuffer;

/**
 * Keeps the latest checkpoint of one shard. {@link #load} once at start; {@link #write} from one thread at a time.
 *
 * <p>Two implementations: files, and memory for simulations.
 */
public interface CheckpointStore extends AutoCloseable {

    /** Receives a checkpoint as it is read back. Buffers are only valid during the call. */
    interface Visitor {
        /** Called first, once. */
        void state(long index, ByteBuffer state);

        /** Called for every message in every live body segment, in the order they were written. */
        void survivor(int segment, int addressId, long offset, ByteBuffer encoded);
    }

    /**
     * Reads the latest complete checkpoint.
     *
     * @return its index, or 0 if there is none (then the visitor is not called)
     */
    long load(Visitor visitor);

    /** Makes a checkpoint durable. When this returns it is the one {@link #load} will find, whatever happens. */
    void write(CheckpointImage image);

    @Override
    void close();
}
