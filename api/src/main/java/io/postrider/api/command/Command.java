// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.command;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.address.UserRecord;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * A request to change a shard. A batch of commands is one log entry; once it is committed, each is applied in order:
 * live, at recovery and on followers alike. All are immutable.
 *
 * <p>Addresses and subscriptions are named by the dense numbers that the shard gave them when they were defined
 * ({@code addressId}, {@code subscriptionId}); a queue's built-in subscription has a number too. A command that names a
 * number that is gone, or an offset that is done, changes nothing.
 *
 * <p>{@code epoch} is the subscription's epoch when the command was proposed; a purge or rewind raises it, and commands
 * of an older epoch change nothing.
 */
public sealed interface Command {

    <R> R accept(Visitor<R> visitor);

    /**
     * Appends a durable message to an address' log.
     *
     * @param publisher container id of the sender, only filled when the address has a no-local subscription
     */
    record Publish(int addressId, Message message, @Nullable String publisher) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.publish(this);
        }
    }

    /** Messages accepted by a consumer: they are done for this subscription. */
    record Settle(int subscriptionId, int epoch, OffsetRanges offsets) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.settle(this);
        }
    }

    /**
     * A message comes back to its place.
     *
     * @param countsAsAttempt whether the failed attempt counts to the limit
     * @param merge annotations to merge into the message as this subscription sees it
     * @param notBeforeMs wall clock before which it may not be delivered again; 0 for at once
     */
    record Requeue(
            int subscriptionId, int epoch, long offset, boolean countsAsAttempt, Annotations merge, long notBeforeMs)
            implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.requeue(this);
        }
    }

    /**
     * A message moves to the dead-letter address of its policy, or is dropped where there is none.
     *
     * @param countsAsAttempt whether the delivery that led here counts as one more failed attempt
     */
    record DeadLetter(
            int subscriptionId,
            int epoch,
            long offset,
            DeadLetterReason reason,
            @Nullable String condition,
            @Nullable String description,
            boolean countsAsAttempt)
            implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.deadLetter(this);
        }
    }

    /** Messages whose time to live ran out: moved to the expiry address, or dropped where there is none. */
    record Expire(int subscriptionId, int epoch, OffsetRanges offsets) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.expire(this);
        }
    }

    /**
     * Offsets below this may have been shown to a consumer, so that after a crash they are marked as redelivered. Rides
     * any batch; never causes one.
     */
    record MarkDispatched(int subscriptionId, int epoch, long upToExclusive) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.markDispatched(this);
        }
    }

    /** Removes every message below an offset from a subscription, except those named (they are out with a consumer). */
    record Purge(int subscriptionId, long upToExclusive, OffsetRanges except) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.purge(this);
        }
    }

    /** Creates an address; an equal one may exist already, a different one refuses the command. */
    record DefineAddress(AddressDefinition definition) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.defineAddress(this);
        }
    }

    /** Deletes an address with its messages and subscriptions. */
    record DeleteAddress(AddressKey key) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.deleteAddress(this);
        }
    }

    /** Creates a durable subscription at the end of its topic's log, replacing a different one of the same key. */
    record DefineSubscription(SubscriptionDefinition definition) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.defineSubscription(this);
        }
    }

    /** Deletes a durable subscription and its backlog. */
    record DeleteSubscription(SubscriptionKey key) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.deleteSubscription(this);
        }
    }

    /** Creates or replaces a user. */
    record PutUser(UserRecord user) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.putUser(this);
        }
    }

    /** Removes a user. */
    record RemoveUser(String name) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.removeUser(this);
        }
    }

    /** One method for each command, so that the compiler lists the places a new one must be handled. */
    interface Visitor<R> {
        R publish(Publish command);

        R settle(Settle command);

        R requeue(Requeue command);

        R deadLetter(DeadLetter command);

        R expire(Expire command);

        R markDispatched(MarkDispatched command);

        R purge(Purge command);

        R defineAddress(DefineAddress command);

        R deleteAddress(DeleteAddress command);

        R defineSubscription(DefineSubscription command);

        R deleteSubscription(DeleteSubscription command);

        R putUser(PutUser command);

        R removeUser(RemoveUser command);
    }
}
