// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.StartPosition;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Durability;
import io.postrider.api.port.ConsumerRequest.Mode;
import io.postrider.api.port.ConsumerRequest.SubscriptionRequest;
import io.postrider.api.port.DeliverySink;
import io.postrider.api.port.Reply;
import io.postrider.api.selector.Selector;
import io.postrider.store.dispatch.Consumption;
import io.postrider.store.dispatch.Dispatcher;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import org.jspecify.annotations.Nullable;

/** Opens consumers on queues and on the several kinds of topic subscriptions (JMS 3.1 §8.3). Owned by the shard's thread. */
final class Consumers {
    private final ShardState state;
    private final ShardRunner runner;
    private final ShardEffects effects;
    private long nextReader;

    Consumers(ShardState state, ShardRunner runner, ShardEffects effects) {
        this.state = state;
        this.runner = runner;
        this.effects = effects;
    }

    void open(
            AddressState address,
            ConsumerRequest request,
            @Nullable Selector selector,
            DeliverySink sink,
            Reply<Consumer> reply) {
        boolean isTaker = address.isQueue() && request.mode() != Mode.BROWSE;
        if (isTaker
                && request.subscription().start().isInThePast()
                && !address.policy().is(PolicyKey.NON_DESTRUCTIVE)) {
            reply.rejected(new Rejection(
                    ErrorCode.INVALID_FIELD,
                    "Expected a start for a browser, a non-destructive queue or a topic, but a consumer of the queue '"
                            + address.definition().key() + "' takes its next message: rewind it, or browse"));
        } else if (needsReader(address, request)) {
            openReader(address, request, sink, reply);
        } else if (address.isQueue()) {
            Dispatcher queue = effects.dispatcher(address.queue());
            reply.ok(handle(queue, request, selector, sink, () -> {}));
        } else if (request.subscription().durability() == Durability.DURABLE) {
            openDurable(address, asTaker(request), sink, reply);
        } else {
            openVolatile(address, asTaker(request), selector, sink, reply);
        }
    }

    /** A subscription belongs to its reader: there is nothing to browse without taking. */
    private static ConsumerRequest asTaker(ConsumerRequest request) {
        return request.mode() != Mode.BROWSE ? request : as(Mode.ACKNOWLEDGE, request);
    }

    private static ConsumerRequest as(Mode mode, ConsumerRequest request) {
        return new ConsumerRequest(
                request.address(),
                request.kind(),
                request.subscription(),
                request.selector(),
                request.noLocal(),
                mode,
                request.defaultOutcome(),
                request.connectionId(),
                request.containerId(),
                request.user(),
                request.deferralTokens(),
                request.priority());
    }

    /** Whether a consumer reads by a cursor of its own, which ends with it: what it wants is not what others leave. */
    private static boolean needsReader(AddressState address, ConsumerRequest request) {
        StartPosition start = request.subscription().start();
        if (address.isQueue()) {
            boolean isBrowser = request.mode() == Mode.BROWSE;
            return isBrowser ? start.isInThePast() : address.policy().is(PolicyKey.NON_DESTRUCTIVE);
        }
        if (request.subscription().durability() == Durability.DURABLE) {
            return false;
        }
        boolean isByDefault = start.kind() == StartPosition.Kind.DEFAULT
                && !request.subscription().isShared()
                && !request.noLocal();
        return address.isReadable() && (isByDefault ? address.defaultStart() : start).isInThePast();
    }

    private void openReader(AddressState address, ConsumerRequest request, DeliverySink sink, Reply<Consumer> reply) {
        if (!address.isQueue() && (request.noLocal() || request.subscription().isShared())) {
            reply.rejected(new Rejection(
                    ErrorCode.NOT_IMPLEMENTED,
                    "Expected a start of a volatile subscription that is neither shared nor no-local, but it is "
                            + (request.noLocal() ? "no-local" : "shared")));
            return;
        }
        String name = request.connectionId() + "/" + nextReader++;
        SubscriptionKey key = new SubscriptionKey(request.address().virtualHost(), SubscriptionKey.READER_SCOPE, name);
        SubscriptionDefinition definition = new SubscriptionDefinition(
                key, address.definition().key(), false, emptyToNull(request.selector()), false);
        ConsumerRequest taking = request.mode() == Mode.BROWSE ? as(Mode.AT_MOST_ONCE, request) : request;
        runner.propose(
                new Command.DefineSubscription(
                        definition, request.subscription().start()),
                (token, result) -> {
                    SubscriptionState defined = state.subscription(key);
                    if (result.rejection() != null) {
                        reply.rejected(result.rejection());
                    } else if (defined == null) {
                        reply.rejected(new Rejection(
                                ErrorCode.RESOURCE_DELETED,
                                "'" + address.definition().key() + "' was deleted meanwhile"));
                    } else {
                        Runnable end = () -> runner.propose(new Command.DeleteSubscription(key), null, 0);
                        reply.ok(handle(effects.dispatcher(defined), taking, null, sink, end));
                    }
                },
                0);
    }

    /** Ends the cursors of readers that were there when the broker stopped. */
    void endReaders() {
        for (AddressState address : state.addresses()) {
            for (SubscriptionState subscription : address.subscriptions()) {
                SubscriptionDefinition definition = subscription.definition();
                if (definition != null && subscription.isReader()) {
                    runner.propose(new Command.DeleteSubscription(definition.key()), null, 0);
                }
            }
        }
    }

    private Consumer handle(
            Dispatcher dispatcher,
            ConsumerRequest request,
            @Nullable Selector selector,
            DeliverySink sink,
            Runnable whenClosed) {
        Consumption consumption = dispatcher.attach(request, selector, sink);
        return new ConsumerHandle(runner, dispatcher, consumption, whenClosed);
    }

    private void openVolatile(
            AddressState topic,
            ConsumerRequest request,
            @Nullable Selector selector,
            DeliverySink sink,
            Reply<Consumer> reply) {
        SubscriptionRequest wanted = request.subscription();
        VolatileSubscription subscription = null;
        if (wanted.isShared()) {
            subscription = effects.sharedVolatile(wanted.scope(), wanted.name());
            if (subscription != null && subscription.dispatcher().address() != topic) {
                reply.rejected(new Rejection(
                        ErrorCode.RESOURCE_LOCKED,
                        "Shared subscription '" + wanted.name() + "' is in use on topic '"
                                + subscription
                                        .dispatcher()
                                        .address()
                                        .definition()
                                        .key() + "', not '"
                                + topic.definition().key() + "'"));
                return;
            }
        }
        if (subscription == null) {
            subscription = new VolatileSubscription(
                    effects.volatileDispatcher(topic),
                    wanted.scope(),
                    wanted.isShared() ? wanted.name() : null,
                    selector,
                    request.noLocal(),
                    request.containerId());
            effects.addVolatile(topic, subscription);
        } else if (!textOf(subscription.selector()).equals(textOf(selector))) {
            reply.rejected(new Rejection(
                    ErrorCode.RESOURCE_LOCKED,
                    "Shared subscription '" + wanted.name() + "' is in use with selector \""
                            + textOf(subscription.selector()) + "\", not \"" + textOf(selector) + "\""));
            return;
        }
        VolatileSubscription joined = subscription;
        reply.ok(handle(joined.dispatcher(), request, null, sink, () -> {
            if (joined.dispatcher().consumerCount() == 0) {
                effects.removeVolatile(topic, joined);
            }
        }));
    }

    private static String textOf(@Nullable Selector selector) {
        return selector == null ? "" : selector.text();
    }

    private void openDurable(AddressState topic, ConsumerRequest request, DeliverySink sink, Reply<Consumer> reply) {
        SubscriptionRequest wanted = request.subscription();
        String name = wanted.name();
        if (name == null || name.isEmpty()) {
            reply.rejected(new Rejection(ErrorCode.INVALID_FIELD, "Expected a durable subscription to have a name"));
            return;
        }
        SubscriptionKey key = new SubscriptionKey(request.address().virtualHost(), wanted.scope(), name);
        if (key.isReader()) {
            reply.rejected(new Rejection(
                    ErrorCode.INVALID_FIELD,
                    "Expected a container id other than '" + wanted.scope() + "', which the broker keeps for itself"));
            return;
        }
        SubscriptionDefinition definition = new SubscriptionDefinition(
                key, topic.definition().key(), wanted.isShared(), emptyToNull(request.selector()), request.noLocal());
        SubscriptionState existing = state.subscription(key);
        if (existing != null) {
            Rejection clash = clash(existing, definition);
            if (clash != null) {
                reply.rejected(clash);
                return;
            }
            if (definition.equals(existing.definition())) {
                reply.ok(handle(effects.dispatcher(existing), request, null, sink, () -> {}));
                return;
            }
        }
        runner.propose(
                new Command.DefineSubscription(definition, wanted.start()),
                (token, result) -> {
                    SubscriptionState defined = state.subscription(key);
                    if (result.rejection() != null) {
                        reply.rejected(result.rejection());
                    } else if (defined == null) {
                        reply.rejected(new Rejection(
                                ErrorCode.RESOURCE_DELETED, "Subscription '" + key + "' was deleted meanwhile"));
                    } else {
                        Rejection clash = clash(defined, definition);
                        if (clash != null) {
                            reply.rejected(clash);
                        } else {
                            reply.ok(handle(effects.dispatcher(defined), request, null, sink, () -> {}));
                        }
                    }
                },
                0);
    }

    private static @Nullable String emptyToNull(@Nullable String selector) {
        return selector == null || selector.isBlank() ? null : selector;
    }

    /** Why a consumer may not use a subscription that exists; null if it may, or may replace it. */
    private @Nullable Rejection clash(SubscriptionState existing, SubscriptionDefinition wanted) {
        SubscriptionDefinition known = existing.definition();
        if (known == null) {
            return null;
        }
        boolean isActive = effects.dispatcher(existing).hasTakers();
        if (known.isShared() != wanted.isShared()) {
            return new Rejection(
                    isActive ? ErrorCode.RESOURCE_LOCKED : ErrorCode.ILLEGAL_STATE,
                    "Subscription '" + wanted.key() + "' exists as a"
                            + (known.isShared() ? " shared one" : "n exclusive one")
                            + (isActive ? " and is in use" : ""));
        }
        if (!isActive || (known.isShared() && known.equals(wanted))) {
            return null;
        }
        return new Rejection(
                ErrorCode.RESOURCE_LOCKED,
                known.equals(wanted)
                        ? "Subscription '" + wanted.key() + "' has a consumer already"
                        : "Subscription '" + wanted.key()
                                + "' is in use with another topic, selector or no-local setting");
    }
}
