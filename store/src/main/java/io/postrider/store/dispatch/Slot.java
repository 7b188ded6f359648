// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * Whose the messages of one key are: of one group, or of one part of all groups or messages. It moves from one consumer to another only when
 * nothing of it is unsettled (rules.md 17). Owned by the shard's thread.
 */
final class Slot {
    final long id;
    private final Keys keys;
    Consumption owner;
    /** Whose it becomes when nothing of it is out any more; null if it stays. */
    @Nullable
    Consumption next;
    /** Messages of it that its owner has, those included whose end waits for the log. */
    int busy;
    /** Whether its owner took it over from another one, and has had nothing of it yet. */
    boolean isNew;
    /** Whether its last message was handed out: the next one of it may go anywhere. */
    boolean isClosing;
    /** Messages of it that wait until it moves; null if there are none. */
    @Nullable
    Feed held;

    Slot(long id, Keys keys, Consumption owner) {
        this.id = id;
        this.keys = keys;
        this.owner = owner;
    }

    /** Whose it is, or will be. */
    Consumption target() {
        Consumption following = next;
        return following == null ? owner : following;
    }

    boolean isMoving() {
        return next != null || isClosing;
    }

    /** Its last message is handed out: what follows waits until all of it is settled. */
    void close() {
        isClosing = true;
        keys.closing(this);
    }

    /** A message of it is settled, or is back at its place. */
    void released() {
        busy--;
        if (busy == 0 && isMoving()) {
            keys.canMove(this);
        }
    }
}
