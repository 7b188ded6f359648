// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.command.Command;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.StoredMessage;
import io.postrider.store.queue.SubscriptionState;
import org.jspecify.annotations.Nullable;

/**
 * Applies committed commands to the state of one shard. Pure: the same commands with the same times give the same state and
 * the same effects, on every node and in every test. Owned by the shard's thread.
 *
 * <p>A command that makes no sense any more (its subscription is gone, its offset is done, its epoch is old) changes nothing; apply
 * never throws on one (rules: refuse deterministically).
 */
public final class ShardMachine implements Command.Visitor<Result> {
    private final ShardState state;
    private final MessageInspector inspector;
    private final DeadLettering deadLettering;
    private Effects effects = Effects.NONE;

    public ShardMachine(ShardState state, MessageInspector inspector) {
        this.state = state;
        this.inspector = inspector;
        this.deadLettering = new DeadLettering(state);
    }

    public ShardState state() {
        return state;
    }

    /**
     * Applies one command.
     *
     * @param timeMs time stamped on its entry; never decreases from entry to entry
     * @param target hears what it means to the outside
     */
    public Result apply(long timeMs, Command command, Effects target) {
        state.setLastTimeMs(timeMs);
        effects = target;
        return command.accept(this);
    }

    @Override
    public Result publish(Command.Publish command) {
        AddressState address = state.address(command.addressId());
        if (address == null) {
            return Result.rejected(new Rejection(
                    ErrorCode.RESOURCE_DELETED, "The address was deleted while the message was on its way"));
        }
        append(address, command.message(), command.publisher());
        return Result.OK;
    }

    private void append(AddressState address, Message message, @Nullable String publisher) {
        long offset = address.publish(message, publisher, inspector);
        effects.published(address, offset, message, publisher);
    }

    @Override
    public Result settle(Command.Settle command) {
        SubscriptionState subscription = current(command.subscriptionId(), command.epoch());
        if (subscription == null) {
            return Result.OK;
        }
        long count = 0;
        OffsetRanges offsets = command.offsets();
        for (int range = 0; range < offsets.rangeCount(); range++) {
            long last =
                    Math.min(offsets.last(range), subscription.address().log().end() - 1);
            for (long offset = Math.max(offsets.first(range), subscription.cursor()); offset <= last; offset++) {
                if (finish(subscription, offset) != null) {
                    effects.settled(subscription, offset);
                    count++;
                }
            }
        }
        return Result.of(count);
    }

    @Override
    public Result requeue(Command.Requeue command) {
        SubscriptionState subscription = current(command.subscriptionId(), command.epoch());
        if (subscription != null && subscription.wants(command.offset())) {
            subscription.requeue(command.offset(), command.countsAsAttempt(), command.merge(), command.notBeforeMs());
            effects.requeued(subscription, command.offset());
        }
        return Result.OK;
    }

    @Override
    public Result deadLetter(Command.DeadLetter command) {
        SubscriptionState subscription = current(command.subscriptionId(), command.epoch());
        if (subscription == null || !subscription.wants(command.offset())) {
            return Result.OK;
        }
        StoredMessage stored = subscription.address().log().get(command.offset());
        if (stored == null) {
            return Result.OK;
        }
        Message letter = deadLettering.letter(subscription, command, stored.message());
        AddressState target = defined(deadLettering.deadLetterTarget(subscription));
        finish(subscription, command.offset());
        effects.deadLettered(subscription, command.offset());
        if (target != null) {
            append(target, letter, null);
        }
        return Result.of(1);
    }

    @Override
    public Result expire(Command.Expire command) {
        SubscriptionState subscription = current(command.subscriptionId(), command.epoch());
        if (subscription == null) {
            return Result.OK;
        }
        long count = 0;
        OffsetRanges offsets = command.offsets();
        for (int range = 0; range < offsets.rangeCount(); range++) {
            long last =
                    Math.min(offsets.last(range), subscription.address().log().end() - 1);
            for (long offset = Math.max(offsets.first(range), subscription.cursor()); offset <= last; offset++) {
                if (expire(subscription, offset)) {
                    count++;
                }
            }
        }
        return Result.of(count);
    }

    private boolean expire(SubscriptionState subscription, long offset) {
        StoredMessage stored = subscription.address().log().get(offset);
        if (stored == null || !subscription.wants(offset)) {
            return false;
        }
        Message letter = deadLettering.expired(subscription, offset, stored.message());
        AddressState target = defined(deadLettering.expiryTarget(subscription));
        finish(subscription, offset);
        effects.expired(subscription, offset);
        if (target != null) {
            append(target, letter, null);
        }
        return true;
    }

    @Override
    public Result markDispatched(Command.MarkDispatched command) {
        SubscriptionState subscription = current(command.subscriptionId(), command.epoch());
        if (subscription != null) {
            subscription.dispatched(command.upToExclusive());
        }
        return Result.OK;
    }

    @Override
    public Result purge(Command.Purge command) {
        SubscriptionState subscription = state.subscription(command.subscriptionId());
        if (subscription == null) {
            return Result.OK;
        }
        long count = 0;
        long end =
                Math.min(command.upToExclusive(), subscription.address().log().end());
        int range = 0;
        OffsetRanges except = command.except();
        for (long offset = subscription.cursor(); offset < end; offset++) {
            while (range < except.rangeCount() && except.last(range) < offset) {
                range++;
            }
            boolean isKept = range < except.rangeCount() && except.first(range) <= offset;
            if (!isKept && finish(subscription, offset) != null) {
                effects.purged(subscription, offset);
                count++;
            }
        }
        return Result.of(count);
    }

    @Override
    public Result defineAddress(Command.DefineAddress command) {
        AddressDefinition wanted = command.definition();
        AddressState existing = state.address(wanted.key());
        if (existing == null) {
            define(wanted);
            return Result.OK;
        }
        if (existing.definition().kind() == wanted.kind()) {
            return Result.OK;
        }
        return Result.rejected(new Rejection(
                ErrorCode.PRECONDITION_FAILED,
                "Address '" + wanted.key() + "' exists as a "
                        + existing.definition().kind() + ", not a " + wanted.kind()));
    }

    private AddressState define(AddressDefinition definition) {
        AddressState address = state.define(definition);
        effects.addressDefined(address);
        return address;
    }

    /** The state of an address, which is created if it is not there; null for null. */
    private @Nullable AddressState defined(@Nullable AddressDefinition definition) {
        if (definition == null) {
            return null;
        }
        AddressState existing = state.address(definition.key());
        return existing != null ? existing : define(definition);
    }

    @Override
    public Result deleteAddress(Command.DeleteAddress command) {
        AddressState address = state.address(command.key());
        if (address == null) {
            return Result.rejected(notFound(command.key()));
        }
        for (SubscriptionState subscription : address.subscriptions()) {
            releaseAll(subscription);
        }
        state.delete(address);
        effects.addressDeleted(address);
        return Result.OK;
    }

    static Rejection notFound(AddressKey key) {
        return new Rejection(ErrorCode.NOT_FOUND, "Address '" + key + "' does not exist");
    }

    @Override
    public Result defineSubscription(Command.DefineSubscription command) {
        AddressState topic = state.address(command.definition().topic());
        if (topic == null) {
            return Result.rejected(notFound(command.definition().topic()));
        }
        if (topic.definition().kind() != AddressKind.TOPIC) {
            return Result.rejected(new Rejection(
                    ErrorCode.ILLEGAL_STATE,
                    "'" + topic.definition().key() + "' is a queue: only a topic has subscriptions"));
        }
        SubscriptionState existing = state.subscription(command.definition().key());
        if (existing != null) {
            if (command.definition().equals(existing.definition())) {
                return Result.OK;
            }
            delete(existing);
        }
        effects.subscriptionDefined(state.subscribe(topic, command.definition()));
        return Result.OK;
    }

    @Override
    public Result deleteSubscription(Command.DeleteSubscription command) {
        SubscriptionState existing = state.subscription(command.key());
        if (existing == null) {
            return Result.rejected(
                    new Rejection(ErrorCode.NOT_FOUND, "Subscription '" + command.key() + "' does not exist"));
        }
        delete(existing);
        return Result.OK;
    }

    private void delete(SubscriptionState subscription) {
        releaseAll(subscription);
        state.delete(subscription);
        effects.subscriptionDeleted(subscription);
    }

    @Override
    public Result putUser(Command.PutUser command) {
        state.put(command.user());
        effects.userPut(command.user());
        return Result.OK;
    }

    @Override
    public Result removeUser(Command.RemoveUser command) {
        if (!state.removeUser(command.name())) {
            return Result.rejected(new Rejection(ErrorCode.NOT_FOUND, "User '" + command.name() + "' does not exist"));
        }
        effects.userRemoved(command.name());
        return Result.OK;
    }

    private @Nullable StoredMessage finish(SubscriptionState subscription, long offset) {
        StoredMessage stored = subscription.address().finish(subscription, offset);
        if (stored != null) {
            effects.released(stored);
        }
        return stored;
    }

    private void releaseAll(SubscriptionState subscription) {
        long end = subscription.address().log().end();
        for (long offset = subscription.cursor(); offset < end; offset++) {
            finish(subscription, offset);
        }
    }

    private @Nullable SubscriptionState current(int id, int epoch) {
        SubscriptionState subscription = state.subscription(id);
        return subscription != null && subscription.epoch() == epoch ? subscription : null;
    }
}
