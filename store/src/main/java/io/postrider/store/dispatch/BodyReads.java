// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.message.Message;
import io.postrider.store.queue.AddressState;
import org.jspecify.annotations.Nullable;

/** Reads messages back from disk. Called on the shard's thread, and answers there, later or at once. */
public interface BodyReads {

    /** Receives what was read. */
    @FunctionalInterface
    interface Reply {
        /**
         * Called once. Not at all when the disk failed: then the shard has stopped.
         *
         * @param messages the messages of the first {@code count} offsets asked for; null where there is none any more
         * @param count at least 1; fewer than asked for when those took the bytes allowed
         */
        void messages(@Nullable Message[] messages, int count);

        /** The first message asked for cannot be read as things stand: {@link #messages} comes much later or never. */
        default void unreadable() {}
    }

    /**
     * Reads messages of one address' log.
     *
     * @param offsets what to read, in the order wanted; from {@code from} to the end
     * @param bytesMax encoded bytes after which to stop; the first message comes whatever its size
     */
    void read(AddressState address, long[] offsets, int from, int bytesMax, Reply reply);
}
