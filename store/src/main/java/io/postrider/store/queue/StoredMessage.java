// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.message.Message;

/** A message in its address' log. Owned by the shard's thread. */
public final class StoredMessage {
    /** Value of {@link #segment} while the body is only in the shard log. */
    public static final int NO_SEGMENT = 0;

    private final Message message;
    private int wantedBy;
    private int segment = NO_SEGMENT;

    StoredMessage(Message message) {
        this.message = message;
    }

    public Message message() {
        return message;
    }

    /** Number of the body segment of a checkpoint that holds it. Bookkeeping of checkpoints; not part of the state. */
    public int segment() {
        return segment;
    }

    public void setSegment(int segment) {
        this.segment = segment;
    }

    void retain() {
        wantedBy++;
    }

    /** Returns whether nobody wants it any more. */
    boolean release() {
        wantedBy--;
        return wantedBy == 0;
    }

    /** Whether the last subscription is done with it, so that it is gone from the log. */
    public boolean isUnwanted() {
        return wantedBy == 0;
    }
}
