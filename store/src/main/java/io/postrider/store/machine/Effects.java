// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.address.UserRecord;
import io.postrider.api.message.Message;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.StoredMessage;
import io.postrider.store.queue.SubscriptionState;
import org.jspecify.annotations.Nullable;

/**
 * What applying a command means to the outside: told to the dispatcher of the leader, to nobody at recovery and on followers.
 * Called during apply, after the state has changed.
 */
public interface Effects {
    /** Nobody listens. */
    Effects NONE = new Effects() {};

    /** A message was appended; each subscription that wants it may dispatch it. */
    default void published(AddressState address, long offset, Message message, @Nullable String publisher) {}

    /** A subscription is done with a message that was accepted. */
    default void settled(SubscriptionState subscription, long offset) {}

    /** A message is back at its place; its redelivery record has changed. */
    default void requeued(SubscriptionState subscription, long offset) {}

    /** A message left its subscription as a dead letter, or was dropped for want of a dead-letter address. */
    default void deadLettered(SubscriptionState subscription, long offset) {}

    /** The time to live of a message ran out. */
    default void expired(SubscriptionState subscription, long offset) {}

    /** A message was removed by a purge. */
    default void purged(SubscriptionState subscription, long offset) {}

    /** A subscription's claim on a message has ended; if it was the last, the message is gone. Bookkeeping of checkpoints. */
    default void released(StoredMessage message) {}

    default void addressDefined(AddressState address) {}

    default void addressDeleted(AddressState address) {}

    default void subscriptionDefined(SubscriptionState subscription) {}

    default void subscriptionDeleted(SubscriptionState subscription) {}

    default void userPut(UserRecord user) {}

    default void userRemoved(String name) {}
}
