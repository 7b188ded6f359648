// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.UserRecord;
import io.postrider.api.command.Command;
import io.postrider.api.command.DeadLetterReason;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.store.dispatch.Counters;
import io.postrider.store.dispatch.Dispatcher;
import io.postrider.store.machine.DeadLettering;
import io.postrider.store.machine.Effects;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.StoredMessage;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What applied commands mean on the leader: it keeps a dispatcher for each subscription and tells it what happened, and it
 * carries messages that are in no log. Owned by the shard's thread.
 */
final class ShardEffects implements Effects {
    private final ShardMachine machine;
    private final MessageInspector inspector;
    private final BodySegments segments;
    private final Projection projection;
    private final BrokerSettings settings;
    private final Counters totals = new Counters();
    private final List<@Nullable Dispatcher> bySubscription = new ArrayList<>();
    private final Map<Integer, List<VolatileSubscription>> volatileByTopic = new HashMap<>();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private @Nullable ShardRunner runner;
    private long index;

    /** Somebody whose sending ends with an address. */
    interface Endpoint {
        int addressId();

        void end(Rejection reason);

        void hold(Rejection reason);

        void resume();
    }

    ShardEffects(
            ShardMachine machine,
            MessageInspector inspector,
            BodySegments segments,
            Projection projection,
            BrokerSettings settings) {
        this.machine = machine;
        this.inspector = inspector;
        this.segments = segments;
        this.projection = projection;
        this.settings = settings;
    }

    /** Builds the dispatchers of what recovery found. */
    void start(ShardRunner shardRunner) {
        runner = shardRunner;
        for (AddressState address : machine.state().addresses()) {
            for (SubscriptionState subscription : address.subscriptions()) {
                addDispatcher(subscription);
            }
        }
    }

    private ShardRunner runner() {
        if (runner == null) {
            throw new IllegalStateException("Expected the shard to be started");
        }
        return runner;
    }

    Counters totals() {
        return totals;
    }

    /** Index of the entry whose effects follow. */
    void at(long entryIndex) {
        index = entryIndex;
    }

    /** Index of the entry being applied. */
    long index() {
        return index;
    }

    Dispatcher dispatcher(SubscriptionState subscription) {
        Dispatcher dispatcher =
                subscription.id() < bySubscription.size() ? bySubscription.get(subscription.id()) : null;
        if (dispatcher == null) {
            throw new IllegalStateException("Expected a dispatcher for subscription " + subscription.id());
        }
        return dispatcher;
    }

    List<VolatileSubscription> volatiles(AddressState topic) {
        return volatileByTopic.getOrDefault(topic.id(), List.of());
    }

    void addVolatile(AddressState topic, VolatileSubscription subscription) {
        volatileByTopic.computeIfAbsent(topic.id(), id -> new ArrayList<>()).add(subscription);
    }

    void removeVolatile(AddressState topic, VolatileSubscription subscription) {
        subscription.dispatcher().discard();
        List<VolatileSubscription> all = volatileByTopic.get(topic.id());
        if (all != null && all.remove(subscription) && all.isEmpty()) {
            volatileByTopic.remove(topic.id());
        }
    }

    Dispatcher volatileDispatcher(AddressState topic) {
        return new Dispatcher(topic, null, inspector, runner(), totals);
    }

    void register(Endpoint endpoint) {
        endpoints.add(endpoint);
    }

    void unregister(Endpoint endpoint) {
        endpoints.remove(endpoint);
    }

    List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    /** Whether a publish must say who sent it. */
    boolean needsPublisher(AddressState address) {
        if (address.hasNoLocal()) {
            return true;
        }
        List<VolatileSubscription> all = volatiles(address);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).noLocal()) {
                return true;
            }
        }
        return false;
    }

    // ---- messages

    /** A message that goes into no log: non-durable, or nobody durable wants it. */
    void publishSoft(AddressState address, Message message, @Nullable String publisher) {
        MessageInspector.Fields fields = null;
        List<SubscriptionState> subscriptions = address.subscriptions();
        for (int i = 0; i < subscriptions.size(); i++) {
            SubscriptionState subscription = subscriptions.get(i);
            if (subscription.selector() != null && fields == null) {
                fields = inspector.open(message);
            }
            if (AddressState.matches(subscription, publisher, fields)) {
                dispatcher(subscription).publishedSoft(message);
            }
        }
        fanOut(address, message, publisher);
    }

    private void fanOut(AddressState address, Message message, @Nullable String publisher) {
        List<VolatileSubscription> all = volatileByTopic.get(address.id());
        if (all == null) {
            return;
        }
        MessageInspector.Fields fields = null;
        for (int i = all.size() - 1; i >= 0; i--) {
            VolatileSubscription subscription = all.get(i);
            if (subscription.selector() != null && fields == null) {
                fields = inspector.open(message);
            }
            if (!subscription.matches(publisher, fields)) {
                continue;
            }
            Dispatcher dispatcher = subscription.dispatcher();
            dispatcher.publishedSoft(message);
            if (dispatcher.softBytes() > settings.volatileBacklogBytesMax()) {
                dispatcher.closeAll(new Rejection(
                        ErrorCode.FORCED,
                        "The subscription fell " + dispatcher.softBytes() + " bytes behind, and "
                                + settings.volatileBacklogBytesMax() + " are allowed on topic '"
                                + address.definition().key() + "'"));
                removeVolatile(address, subscription);
            }
        }
    }

    /** A dead letter or expired message that is in no log. */
    void letter(
            Dispatcher source,
            Message message,
            DeadLetterReason reason,
            int attempts,
            @Nullable String condition,
            @Nullable String description) {
        AddressPolicy policy = source.address().definition().policy();
        AddressKey origin = source.address().definition().key();
        String name = reason == DeadLetterReason.EXPIRED ? policy.expiryAddress() : policy.deadLetterAddress();
        if (name == null || name.equals(origin.name())) {
            return; // counted; the policy keeps no letters
        }
        SubscriptionState durable = source.durable();
        SubscriptionDefinition definition = durable == null ? null : durable.definition();
        Message letter = message.withoutTimes()
                .withAdded(DeadLettering.marks(
                        definition == null ? origin.name() : definition.key().toString(),
                        origin.name(),
                        -1,
                        reason,
                        attempts,
                        runner().nowMs(),
                        condition,
                        description));
        AddressDefinition target = DeadLettering.targetDefinition(new AddressKey(origin.virtualHost(), name));
        AddressState existing = machine.state().address(target.key());
        if (existing != null) {
            publishSoft(existing, letter, null);
            return;
        }
        runner().propose(
                        new Command.DefineAddress(target),
                        (token, result) -> {
                            AddressState created = machine.state().address(target.key());
                            if (created != null) {
                                publishSoft(created, letter, null);
                            }
                        },
                        0);
    }

    // ---- effects

    @Override
    public void published(AddressState address, long offset, Message message, @Nullable String publisher) {
        List<SubscriptionState> subscriptions = address.subscriptions();
        for (int i = 0; i < subscriptions.size(); i++) {
            SubscriptionState subscription = subscriptions.get(i);
            if (subscription.wants(offset)) {
                dispatcher(subscription).published(offset, message);
            }
        }
        fanOut(address, message, publisher);
    }

    @Override
    public void settled(SubscriptionState subscription, long offset) {
        dispatcher(subscription).settled(offset);
    }

    @Override
    public void requeued(SubscriptionState subscription, long offset) {
        dispatcher(subscription).requeued(subscription, offset);
    }

    @Override
    public void deadLettered(SubscriptionState subscription, long offset) {
        dispatcher(subscription).deadLettered(offset);
    }

    @Override
    public void expired(SubscriptionState subscription, long offset) {
        dispatcher(subscription).expired(offset);
    }

    @Override
    public void purged(SubscriptionState subscription, long offset) {
        dispatcher(subscription).purged(offset);
    }

    @Override
    public void released(StoredMessage message) {
        segments.released(message);
    }

    @Override
    public void addressDefined(AddressState address) {
        for (SubscriptionState subscription : address.subscriptions()) {
            addDispatcher(subscription);
        }
        projection.addressDefined(index, address.definition());
    }

    @Override
    public void addressDeleted(AddressState address) {
        Rejection reason = new Rejection(
                ErrorCode.RESOURCE_DELETED, "Address '" + address.definition().key() + "' was deleted");
        for (int id = 0; id < bySubscription.size(); id++) {
            Dispatcher dispatcher = bySubscription.get(id);
            if (dispatcher != null && dispatcher.address() == address) {
                dispatcher.closeAll(reason);
                dispatcher.discard();
                bySubscription.set(id, null);
            }
        }
        for (VolatileSubscription subscription : List.copyOf(volatiles(address))) {
            subscription.dispatcher().closeAll(reason);
            removeVolatile(address, subscription);
        }
        for (Endpoint endpoint : endpoints()) {
            if (endpoint.addressId() == address.id()) {
                endpoint.end(reason);
                unregister(endpoint);
            }
        }
        projection.addressDeleted(index, address.definition().key());
    }

    @Override
    public void subscriptionDefined(SubscriptionState subscription) {
        addDispatcher(subscription);
        SubscriptionDefinition definition = subscription.definition();
        if (definition != null) {
            projection.subscriptionDefined(index, definition);
        }
    }

    @Override
    public void subscriptionDeleted(SubscriptionState subscription) {
        Dispatcher dispatcher = dispatcher(subscription);
        SubscriptionDefinition definition = subscription.definition();
        dispatcher.closeAll(new Rejection(
                ErrorCode.RESOURCE_DELETED,
                "Subscription '" + (definition == null ? "" : definition.key()) + "' was deleted"));
        dispatcher.discard();
        bySubscription.set(subscription.id(), null);
        if (definition != null) {
            projection.subscriptionDeleted(index, definition.key());
        }
    }

    private void addDispatcher(SubscriptionState subscription) {
        while (bySubscription.size() <= subscription.id()) {
            bySubscription.add(null);
        }
        bySubscription.set(
                subscription.id(), new Dispatcher(subscription.address(), subscription, inspector, runner(), totals));
    }

    @Override
    public void userPut(UserRecord user) {
        // the projection is told by whoever proposed it, who waits for it
    }

    /** Every dispatcher, for closing. */
    void closeAll(Rejection reason) {
        for (Dispatcher dispatcher : bySubscription) {
            if (dispatcher != null) {
                dispatcher.closeAll(reason);
            }
        }
        for (List<VolatileSubscription> all : volatileByTopic.values()) {
            all.forEach(subscription -> subscription.dispatcher().closeAll(reason));
        }
        endpoints().forEach(endpoint -> endpoint.end(reason));
        endpoints.clear();
    }

    /** The kind a new address gets when the peer does not insist on one. */
    static AddressKind kindOrQueue(@Nullable AddressKind kind) {
        return kind == null ? AddressKind.QUEUE : kind;
    }
}
