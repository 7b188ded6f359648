// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.ForwardRule;
import io.postrider.api.address.PolicyBook;
import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.LargeBody;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.List;
import java.util.function.Consumer;

/**
 * Applies the commands that say what there is: addresses, subscriptions, settings, forward rules, users. Pure, as {@link ShardMachine} is, for which it
 * works. Owned by the shard's thread.
 */
final class Definitions {
    private final ShardState state;
    private final Consumer<LargeBody> release;

    /** @param release told of each large body that a message nobody wants any more has a claim on */
    Definitions(ShardState state, Consumer<LargeBody> release) {
        this.state = state;
        this.release = release;
    }

    Result defineAddress(Command.DefineAddress command, Effects effects) {
        AddressDefinition wanted = command.definition();
        AddressState existing = state.address(wanted.key());
        if (existing == null) {
            define(wanted, effects);
            return Result.OK;
        }
        if (existing.definition().kind() == wanted.kind()) {
            if (existing.definition().isAutoCreated() && !wanted.isAutoCreated()) {
                existing.redefine(existing.definition().asAskedFor());
                changed(existing, effects);
            }
            return Result.OK;
        }
        return Result.rejected(new Rejection(
                ErrorCode.PRECONDITION_FAILED,
                "Address '" + wanted.key() + "' exists as a "
                        + existing.definition().kind() + ", not a " + wanted.kind()));
    }

    private AddressState define(AddressDefinition definition, Effects effects) {
        AddressState address = state.define(definition);
        effects.addressDefined(address);
        return address;
    }

    /** The state of an address, which is created if it is not there. */
    AddressState defined(AddressDefinition definition, Effects effects) {
        AddressState existing = state.address(definition.key());
        return existing != null ? existing : define(definition, effects);
    }

    Result deleteAddress(Command.DeleteAddress command, Effects effects) {
        AddressState address = state.address(command.key());
        if (address == null) {
            return Result.rejected(notFound(command.key()));
        }
        ForwardRule rule = state.forwards().to(command.key());
        if (rule != null) {
            return Result.rejected(new Rejection(
                    ErrorCode.PRECONDITION_FAILED,
                    "Expected an address that no forward rule sends to, but '" + rule.name() + "' sends to '"
                            + command.key() + "'"));
        }
        delete(address, effects);
        return Result.OK;
    }

    private void delete(AddressState address, Effects effects) {
        state.delete(address);
        address.retainNothing();
        address.takeUnwantedBodies().forEach(release);
        effects.addressDeleted(address);
    }

    Result deleteIfIdle(Command.DeleteIfIdle command, Effects effects) {
        AddressState address = state.address(command.addressId());
        if (address == null
                || state.forwards().to(address.definition().key()) != null
                || address.subscriptions().stream()
                        .anyMatch(subscription -> subscription.definition() != null || subscription.depth() > 0)) {
            return Result.OK;
        }
        delete(address, effects);
        return Result.of(1);
    }

    Result putForward(Command.PutForward command, Effects effects) {
        Rejection problem = state.forwards().problem(command.rule());
        if (problem != null) {
            return Result.rejected(problem);
        }
        state.forwards().put(command.rule());
        defined(AddressDefinition.permanent(command.rule().target(), AddressKind.QUEUE), effects);
        state.route();
        effects.routesChanged();
        return Result.OK;
    }

    Result removeForward(Command.RemoveForward command, Effects effects) {
        if (!state.forwards().remove(command.name())) {
            return Result.rejected(
                    new Rejection(ErrorCode.NOT_FOUND, "There is no forward rule '" + command.name() + "'"));
        }
        state.route();
        effects.routesChanged();
        return Result.OK;
    }

    Result putPolicy(Command.PutPolicy command, Effects effects) {
        return replace(state.policies().with(command.rule()), effects);
    }

    Result removePolicy(Command.RemovePolicy command, Effects effects) {
        PolicyBook without = state.policies().without(command.pattern(), false);
        if (without.equals(state.policies())) {
            return Result.rejected(new Rejection(
                    ErrorCode.NOT_FOUND, "There is no policy for the pattern '" + command.pattern() + "'"));
        }
        return replace(without, effects);
    }

    Result configurePolicies(Command.ConfigurePolicies command, Effects effects) {
        return replace(state.policies().withConfigured(command.rules()), effects);
    }

    private Result replace(PolicyBook policies, Effects effects) {
        List<AddressState> affected = state.replacePolicies(policies);
        effects.policiesReplaced(policies.rules());
        affected.forEach(address -> changed(address, effects));
        return Result.of(affected.size());
    }

    Result updateAddress(Command.UpdateAddress command, Effects effects) {
        AddressState address = state.address(command.key());
        if (address == null) {
            return Result.rejected(notFound(command.key()));
        }
        state.update(address, command.settings());
        changed(address, effects);
        return Result.OK;
    }

    private void changed(AddressState address, Effects effects) {
        address.takeUnwantedBodies().forEach(release); // it may retain no more
        effects.policyChanged(address);
    }

    static Rejection notFound(AddressKey key) {
        return new Rejection(ErrorCode.NOT_FOUND, "Address '" + key + "' does not exist");
    }

    Result defineSubscription(Command.DefineSubscription command, Effects effects) {
        AddressState topic = state.address(command.definition().topic());
        if (topic == null) {
            return Result.rejected(notFound(command.definition().topic()));
        }
        if (topic.isQueue() && !command.definition().key().isReader()) {
            return Result.rejected(new Rejection(
                    ErrorCode.ILLEGAL_STATE,
                    "'" + topic.definition().key() + "' is a queue: only a topic has subscriptions"));
        }
        SubscriptionState existing = state.subscription(command.definition().key());
        if (existing != null) {
            if (command.definition().equals(existing.definition())) {
                return Result.OK;
            }
            delete(existing, effects);
        }
        effects.subscriptionDefined(state.subscribe(topic, command.definition(), command.start()));
        return Result.OK;
    }

    Result deleteSubscription(Command.DeleteSubscription command, Effects effects) {
        SubscriptionState existing = state.subscription(command.key());
        if (existing == null) {
            return Result.rejected(
                    new Rejection(ErrorCode.NOT_FOUND, "Subscription '" + command.key() + "' does not exist"));
        }
        delete(existing, effects);
        return Result.OK;
    }

    private void delete(SubscriptionState subscription, Effects effects) {
        state.delete(subscription);
        subscription.address().takeUnwantedBodies().forEach(release);
        effects.subscriptionDeleted(subscription);
    }

    Result putUser(Command.PutUser command, Effects effects) {
        state.put(command.user());
        effects.userPut(command.user());
        return Result.OK;
    }

    Result removeUser(Command.RemoveUser command, Effects effects) {
        if (!state.removeUser(command.name())) {
            return Result.rejected(new Rejection(ErrorCode.NOT_FOUND, "User '" + command.name() + "' does not exist"));
        }
        effects.userRemoved(command.name());
        return Result.OK;
    }
}
