// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.command;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.ForwardRule;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.StartPosition;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.address.UserRecord;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import java.util.List;
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

    /** The commands it carries, with their messages; empty for all but commits of transactions. */
    default List<Command> carried() {
        return List.of();
    }

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

    /**
     * Messages accepted by a consumer: they are done for this subscription.
     *
     * @param bytes encoded bytes of all of them, for the subscription's count
     */
    record Settle(int subscriptionId, int epoch, OffsetRanges offsets, long bytes) implements Command {
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
     * A message leaves its subscription as a dead letter or as an expired one: it moves to another address, or is dropped where the policy
     * names none. The letter is in the command, ready to be delivered, so that applying it reads nothing.
     *
     * @param bytes encoded bytes of the message that leaves, for the subscription's count
     * @param target where the letter goes; created as a queue if it is not there; null when it is dropped
     * @param letter the message as the target gets it, with the reason in its annotations; null exactly when {@code target} is
     */
    record DeadLetter(
            int subscriptionId,
            int epoch,
            long offset,
            long bytes,
            DeadLetterReason reason,
            @Nullable AddressKey target,
            @Nullable Message letter)
            implements Command {
        public DeadLetter {
            if ((target == null) != (letter == null)) {
                throw new IllegalArgumentException("Expected a target and a letter, or neither");
            }
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.deadLetter(this);
        }
    }

    /**
     * A message is put aside until a consumer asks for it by its token. Where too many are aside already it comes back as a failed
     * attempt, as {@link Requeue} with the reason.
     *
     * @param countsAsAttempt whether a failed attempt counts to the limit
     * @param merge annotations to merge into the message as this subscription sees it
     */
    record Defer(int subscriptionId, int epoch, long offset, boolean countsAsAttempt, Annotations merge, String token)
            implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.defer(this);
        }
    }

    /** Every message that is aside comes back to its place in a subscription. */
    record ReturnDeferred(int subscriptionId) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.returnDeferred(this);
        }
    }

    /**
     * A dead letter goes back to where it came from: it is done where it is, and is appended to the log of its origin.
     *
     * @param subscriptionId of the queue of letters
     * @param offset the letter's
     * @param bytes encoded bytes of the letter, for the subscription's count
     * @param addressId the address it goes to
     * @param onlyFor the one subscription there that gets it; below 0 for all
     * @param message as it is appended, without the marks of its death
     */
    record Redrive(int subscriptionId, int epoch, long offset, long bytes, int addressId, int onlyFor, Message message)
            implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.redrive(this);
        }
    }

    /**
     * Messages whose time to live ran out and which no policy keeps: they are dropped.
     *
     * @param bytes encoded bytes of all of them, as far as known; for the subscription's count
     */
    record Expire(int subscriptionId, int epoch, OffsetRanges offsets, long bytes) implements Command {
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

    /**
     * Removes every message below an offset from a subscription, except those named (they are out with a consumer).
     *
     * @param removedBytes encoded bytes of those that go
     */
    record Purge(int subscriptionId, long upToExclusive, OffsetRanges except, long removedBytes) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.purge(this);
        }
    }

    /**
     * Brings retained messages back to a subscription that is done with them; each is marked as replayed. What it is not done with stays as it
     * is, so a message that is out with a consumer does not come twice.
     */
    record Rewind(int subscriptionId, OffsetRanges offsets) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.rewind(this);
        }
    }

    /** Stops to retain messages of an address below an offset. Those that a subscription wants stay. */
    record Trim(int addressId, long upToExclusive) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.trim(this);
        }
    }

    /**
     * Adds a chunk to the body of a large message that is still on its way; the first one begins it.
     *
     * @param bodyId number of the body, never used before when it begins
     */
    @SuppressWarnings("ArrayRecordComponent") // a chunk is carried, never compared
    record StageChunk(long bodyId, byte[] chunk) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.stageChunk(this);
        }
    }

    /** Gives up a body that no message has taken over. */
    record DropBody(long bodyId) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.dropBody(this);
        }
    }

    /**
     * What a local transaction does, as one whole: its parts are applied in order, and no other command between them.
     *
     * @param parts any commands but commits
     */
    record Commit(List<Command> parts) implements Command {
        @Override
        public List<Command> carried() {
            return parts;
        }

        public Commit {
            parts = List.copyOf(parts);
            for (Command part : parts) {
                if (part instanceof Commit) {
                    throw new IllegalArgumentException("Expected no commit within a commit");
                }
            }
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.commit(this);
        }
    }

    /**
     * Keeps what a branch of a global transaction does until its manager decides: nothing of it is seen before, and the messages it consumes are
     * given to nobody.
     *
     * @param parts any commands but commits and other transactions
     */
    record Prepare(BranchId branch, List<Command> parts) implements Command {
        public Prepare {
            parts = List.copyOf(parts);
        }

        @Override
        public List<Command> carried() {
            return parts;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.prepare(this);
        }
    }

    /**
     * Does what a prepared branch was to do, as one whole.
     *
     * @param parts what the branch was prepared with, so that its messages are in this entry, too
     * @param isHeuristic whether an operator decided instead of the manager, which is to learn of it
     */
    record CommitPrepared(BranchId branch, List<Command> parts, boolean isHeuristic) implements Command {
        public CommitPrepared {
            parts = List.copyOf(parts);
        }

        @Override
        public List<Command> carried() {
            return parts;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.commitPrepared(this);
        }
    }

    /**
     * Takes a prepared branch back: what it consumed returns to its place, with a failed attempt.
     *
     * @param isHeuristic whether an operator decided instead of the manager, which is to learn of it
     */
    record RollbackPrepared(BranchId branch, boolean isHeuristic) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.rollbackPrepared(this);
        }
    }

    /** The manager knows how an operator decided on a branch; it need not be remembered any more. */
    record ForgetBranch(BranchId branch) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.forgetBranch(this);
        }
    }

    /** Puts a rule, in place of the one with its pattern and origin. */
    record PutPolicy(PolicyRule rule) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.putPolicy(this);
        }
    }

    /** Takes an operator's rule away. */
    record RemovePolicy(AddressPattern pattern) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.removePolicy(this);
        }
    }

    /** Puts the rules of the configuration file in place of those it had before. */
    record ConfigurePolicies(List<PolicyRule> rules) implements Command {
        public ConfigurePolicies {
            rules = List.copyOf(rules);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.configurePolicies(this);
        }
    }

    /**
     * Replaces the settings of an address.
     *
     * @param settings all that the address sets itself from now on
     */
    record UpdateAddress(AddressKey key, PolicyValues settings) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.updateAddress(this);
        }
    }

    /** Puts a forward rule, in place of the one of its name, and creates its target as a queue if it is not there. */
    record PutForward(ForwardRule rule) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.putForward(this);
        }
    }

    /** Takes a forward rule away. */
    record RemoveForward(String name) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.removeForward(this);
        }
    }

    /** Hands out nothing of a subscription from now on, or everything again. */
    record SetPaused(int subscriptionId, boolean isPaused) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.setPaused(this);
        }
    }

    /** Deletes an address unless it holds a message or has a durable subscription. */
    record DeleteIfIdle(int addressId) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.deleteIfIdle(this);
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

    /**
     * Creates a durable subscription, replacing a different one of the same key.
     *
     * @param start where in its topic's log it begins; where an equal one exists, that goes on where it was
     */
    record DefineSubscription(SubscriptionDefinition definition, StartPosition start) implements Command {
        /** One that begins where the settings of its topic say. */
        public DefineSubscription(SubscriptionDefinition definition) {
            this(definition, StartPosition.DEFAULT);
        }

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

        R redrive(Redrive command);

        R defer(Defer command);

        R returnDeferred(ReturnDeferred command);

        R expire(Expire command);

        R markDispatched(MarkDispatched command);

        R purge(Purge command);

        R trim(Trim command);

        R rewind(Rewind command);

        R stageChunk(StageChunk command);

        R dropBody(DropBody command);

        R commit(Commit command);

        R prepare(Prepare command);

        R commitPrepared(CommitPrepared command);

        R rollbackPrepared(RollbackPrepared command);

        R forgetBranch(ForgetBranch command);

        R putPolicy(PutPolicy command);

        R removePolicy(RemovePolicy command);

        R configurePolicies(ConfigurePolicies command);

        R updateAddress(UpdateAddress command);

        R putForward(PutForward command);

        R removeForward(RemoveForward command);

        R setPaused(SetPaused command);

        R deleteIfIdle(DeleteIfIdle command);

        R defineAddress(DefineAddress command);

        R deleteAddress(DeleteAddress command);

        R defineSubscription(DefineSubscription command);

        R deleteSubscription(DeleteSubscription command);

        R putUser(PutUser command);

        R removeUser(RemoveUser command);
    }
}
