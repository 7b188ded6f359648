// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.command.Command;
import io.postrider.api.command.DeadLetterReason;
import io.postrider.api.message.Message;
import org.jspecify.annotations.Nullable;

/** What a dispatcher asks of the shard runner. Called on the shard's thread. */
public interface Proposals {
    /** Wall clock, milliseconds. */
    long nowMs();

    /** A durable message was accepted; neighbours are merged into one command. */
    void settle(Dispatcher dispatcher, long offset);

    /** The time to live of a durable message ran out; neighbours are merged. */
    void expire(Dispatcher dispatcher, long offset);

    /** Any other end or return of a durable message. */
    void propose(Command command);

    /** A non-durable message became a dead letter or expired; offset-less, so it is published anew or dropped. */
    void letter(
            Dispatcher dispatcher,
            Message message,
            DeadLetterReason reason,
            int attempts,
            @Nullable String condition,
            @Nullable String description);

    /** The dispatcher's marks or messages changed: pump it at the end of this turn. */
    void wake(Dispatcher dispatcher);

    /** Wake the dispatcher at this time, at the latest. */
    void wakeAt(Dispatcher dispatcher, long timeMs);

    /** The highest offset shown has moved: a mark should ride the next batch. */
    void marked(Dispatcher dispatcher);

    /** Bytes of messages that are in no log have come or gone. */
    void softBytes(long delta);
}
