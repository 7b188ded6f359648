// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.command.BranchId;
import io.postrider.api.command.Command;
import io.postrider.api.command.DeadLetterReason;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.DedupeId;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

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
    private Effects effects = Effects.NONE;
    private final Definitions definitions;
    private boolean isInCommit;

    public ShardMachine(ShardState state, MessageInspector inspector) {
        this.state = state;
        this.inspector = inspector;
        this.definitions = new Definitions(state, this::release);
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
        LargeBody body = command.message().body();
        if (address == null) {
            if (body != null) {
                drop(body.id()); // who sent it may be gone too
            }
            return Result.rejected(new Rejection(
                    ErrorCode.RESOURCE_DELETED, "The address was deleted while the message was on its way"));
        }
        if (body != null && !state.bodies().isWhole(body.id(), body.chunks())) {
            return Result.rejected(new Rejection(
                    ErrorCode.ILLEGAL_STATE,
                    "Expected the large message's body " + body.id() + " to be there with " + body.chunks()
                            + " chunks, but it is not"));
        }
        return take(address, command);
    }

    /** A transaction's parts are all or nothing, so limits do not hold for them: their sends were refused while it was open. */
    private Result take(AddressState address, Command.Publish command) {
        Admission.Verdict verdict = isInCommit ? Admission.Verdict.TAKE : Admission.verdict(address);
        Rejection full = verdict == Admission.Verdict.REJECT ? Admission.fullness(address) : null;
        if (full != null) {
            dropBody(command.message());
            return Result.rejected(full);
        }
        DedupeId id = command.message().dedupeId();
        boolean isDuplicate = id != null && !address.isFirst(id, state.lastTimeMs());
        if (isDuplicate || verdict == Admission.Verdict.DROP) {
            dropBody(command.message());
            effects.ignored(address, isDuplicate);
            return Result.OK;
        }
        deliver(address, command.message(), command.publisher());
        return Result.OK;
    }

    /** A message comes to an address, and goes on from there. */
    private void deliver(AddressState address, Message message, @Nullable String publisher) {
        if (address.routes().isEmpty()) {
            append(address, message, publisher);
            return;
        }
        LargeBody body = message.body();
        if (body != null) {
            state.bodies().retain(body.id()); // until it has come everywhere
        }
        new Forwarding(inspector).deliver(address, message, target -> {
            if (target != address && Admission.verdict(target) == Admission.Verdict.DROP) {
                effects.ignored(target, false);
            } else {
                append(target, message, publisher);
            }
        });
        if (body != null) {
            release(body);
        }
    }

    /** Gives up the body of a message that is not kept, unless another one has it. */
    private void dropBody(Message message) {
        LargeBody body = message.body();
        if (body != null) {
            drop(body.id());
        }
    }

    private long append(AddressState address, Message message, @Nullable String publisher) {
        long offset = address.publish(message, publisher, inspector, state.lastTimeMs());
        LargeBody body = message.body();
        if (body != null) {
            state.bodies().retain(body.id());
        }
        effects.published(address, offset, message, publisher);
        displace(address);
        if (body != null && !address.isHeld(offset)) {
            release(body);
        }
        return offset;
    }

    /** Ends the claims on the oldest messages where subscriptions hold more than a ring has room for. */
    private void displace(AddressState address) {
        long max = address.policy().number(PolicyKey.RING_MESSAGES);
        if (max == 0) {
            return;
        }
        List<SubscriptionState> subscriptions = address.subscriptions();
        for (int i = 0; i < subscriptions.size(); i++) {
            SubscriptionState subscription = subscriptions.get(i);
            while (!subscription.isReader() && subscription.depth() > max) {
                long oldest = subscription.cursor();
                long meanBytes = subscription.bytes() / subscription.depth();
                finish(subscription, oldest);
                subscription.release(meanBytes);
                effects.displaced(subscription, oldest);
            }
        }
    }

    private void releaseBody(AddressState address, long offset) {
        LargeBody unwanted = address.takeUnwantedBody(offset);
        if (unwanted != null) {
            release(unwanted);
        }
    }

    private void release(LargeBody body) {
        if (state.bodies().release(body.id())) {
            effects.bodyGone(body.id());
        }
    }

    @Override
    public Result stageChunk(Command.StageChunk command) {
        int chunk = state.bodies().add(command.bodyId(), command.chunk().length);
        if (chunk < 0) {
            return Result.rejected(new Rejection(
                    ErrorCode.ILLEGAL_STATE,
                    "The body " + command.bodyId() + " of a large message takes no more chunks"));
        }
        effects.staged(command.bodyId(), chunk);
        return Result.of(chunk);
    }

    @Override
    public Result dropBody(Command.DropBody command) {
        drop(command.bodyId());
        return Result.OK;
    }

    private void drop(long bodyId) {
        if (state.bodies().drop(bodyId)) {
            effects.bodyGone(bodyId);
        }
    }

    /** A part that makes no sense any more changes nothing, as it would alone; the others are done all the same. */
    @Override
    public Result commit(Command.Commit command) {
        long count = 0;
        isInCommit = true;
        for (int i = 0; i < command.parts().size(); i++) {
            effects.part(i);
            count += command.parts().get(i).accept(this).count();
        }
        isInCommit = false;
        return Result.of(count);
    }

    @Override
    public Result prepare(Command.Prepare command) {
        if (state.branches().isKnown(command.branch())) {
            return Result.rejected(new Rejection(
                    ErrorCode.ILLEGAL_STATE,
                    "Expected a new branch, but " + command.branch() + " is prepared already"));
        }
        state.branches().put(command.branch(), new PreparedBranches.Branch(state.lastTimeMs(), command.parts()));
        return Result.OK;
    }

    @Override
    public Result commitPrepared(Command.CommitPrepared command) {
        if (state.branches().remove(command.branch()) == null) {
            return Result.rejected(noBranch(command.branch()));
        }
        if (command.isHeuristic()) {
            state.branches().decide(command.branch(), true);
        }
        return commit(new Command.Commit(command.parts()));
    }

    @Override
    public Result rollbackPrepared(Command.RollbackPrepared command) {
        PreparedBranches.Branch branch = state.branches().remove(command.branch());
        if (branch == null) {
            return Result.rejected(noBranch(command.branch()));
        }
        if (command.isHeuristic()) {
            state.branches().decide(command.branch(), false);
        }
        for (Command part : branch.parts()) {
            PreparedParts.returned(part).forEach(requeue -> requeue.accept(this));
        }
        return Result.OK;
    }

    @Override
    public Result forgetBranch(Command.ForgetBranch command) {
        return state.branches().forget(command.branch()) ? Result.OK : Result.rejected(noBranch(command.branch()));
    }

    private static Rejection noBranch(BranchId branch) {
        return new Rejection(ErrorCode.TRANSACTION_UNKNOWN, "There is no prepared branch " + branch);
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
                if (finish(subscription, offset)) {
                    effects.settled(subscription, offset);
                    count++;
                }
            }
        }
        release(subscription, command.bytes(), count, offsets);
        return Result.of(count);
    }

    /** Takes the bytes of a command off the count, or their share when some of its offsets were done before. */
    private static void release(SubscriptionState subscription, long bytes, long count, OffsetRanges offsets) {
        long named = offsets.offsetCount();
        subscription.release(count == named ? bytes : (long) ((double) bytes * count / named));
    }

    @Override
    public Result requeue(Command.Requeue command) {
        SubscriptionState subscription = current(command.subscriptionId(), command.epoch());
        if (subscription != null && subscription.wants(command.offset())) {
            subscription
                    .address()
                    .requeue(
                            subscription,
                            command.offset(),
                            command.countsAsAttempt(),
                            command.merge(),
                            command.notBeforeMs(),
                            state.lastTimeMs());
            effects.requeued(subscription, command);
        }
        return Result.OK;
    }

    @Override
    public Result defer(Command.Defer command) {
        SubscriptionState subscription = current(command.subscriptionId(), command.epoch());
        if (subscription == null || !subscription.wants(command.offset())) {
            return Result.OK;
        }
        AddressState address = subscription.address();
        Command.Requeue refused = Deferring.refused(command, subscription);
        if (refused != null) {
            return requeue(refused);
        }
        address.defer(
                subscription,
                command.offset(),
                command.countsAsAttempt(),
                command.merge(),
                command.token(),
                state.lastTimeMs());
        effects.deferred(subscription, command);
        return Result.OK;
    }

    @Override
    public Result returnDeferred(Command.ReturnDeferred command) {
        SubscriptionState subscription = state.subscription(command.subscriptionId());
        if (subscription == null || subscription.deferrals().isEmpty()) {
            return Result.OK;
        }
        Roaring64Bitmap offsets = subscription.address().returnDeferred(subscription);
        effects.deferredReturned(subscription, offsets);
        return Result.of(offsets.getLongCardinality());
    }

    @Override
    public Result deadLetter(Command.DeadLetter command) {
        SubscriptionState subscription = current(command.subscriptionId(), command.epoch());
        if (subscription == null || !subscription.wants(command.offset())) {
            return Result.OK;
        }
        AddressKey key = command.target();
        Message letter = command.letter();
        if (key != null && letter != null && !subscription.isReader()) {
            // Before the claim on the message ends, so that a large body is never without one.
            deliver(definitions.defined(DeadLettering.targetDefinition(key), effects), letter, null);
        }
        finish(subscription, command.offset());
        subscription.release(command.bytes());
        if (command.reason() == DeadLetterReason.EXPIRED) {
            effects.expired(subscription, command.offset());
        } else {
            effects.deadLettered(subscription, command.offset());
        }
        return Result.of(1);
    }

    @Override
    public Result redrive(Command.Redrive command) {
        SubscriptionState letters = current(command.subscriptionId(), command.epoch());
        AddressState target = state.address(command.addressId());
        SubscriptionState only = command.onlyFor() < 0 ? null : state.subscription(command.onlyFor());
        Rejection problem = Redriving.problem(command, letters, target, only);
        if (problem != null || letters == null || target == null) {
            return problem == null ? Result.OK : Result.rejected(problem);
        }
        long offset;
        // Before the claim on the letter ends, so that a large body is never without one.
        if (only == null) {
            offset = append(target, command.message(), null);
        } else {
            offset = target.publishOnlyTo(only, command.message(), state.lastTimeMs());
            LargeBody body = command.message().body();
            if (body != null) {
                state.bodies().retain(body.id());
            }
            effects.redriven(only, offset, command.message());
            displace(target);
        }
        finish(letters, command.offset());
        letters.release(command.bytes());
        effects.settled(letters, command.offset());
        return Result.of(offset);
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
                if (finish(subscription, offset)) {
                    effects.expired(subscription, offset);
                    count++;
                }
            }
        }
        release(subscription, command.bytes(), count, offsets);
        return Result.of(count);
    }

    @Override
    public Result markDispatched(Command.MarkDispatched command) {
        SubscriptionState subscription = current(command.subscriptionId(), command.epoch());
        if (subscription != null) {
            subscription.address().dispatched(subscription, command.upToExclusive());
        }
        return Result.OK;
    }

    @Override
    public Result purge(Command.Purge command) {
        SubscriptionState subscription = state.subscription(command.subscriptionId());
        if (subscription == null) {
            return Result.OK;
        }
        AddressState address = subscription.address();
        long end = Math.min(command.upToExclusive(), address.log().end());
        long count = address.finishBelow(subscription, end, command.except(), command.removedBytes());
        effects.purged(subscription, end, command.except());
        address.takeUnwantedBodies().forEach(this::release);
        return Result.of(count);
    }

    @Override
    public Result rewind(Command.Rewind command) {
        SubscriptionState subscription = state.subscription(command.subscriptionId());
        if (subscription == null || command.offsets().rangeCount() == 0) {
            return Result.OK;
        }
        if (!subscription.address().retention().isOn()) {
            return Result.rejected(new Rejection(
                    ErrorCode.PRECONDITION_FAILED,
                    "Expected an address that retains messages, but '"
                            + subscription.address().definition().key() + "' has no bound of retention"));
        }
        if (subscription.definition() != null && subscription.definition().noLocal()) {
            return Result.rejected(new Rejection(
                    ErrorCode.NOT_IMPLEMENTED,
                    "A no-local subscription cannot be rewound: the log does not say who published a message"));
        }
        long count = subscription.address().rewind(subscription, command.offsets());
        if (count > 0) {
            effects.rewound(subscription, command.offsets().first(0));
        }
        return Result.of(count);
    }

    @Override
    public Result trim(Command.Trim command) {
        AddressState address = state.address(command.addressId());
        if (address == null) {
            return Result.OK;
        }
        long before = address.retention().from();
        if (!address.trim(command.upToExclusive())) {
            return Result.OK;
        }
        address.takeUnwantedBodies().forEach(this::release);
        effects.trimmed(address);
        return Result.of(address.retention().from() - before);
    }

    @Override
    public Result defineAddress(Command.DefineAddress command) {
        return definitions.defineAddress(command, effects);
    }

    @Override
    public Result deleteAddress(Command.DeleteAddress command) {
        return definitions.deleteAddress(command, effects);
    }

    @Override
    public Result deleteIfIdle(Command.DeleteIfIdle command) {
        return definitions.deleteIfIdle(command, effects);
    }

    @Override
    public Result putForward(Command.PutForward command) {
        return definitions.putForward(command, effects);
    }

    @Override
    public Result removeForward(Command.RemoveForward command) {
        return definitions.removeForward(command, effects);
    }

    @Override
    public Result putPolicy(Command.PutPolicy command) {
        return definitions.putPolicy(command, effects);
    }

    @Override
    public Result removePolicy(Command.RemovePolicy command) {
        return definitions.removePolicy(command, effects);
    }

    @Override
    public Result configurePolicies(Command.ConfigurePolicies command) {
        return definitions.configurePolicies(command, effects);
    }

    @Override
    public Result updateAddress(Command.UpdateAddress command) {
        return definitions.updateAddress(command, effects);
    }

    @Override
    public Result defineSubscription(Command.DefineSubscription command) {
        return definitions.defineSubscription(command, effects);
    }

    @Override
    public Result deleteSubscription(Command.DeleteSubscription command) {
        return definitions.deleteSubscription(command, effects);
    }

    @Override
    public Result putUser(Command.PutUser command) {
        return definitions.putUser(command, effects);
    }

    @Override
    public Result removeUser(Command.RemoveUser command) {
        return definitions.removeUser(command, effects);
    }

    @Override
    public Result setPaused(Command.SetPaused command) {
        SubscriptionState subscription = state.subscription(command.subscriptionId());
        if (subscription == null) {
            return Result.rejected(new Rejection(
                    ErrorCode.NOT_FOUND, "Subscription " + command.subscriptionId() + " was deleted meanwhile"));
        }
        subscription.setPaused(command.isPaused());
        effects.paused(subscription);
        return Result.OK;
    }

    private boolean finish(SubscriptionState subscription, long offset) {
        AddressState address = subscription.address();
        if (!address.finish(subscription, offset)) {
            return false;
        }
        releaseBody(address, offset);
        return true;
    }

    private @Nullable SubscriptionState current(int id, int epoch) {
        SubscriptionState subscription = state.subscription(id);
        return subscription != null && subscription.epoch() == epoch ? subscription : null;
    }
}
