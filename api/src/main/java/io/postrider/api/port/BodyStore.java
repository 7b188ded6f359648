// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.error.Rejection;
import io.postrider.api.message.LargeBody;

/**
 * Where the ends of large messages are kept, chunk by chunk, so that no message has to fit the heap. Any thread may call.
 *
 * <p>A sender uploads chunks and then publishes a {@link io.postrider.api.message.Message} that names the body; from then on the body lives as long as
 * the message. A receiver reads chunks one after another. An upload that is neither ended nor abandoned is dropped at the
 * next start.
 */
public interface BodyStore {
    /** Encoded bytes of a message above which its end should be uploaded. */
    int LARGE_BYTES = 256 * 1024;

    /** How much one chunk should have at the most; more is allowed up to 1 MiB. */
    int CHUNK_BYTES = 256 * 1024;

    /** Told about an upload on the shard's thread, in order. */
    interface UploadListener {
        /** A chunk is durable. {@code bytes} is the sum of all that are. */
        void stored(long bytes);

        /** The upload failed; nothing of it is kept. */
        void failed(Rejection reason);
    }

    /** A body on its way. One thread at a time; calls keep their order. */
    interface Upload {
        /** Adds a chunk of at least one byte. Do not have more than a few on their way: wait for {@code stored}. */
        void add(byte[] chunk);

        /**
         * Ends the upload; at least one chunk was added. The message that names the body may be published at once on
         * the same thread.
         */
        LargeBody end();

        /** Drops what was uploaded. */
        void abandon();
    }

    Upload begin(UploadListener listener);

    /**
     * Reads one chunk.
     *
     * @param chunk from 0
     */
    void read(LargeBody body, int chunk, Reply<byte[]> reply);
}
