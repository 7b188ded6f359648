// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.address.AddressKey;
import io.postrider.api.message.Message;

/** What a dispatcher asks of the shard runner. Called on the shard's thread. */
public interface Proposals extends BodyReads, Ends {
    /** Wall clock, milliseconds. */
    long nowMs();

    /** The time to live of a durable message ran out and nobody keeps it; neighbours are merged. */
    void expire(Dispatcher dispatcher, long offset, long bytes);

    /** A message that is in no log became a letter: it is published to its target. */
    void letter(AddressKey target, Message letter);

    /** A consumer said something out of the ordinary of a message of the log. */
    default void incident(Incident incident) {}

    /** The dispatcher's marks or messages changed: pump it at the end of this turn. */
    void wake(Dispatcher dispatcher);

    /** Wake the dispatcher at this time, at the latest. */
    void wakeAt(Dispatcher dispatcher, long timeMs);

    /** A consumer has had a delivery for longer than its policy thinks right; told once of each consumer. */
    void slow(Dispatcher dispatcher, Consumption consumer, long ageMs);

    /** The highest offset shown has moved: a mark should ride the next batch. */
    void marked(Dispatcher dispatcher);
}
