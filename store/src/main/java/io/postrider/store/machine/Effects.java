// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.UserRecord;
import io.postrider.api.command.Command;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.message.Message;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * What applying a command means to the outside: told to the dispatcher of the leader, to nobody at recovery and on followers.
 * Called during apply, after the state has changed.
 */
public interface Effects {
    /** Nobody listens. */
    Effects NONE = new Effects() {};

    /** The part of a commit with this number is applied next. */
    default void part(int part) {}

    /** A message was appended; each subscription that wants it may dispatch it. */
    default void published(AddressState address, long offset, Message message, @Nullable String publisher) {}

    /** A message was accepted and not kept: its id came before, or the address is full and drops what comes. */
    default void ignored(AddressState address, boolean isDuplicate) {}

    /** A subscription is done with a message that was accepted. */
    default void settled(SubscriptionState subscription, long offset) {}

    /** A message is back at its place; its redelivery record has changed. */
    default void requeued(SubscriptionState subscription, Command.Requeue command) {}

    /** A message left its subscription as a dead letter, or was dropped for want of a dead-letter address. */
    default void deadLettered(SubscriptionState subscription, long offset) {}

    /** A message was put aside. */
    default void deferred(SubscriptionState subscription, Command.Defer command) {}

    /** These were put aside and are back. */
    default void deferredReturned(SubscriptionState subscription, Roaring64Bitmap offsets) {}

    /** A dead letter was appended to the log of the address it came from, for one subscription only. */
    default void redriven(SubscriptionState subscription, long offset, Message message) {}

    /** The time to live of a message ran out. */
    default void expired(SubscriptionState subscription, long offset) {}

    /** A newer message took the place of one. */
    default void displaced(SubscriptionState subscription, long offset) {}

    /** Every message below an offset was removed, except some. */
    default void purged(SubscriptionState subscription, long upToExclusive, OffsetRanges except) {}

    /** Messages at or above an offset came back to a subscription that was done with them. */
    default void rewound(SubscriptionState subscription, long firstOffset) {}

    /** An address retains less of its log. */
    default void trimmed(AddressState address) {}

    /** A chunk of a large message's body was added under this number. */
    default void staged(long bodyId, int chunk) {}

    /** The body of a large message is not wanted any more. */
    default void bodyGone(long bodyId) {}

    /** A subscription is paused, or goes on. */
    default void paused(SubscriptionState subscription) {}

    default void addressDefined(AddressState address) {}

    /** Other settings are in force for an address, or its own have changed. */
    default void policyChanged(AddressState address) {}

    /** Messages go on to other addresses than before. */
    default void routesChanged() {}

    /** Other rules are in force, the most specific first. */
    default void policiesReplaced(List<PolicyRule> rules) {}

    default void addressDeleted(AddressState address) {}

    default void subscriptionDefined(SubscriptionState subscription) {}

    default void subscriptionDeleted(SubscriptionState subscription) {}

    default void userPut(UserRecord user) {}

    default void userRemoved(String name) {}
}
