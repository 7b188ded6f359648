// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.DedupeId;
import io.postrider.api.message.Message;
import io.postrider.api.port.EventLoop;
import io.postrider.api.port.MessageInspector;
import io.postrider.store.dispatch.Dispatcher;
import io.postrider.store.machine.Admission;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.Route;
import io.postrider.store.queue.SubscriptionState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the settings of an address mean for a message that comes to it, before it is proposed: its times, its id, whether anybody wants it, how
 * fast its producers may send, and whether they may send at all. Owned by the shard's thread.
 */
final class Ingress {
    private final ShardState state;
    private final ShardRunner runner;
    private final ShardEffects effects;
    private final MessageInspector inspector;
    private final EventLoop loop;
    private final LongSupplier clockMs;
    private final Throttle throttle = new Throttle();

    Ingress(
            ShardState state,
            ShardRunner runner,
            ShardEffects effects,
            MessageInspector inspector,
            EventLoop loop,
            LongSupplier clockMs) {
        this.state = state;
        this.runner = runner;
        this.effects = effects;
        this.inspector = inspector;
        this.loop = loop;
        this.clockMs = clockMs;
    }

    // ---- what a message becomes

    /** A message as its address keeps it: its time to live within bounds, its message-id as its id where the address wants that. */
    Message shaped(AddressState address, Message message) {
        AddressPolicy policy = address.policy();
        Message timed = timed(policy, message);
        if (timed.dedupeId() == null && policy.is(PolicyKey.DEDUPE_BY_MESSAGE_ID)) {
            Object id = inspector.open(timed).get("JMSMessageID");
            return id == null
                    ? timed
                    : timed.withDedupeId(DedupeId.of('m', id.toString().getBytes(StandardCharsets.UTF_8)));
        }
        return timed;
    }

    private Message timed(AddressPolicy policy, Message message) {
        long minMs = policy.number(PolicyKey.TTL_MIN);
        long maxMs = policy.number(PolicyKey.TTL_MAX);
        long defaultMs = policy.number(PolicyKey.TTL_DEFAULT);
        if (minMs == 0 && maxMs == 0 && defaultMs == 0) {
            return message;
        }
        // Time waiting for its delivery time is no time to live.
        long startMs = Math.max(runner.nowMs(), message.deliverAtMs());
        long expiresAtMs = message.expiresAtMs();
        if (expiresAtMs == Message.NEVER && defaultMs > 0) {
            expiresAtMs = startMs + defaultMs;
        }
        if (expiresAtMs != Message.NEVER && minMs > 0) {
            expiresAtMs = Math.max(expiresAtMs, startMs + minMs);
        }
        if (maxMs > 0 && (expiresAtMs == Message.NEVER || expiresAtMs > startMs + maxMs)) {
            expiresAtMs = startMs + maxMs;
        }
        return expiresAtMs == message.expiresAtMs() ? message : message.withExpiry(expiresAtMs);
    }

    // ---- whether anybody wants it

    /** Whether a message finds a taker at its address, or goes on from there. A queue takes everything, and a log that retains takes what is durable. */
    boolean isRouted(AddressState address, Message message, @Nullable String publisher) {
        if (address.isQueue()
                || !address.routes().isEmpty()
                || (message.isDurable() && address.retention().isOn())) {
            return true;
        }
        if (address.policy().text(PolicyKey.UNROUTED).equals("drop")) {
            return !address.subscriptions().isEmpty()
                    || !effects.volatiles(address).isEmpty();
        }
        MessageInspector.Fields fields = inspector.open(message);
        for (SubscriptionState subscription : address.subscriptions()) {
            if (AddressState.matches(subscription, publisher, fields)) {
                return true;
            }
        }
        for (VolatileSubscription subscription : effects.volatiles(address)) {
            if (subscription.matches(publisher, fields)) {
                return true;
            }
        }
        return false;
    }

    /** Why a message nobody wants is refused; null where it is dropped or goes elsewhere. */
    @Nullable
    Rejection unrouted(AddressState address) {
        return address.policy().text(PolicyKey.UNROUTED).equals("reject")
                ? new Rejection(
                        ErrorCode.NOT_FOUND,
                        "No subscription of topic '" + address.definition().key() + "' wants the message")
                : null;
    }

    /** Whether what nobody wants goes to another address. */
    boolean hasAlternate(AddressState address) {
        String name = address.policy().name(PolicyKey.ALTERNATE_ADDRESS);
        return address.policy().text(PolicyKey.UNROUTED).equals("alternate")
                && name != null
                && !name.equals(address.definition().key().name());
    }

    /** Hands over the address for what nobody wants, which is created as a queue if it is not there; null if it was deleted again. */
    void withAlternate(AddressState address, Consumer<@Nullable AddressState> then) {
        AddressKey key = new AddressKey(
                address.definition().key().virtualHost(), address.policy().text(PolicyKey.ALTERNATE_ADDRESS));
        AddressState existing = state.address(key);
        if (existing != null) {
            then.accept(existing);
            return;
        }
        runner.propose(
                new Command.DefineAddress(AddressDefinition.permanent(key, AddressKind.QUEUE)),
                (token, result) -> then.accept(state.address(key)),
                0);
    }

    // ---- whether it may come

    /** Why a message is refused because its address is full, or one it goes on to; null where it is taken, or dropped by what comes next. */
    @Nullable
    Rejection refusal(AddressState address) {
        return fullAnd("reject", address);
    }

    /** Why an address, or one that its messages go on to, is full and does something about it; null if none is. */
    private @Nullable Rejection fullAnd(String whenFull, AddressState address) {
        Rejection full = ownFullness(whenFull, address);
        List<Route> routes = address.routes();
        for (int i = 0; full == null && i < routes.size(); i++) {
            full = ownFullness(whenFull, routes.get(i).target());
        }
        return full;
    }

    private @Nullable Rejection ownFullness(String whenFull, AddressState address) {
        return isLimited(address)
                        && address.policy().text(PolicyKey.LIMIT_WHEN_FULL).equals(whenFull)
                ? fullness(address)
                : null;
    }

    /** Whether a message that is in no log is dropped because its address is full. */
    boolean drops(AddressState address) {
        return ownFullness("drop-new", address) != null;
    }

    private static boolean isLimited(AddressState address) {
        return address.policy().number(PolicyKey.LIMIT_MESSAGES) > 0
                || address.policy().number(PolicyKey.LIMIT_BYTES) > 0;
    }

    /** Why an address is full; null if it is not. Counts what is in no log as well. */
    private @Nullable Rejection fullness(AddressState address) {
        Rejection logged = Admission.fullness(address);
        if (logged != null) {
            return logged;
        }
        long messagesMax = address.policy().number(PolicyKey.LIMIT_MESSAGES);
        long bytesMax = address.policy().number(PolicyKey.LIMIT_BYTES);
        for (SubscriptionState subscription : address.subscriptions()) {
            Dispatcher dispatcher = effects.dispatcher(subscription);
            if ((messagesMax > 0 && dispatcher.depth() >= messagesMax)
                    || (bytesMax > 0 && dispatcher.bytes() >= bytesMax)) {
                return new Rejection(
                        ErrorCode.RESOURCE_LIMIT,
                        "'" + address.definition().key() + "' is full: it holds " + dispatcher.depth() + " messages of "
                                + dispatcher.bytes() + " bytes");
            }
        }
        return null;
    }

    /** Looks again, at the end of a turn, whether a producer's address is full. */
    void check(ProducerHandle producer) {
        AddressState address = producer.state();
        Rejection full = fullAnd("hold", address);
        if (full != null) {
            producer.holds().hold(Holds.Reason.FULL, full);
        } else {
            producer.holds().release(Holds.Reason.FULL);
        }
    }

    /** Whether a producer's address, or one that its messages go on to, can be full. */
    boolean canBeFull(AddressState address) {
        return isLimited(address) || address.routes().stream().anyMatch(route -> isLimited(route.target()));
    }

    /** Books a message, and holds those who send too fast. */
    void book(AddressState address, ProducerHandle producer, long bytes) {
        if (!Throttle.isLimited(address.policy())) {
            return;
        }
        long nowMs = clockMs.getAsLong();
        long everybodyMs = throttle.book(address, bytes, nowMs);
        if (everybodyMs > 0) {
            Rejection reason = tooFast(address, "");
            for (ProducerHandle each : effects.producers(address)) {
                hold(each, reason, everybodyMs);
            }
        }
        long userMs = throttle.book(address, producer.user(), bytes, nowMs);
        if (userMs > 0) {
            Rejection reason = tooFast(address, " of user '" + producer.user() + "'");
            for (ProducerHandle each : effects.producers(address)) {
                if (each.user().equals(producer.user())) {
                    hold(each, reason, userMs);
                }
            }
        }
    }

    private static Rejection tooFast(AddressState address, String whose) {
        return new Rejection(
                ErrorCode.RESOURCE_LIMIT,
                "Producers" + whose + " at '" + address.definition().key()
                        + "' send faster than its rate limit allows");
    }

    private void hold(ProducerHandle producer, Rejection reason, long waitMs) {
        if (producer.holdForRate(reason, clockMs.getAsLong() + waitMs)) {
            wait(producer, waitMs);
        }
    }

    private void wait(ProducerHandle producer, long waitMs) {
        loop.schedule(waitMs, () -> {
            long leftMs = producer.heldForRateUntilMs() - clockMs.getAsLong();
            if (leftMs > 0) {
                wait(producer, leftMs);
            } else {
                producer.holds().release(Holds.Reason.RATE);
            }
        });
    }
}
