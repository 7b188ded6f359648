// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.command.Command;
import io.postrider.store.queue.SubscriptionState;
import org.jspecify.annotations.Nullable;

/** How far the messages of one subscription were shown to consumers, which the log is told now and then (rules.md 8). Owned by the shard's thread. */
final class Shown {
    private final Desk desk;
    private final @Nullable SubscriptionState durable;
    private long upTo;
    private long markedUpTo;
    private boolean isMarked;

    Shown(Desk desk) {
        this.desk = desk;
        this.durable = desk.durable();
        if (durable != null) {
            upTo = durable.dispatchedUpTo();
            markedUpTo = upTo;
        }
    }

    /** A message of the log is shown. */
    void show(long offset) {
        upTo = Math.max(upTo, offset + 1);
    }

    /** Asks for a mark if one is due. */
    void mark() {
        if (!isMarked && upTo > markedUpTo) {
            isMarked = true;
            desk.proposals().marked(desk.dispatcher());
        }
    }

    /** The command that says it; null if nothing is new. */
    @Nullable
    Command takeMark() {
        isMarked = false;
        if (durable == null || upTo <= markedUpTo) {
            return null;
        }
        markedUpTo = upTo;
        return new Command.MarkDispatched(durable.id(), durable.epoch(), upTo);
    }
}
