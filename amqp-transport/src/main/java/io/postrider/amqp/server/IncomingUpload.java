// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.engine.EngineSession;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.api.port.BodyStore;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One large message on its way from the peer to the body store, chunk by chunk. Owned by the connection's event loop; the
 * {@link BodyStore.UploadListener} methods may be called on any thread.
 *
 * <p>What was handed to the store and is not durable yet counts in {@link UploadBudget}; so does nothing of an upload that
 * is over.
 */
final class IncomingUpload implements BodyStore.UploadListener {
    private static final byte[] NONE = {};

    private final ServerConnection connection;
    private final UploadBudget budget;
    private final EngineSession session;
    private final BodyStore store;
    private final Message head;
    private byte[] chunk = new byte[BodyStore.CHUNK_BYTES];
    private int filled;
    private long handedBytes;
    private long storedBytes;
    private BodyStore.@Nullable Upload upload;
    private @Nullable Rejection failure;
    /** Whether nothing more comes from the peer. */
    private boolean isComplete;

    private boolean isOver;

    /** @param head the message as far as it is not uploaded */
    IncomingUpload(ServerConnection connection, EngineSession session, BodyStore store, Message head) {
        this.connection = connection;
        this.budget = connection.uploads();
        this.session = session;
        this.store = store;
        this.head = head;
        budget.begun(session);
    }

    /** Adds bytes, from position to limit. */
    void add(ByteBuffer bytes) {
        while (bytes.hasRemaining() && failure == null) {
            int count = Math.min(bytes.remaining(), chunk.length - filled);
            bytes.get(chunk, filled, count);
            filled += count;
            if (filled == chunk.length) {
                byte[] full = chunk;
                chunk = new byte[BodyStore.CHUNK_BYTES];
                hand(full);
            }
        }
    }

    private void hand(byte[] bytes) {
        filled = 0;
        BodyStore.Upload open = upload;
        if (open == null) {
            open = store.begin(this);
            upload = open;
        }
        handedBytes += bytes.length;
        budget.handed(bytes.length);
        open.add(bytes);
    }

    /** Why the store does not take it, as far as is known. */
    @Nullable
    Rejection failure() {
        return failure;
    }

    /** The message with all its bytes, to be published at once. Whoever refuses it calls {@link #abandon}. */
    Message end() {
        if (filled > 0) {
            hand(Arrays.copyOf(chunk, filled));
        }
        complete();
        BodyStore.Upload open = upload;
        LargeBody body = open == null ? null : open.end();
        return new Message(
                head.encoded(),
                head.annotationsLength(),
                head.isDurable(),
                head.priority(),
                head.expiresAtMs(),
                head.deliverAtMs(),
                head.added(),
                body);
    }

    /** Drops what the store has, unless a message took it over. */
    void abandon() {
        if (isOver) {
            return;
        }
        isOver = true;
        complete();
        budget.stored(handedBytes - storedBytes);
        storedBytes = handedBytes;
        BodyStore.Upload open = upload;
        if (open != null) {
            open.abandon();
        }
    }

    private void complete() {
        if (!isComplete) {
            isComplete = true;
            chunk = NONE;
            budget.ended(session);
        }
    }

    @Override
    public void stored(long bytes) {
        connection.hand(() -> {
            if (!isOver && failure == null) {
                budget.stored(bytes - storedBytes);
                storedBytes = bytes;
            }
        });
    }

    @Override
    public void failed(Rejection reason) {
        connection.hand(() -> {
            failure = reason;
            if (!isOver) {
                budget.stored(handedBytes - storedBytes);
                storedBytes = handedBytes;
            }
        });
    }
}
