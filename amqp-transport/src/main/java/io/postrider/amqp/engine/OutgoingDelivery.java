// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

/** One delivery sent to the peer, until both sides have settled it. Owned by the connection's event loop. */
public final class OutgoingDelivery {
    final OutgoingEndpoint link;
    final int id;
    final boolean isSentSettled;
    private final long token;

    OutgoingDelivery(OutgoingEndpoint link, int id, boolean isSentSettled, long token) {
        this.link = link;
        this.id = id;
        this.isSentSettled = isSentSettled;
        this.token = token;
    }

    /** What the sender of the delivery named it by. */
    public long token() {
        return token;
    }
}
