// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.engine.OutgoingEndpoint;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.LargeBody;
import io.postrider.api.port.BodyStore;
import io.postrider.api.port.Reply;
import org.jspecify.annotations.Nullable;

/**
 * The end of a large message on its way to the peer: each chunk is read while the one before is written, so that there are
 * never more than two in memory. Owned by the connection's event loop; the {@link Reply} methods may be called on any
 * thread.
 */
final class OutgoingBody implements Reply<byte[]> {
    private final ServerConnection connection;
    private final BodyStore store;
    private final LargeBody body;
    private final long token;
    private final Runnable ready;
    private int nextChunk;
    private byte @Nullable [] ahead;
    private @Nullable Rejection gone;

    /**
     * @param token the delivery
     * @param ready run on the event loop when there is something to send
     */
    OutgoingBody(ServerConnection connection, LargeBody body, long token, Runnable ready) {
        this.connection = connection;
        this.store = connection.bodies();
        this.body = body;
        this.token = token;
        this.ready = ready;
    }

    long token() {
        return token;
    }

    /** Reads the next chunk; the answer comes by {@code ready}. */
    void read() {
        store.read(body, nextChunk, this);
    }

    /** Why the rest cannot be had; null while it can. */
    @Nullable
    Rejection gone() {
        return gone;
    }

    /** Passes on what was read if the endpoint has room for it, and reads on. */
    void proceed(OutgoingEndpoint endpoint) {
        byte[] chunk = ahead;
        if (chunk == null || !endpoint.wantsMore()) {
            return;
        }
        ahead = null;
        nextChunk++;
        boolean isLast = nextChunk == body.chunks();
        endpoint.append(chunk, isLast);
        if (!isLast) {
            read();
        }
    }

    @Override
    public void ok(byte[] chunk) {
        connection.hand(() -> {
            ahead = chunk;
            ready.run();
        });
    }

    @Override
    public void rejected(Rejection rejection) {
        connection.hand(() -> {
            gone = rejection;
            ready.run();
        });
    }
}
