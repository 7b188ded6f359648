// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.StartPosition;
import io.postrider.api.command.Command;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.EventLoop;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.Reply;
import io.postrider.api.port.RewindRequest;
import io.postrider.api.selector.InvalidSelectorException;
import io.postrider.api.selector.Selector;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators do with the past of a log: read it again, or cut it off. Owned by the shard's thread. */
final class Rewinds {
    private final ShardState state;
    private final ShardRunner runner;
    private final ShardEffects effects;
    private final MessageInspector inspector;
    private final EventLoop loop;

    Rewinds(ShardState state, ShardRunner runner, ShardEffects effects, MessageInspector inspector, EventLoop loop) {
        this.state = state;
        this.runner = runner;
        this.effects = effects;
        this.inspector = inspector;
        this.loop = loop;
    }

    /** Starts a rewind; the answer comes when it has done all of it. */
    void start(RewindRequest request, Reply<Long> reply) {
        AddressState address = state.address(request.address());
        if (address == null) {
            reply.rejected(notFound(request.address()));
            return;
        }
        SubscriptionState subscription = subscription(address, request.subscription());
        if (subscription == null && (request.into() == null || request.subscription() != null)) {
            reply.rejected(new Rejection(
                    ErrorCode.NOT_FOUND,
                    request.subscription() == null
                            ? "'" + address.definition().key()
                                    + "' is a topic: name one of its subscriptions, or where copies go"
                            : "'" + address.definition().key() + "' has no subscription '" + request.subscription()
                                    + "'"));
            return;
        }
        if (!address.retention().isOn()) {
            reply.rejected(new Rejection(
                    ErrorCode.PRECONDITION_FAILED,
                    "Expected an address that retains messages, but '"
                            + address.definition().key()
                            + "' has no bound of retention: set retention.time, retention.bytes or retention.count"));
            return;
        }
        long first = address.offset(request.to(), runner.nowMs());
        long end = address.log().end();
        Selector selector;
        try {
            selector = request.selector() == null ? null : Selector.parse(request.selector());
        } catch (InvalidSelectorException e) {
            reply.rejected(new Rejection(ErrorCode.INVALID_SELECTOR, String.valueOf(e.getMessage())));
            return;
        }
        AddressState target = request.into() == null ? null : state.address(request.into());
        if (request.into() != null && (target == null || target == address)) {
            reply.rejected(
                    target == null
                            ? notFound(request.into())
                            : new Rejection(
                                    ErrorCode.PRECONDITION_FAILED,
                                    "Expected copies to go to another address, but they would go to '" + request.into()
                                            + "' itself"));
            return;
        }
        if (first >= end) {
            reply.ok(0L);
        } else if (selector == null && target == null && request.messagesPerSecond() == 0 && subscription != null) {
            atOnce(subscription, first, end, request.isDryRun(), reply);
        } else {
            new Rewinding(
                            state,
                            runner,
                            inspector,
                            loop,
                            address,
                            target == null ? subscription : null,
                            target,
                            selector)
                    .run(first, end, request, reply);
        }
    }

    private void atOnce(SubscriptionState subscription, long first, long end, boolean isDryRun, Reply<Long> reply) {
        if (isDryRun) {
            reply.ok(subscription.doneCount(first, end));
            return;
        }
        OffsetRanges all = new OffsetRanges.Builder().add(first, end - 1).build();
        runner.propose(
                new Command.Rewind(subscription.id(), all),
                (token, result) -> LocalAdmin.answer(reply, result, result.count()),
                0);
    }

    private static Rejection notFound(AddressKey key) {
        return new Rejection(ErrorCode.NOT_FOUND, "Address '" + key + "' does not exist");
    }

    private static @Nullable SubscriptionState subscription(AddressState address, @Nullable String name) {
        if (name == null) {
            return address.isQueue() ? address.queue() : null;
        }
        for (SubscriptionState subscription : address.subscriptions()) {
            if (subscription.definition() != null
                    && subscription.definition().key().toString().equals(name)) {
                return subscription;
            }
        }
        return null;
    }

    /** Removes what lies before a position, for all subscriptions. */
    void truncate(AddressKey key, StartPosition before, Reply<Long> reply) {
        AddressState address = state.address(key);
        if (address == null) {
            reply.rejected(notFound(key));
            return;
        }
        boolean isOfTime = before.kind() == StartPosition.Kind.TIME || before.kind() == StartPosition.Kind.AGO;
        if (isOfTime && !address.retention().isOn()) {
            reply.rejected(new Rejection(
                    ErrorCode.PRECONDITION_FAILED,
                    "Expected an offset or last:N, because '" + key
                            + "' retains nothing and so knows no times, but got " + before.text()));
            return;
        }
        long end = address.log().end();
        long upTo = switch (before.kind()) {
            case OFFSET -> Math.min(end, before.value());
            case LAST -> Math.max(0, end - before.value());
            case DEFAULT, NEW -> end;
            case EARLIEST -> address.lowestHeld();
            case TIME, AGO -> address.offset(before, runner.nowMs());
        };
        for (SubscriptionState subscription : List.copyOf(address.subscriptions())) {
            if (subscription.cursor() < upTo) {
                runner.propose(effects.dispatcher(subscription).purge(upTo), null, 0);
            }
        }
        runner.propose(
                new Command.Trim(address.id(), upTo),
                (token, result) -> LocalAdmin.answer(reply, result, address.lowestHeld()),
                0);
    }
}
