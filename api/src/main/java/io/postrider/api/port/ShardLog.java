// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The durable, ordered log of one shard. Entries are opaque bytes with dense indexes from 1.
 *
 * <p>Lifecycle: {@link #replay} once, then {@link #start}, then appends. Owned by the shard's thread unless a method
 * says otherwise; the listener is called on the log's own threads.
 */
public interface ShardLog extends AutoCloseable {

    /** Receives what becomes durable. Called on a thread of the log; must return at once. */
    interface Listener {
        /** Every entry up to and including {@code index} is durable. Indexes only rise. */
        void committed(long index);

        /** The log has failed for good: nothing beyond the last committed index will ever be confirmed. */
        void failed(Throwable cause);
    }

    /** Receives an entry that was read back. The buffer is only valid during the call. */
    @FunctionalInterface
    interface Visitor {
        void entry(long index, ByteBuffer bytes);
    }

    /**
     * Reads every durable entry after an index, in order.
     *
     * @return index of the last durable entry, or {@code afterIndex} if there is none
     */
    long replay(long afterIndex, Visitor visitor);

    void start(Listener listener);

    /**
     * Adds an entry. It is copied before the call returns, and written and synced as soon as the log is idle, together
     * with everything else that arrived meanwhile; no timer is involved.
     *
     * @param entry from position to limit; at least one byte
     * @return index of the entry
     */
    long append(ByteBuffer entry);

    /**
     * Reads one committed entry back, from the end of the replay until the close. Blocks on the disk: any thread but the
     * shard's, several at once. Entries read in order of their indexes are read ahead.
     *
     * @param index of a committed entry
     * @return the whole entry as it was appended, checked and read-only; the bytes belong to the log and are valid until the
     *     calling thread's next read. Null if the entry has been released, before or meanwhile; one that was released may
     *     still be returned while its space has not been used again
     * @throws IllegalArgumentException if no entry of this index has been committed
     * @throws RuntimeException of the log if the entry is damaged or cannot be read; names file and position
     */
    @Nullable
    ByteBuffer read(long index);

    /** Bytes appended and not yet committed. Any thread. */
    long pendingBytes();

    /** How often the log made entries durable since start; with the number of entries it tells how large a group commit is. Any thread. */
    long syncs();

    /** Bytes of log files that a checkpoint could free. Any thread. */
    long replayBytes();

    /** Entries up to {@code index} are in a durable checkpoint: their space may be reused. Any thread. */
    void release(long index);

    /** Makes everything appended durable, then closes. */
    @Override
    void close();
}
