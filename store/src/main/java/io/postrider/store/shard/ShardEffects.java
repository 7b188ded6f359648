// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.UserRecord;
import io.postrider.api.command.Command;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.store.body.BodyIndex;
import io.postrider.store.codec.BodyPositions;
import io.postrider.store.dispatch.ConsumerIds;
import io.postrider.store.dispatch.Counters;
import io.postrider.store.dispatch.Dispatcher;
import io.postrider.store.dispatch.MemoryBudget;
import io.postrider.store.machine.Admission;
import io.postrider.store.machine.DeadLettering;
import io.postrider.store.machine.Effects;
import io.postrider.store.machine.Forwarding;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.Route;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * What applied commands mean on the leader: it keeps a dispatcher for each subscription and tells it what happened, and it
 * carries messages that are in no log. Owned by the shard's thread.
 */
final class ShardEffects implements Effects {
    private final List<EndWatch> watches = new ArrayList<>();
    private static final int UNLOADS_PER_TURN = 256;

    private final ShardMachine machine;
    private final MessageInspector inspector;
    private final BodyIndex bodies;
    private final MemoryBudget budget;
    private final Projection projection;
    private final BrokerSettings settings;
    private final Counters totals = new Counters();
    private final ConsumerIds consumerIds = new ConsumerIds();
    private final List<@Nullable Dispatcher> bySubscription = new ArrayList<>();
    private final Map<Integer, List<VolatileSubscription>> volatileByTopic = new HashMap<>();
    private final List<Endpoint> endpoints = new ArrayList<>();
    /** Producers whose addresses can be full, as long as that is known. */
    private final List<ProducerHandle> limited = new ArrayList<>();

    private boolean isLimitedKnown;
    private @Nullable ShardRunner runner;
    private Consumer<AddressState> whenSettled = address -> {};
    private BodyPositions partBodies = new BodyPositions();
    private int firstPart;
    private long index;
    private int hand;
    /** Non-durable messages on their way to the log, by address: while there are any, the next one must follow them. */
    private final Map<Integer, Integer> spilling = new HashMap<>();

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
            BodyIndex bodies,
            MemoryBudget budget,
            Projection projection,
            BrokerSettings settings) {
        this.machine = machine;
        this.inspector = inspector;
        this.bodies = bodies;
        this.budget = budget;
        this.projection = projection;
        this.settings = settings;
    }

    /**
     * Builds the dispatchers of what recovery found.
     *
     * @param settled told of each address, and again when its settings change
     */
    void start(ShardRunner shardRunner, Consumer<AddressState> settled) {
        runner = shardRunner;
        whenSettled = settled;
        for (AddressState address : machine.state().addresses()) {
            for (SubscriptionState subscription : address.subscriptions()) {
                addDispatcher(subscription);
            }
            whenSettled.accept(address);
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

    /** Where in the entry the bodies of the commit that is applied next are, from this one on. */
    void parts(BodyPositions positions, int first) {
        partBodies = positions;
        firstPart = first;
    }

    @Override
    public void part(int part) {
        bodies.at(index, partBodies.position(firstPart + part), partBodies.length(firstPart + part));
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

    /** The shared volatile subscription of a name, on whichever topic it is; null if nobody has one. */
    @Nullable
    VolatileSubscription sharedVolatile(String scope, @Nullable String name) {
        for (List<VolatileSubscription> all : volatileByTopic.values()) {
            for (VolatileSubscription subscription : all) {
                if (subscription.isShared(scope, name)) {
                    return subscription;
                }
            }
        }
        return null;
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
        return new Dispatcher(topic, null, parts());
    }

    private Dispatcher.Parts parts() {
        return new Dispatcher.Parts(inspector, runner(), budget, totals, consumerIds);
    }

    /** Whether non-durable messages to an address go to the log for now: one of its subscriptions is short of memory. */
    boolean isSpilling(AddressState address) {
        if (!spilling.isEmpty() && spilling.containsKey(address.id())) {
            return true;
        }
        List<SubscriptionState> subscriptions = address.subscriptions();
        for (int i = 0; i < subscriptions.size(); i++) {
            if (dispatcher(subscriptions.get(i)).isSpilling()) {
                return true;
            }
        }
        return false;
    }

    /** A non-durable message was given to the log, or it is there; {@code change} says how many more are on their way. */
    void spilled(AddressState address, int change) {
        spilling.merge(address.id(), change, (before, more) -> before + more == 0 ? null : before + more);
    }

    /** Over budget, lets go of what was read ahead for those who have not moved since the hand last came by. */
    void unloadCold() {
        int steps = Math.min(UNLOADS_PER_TURN, bySubscription.size());
        while (budget.isOver() && steps-- > 0) {
            hand = hand + 1 < bySubscription.size() ? hand + 1 : 0;
            Dispatcher dispatcher = bySubscription.get(hand);
            if (dispatcher != null && dispatcher.unloadableBytes() > 0 && !dispatcher.hasMoved()) {
                dispatcher.unload();
            }
        }
    }

    /** Lets go of everything that can be read again. */
    void unloadAll() {
        for (Dispatcher dispatcher : bySubscription) {
            if (dispatcher != null) {
                dispatcher.unload();
            }
        }
    }

    /** Where the messages are on this node. */
    BodyIndex bodies() {
        return bodies;
    }

    void register(Endpoint endpoint) {
        endpoints.add(endpoint);
        isLimitedKnown = false;
    }

    void unregister(Endpoint endpoint) {
        endpoints.remove(endpoint);
        isLimitedKnown = false;
    }

    /** Looks whether the addresses of the producers are full, where they can be. */
    void checkFull(Ingress ingress) {
        if (!isLimitedKnown) {
            isLimitedKnown = true;
            limited.clear();
            for (Endpoint endpoint : endpoints) {
                if (endpoint instanceof ProducerHandle producer
                        && (producer.holds().has(Holds.Reason.FULL) || ingress.canBeFull(producer.state()))) {
                    limited.add(producer);
                }
            }
        }
        for (int i = 0; i < limited.size(); i++) {
            ingress.check(limited.get(i));
        }
    }

    /** The producers at an address. */
    List<ProducerHandle> producers(AddressState address) {
        List<ProducerHandle> found = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            if (endpoint.addressId() == address.id() && endpoint instanceof ProducerHandle producer) {
                found.add(producer);
            }
        }
        return found;
    }

    List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    /** Whether a publish must say who sent it. */
    boolean needsPublisher(AddressState address) {
        if (address.hasNoLocal()) {
            return true;
        }
        for (Route route : address.routes()) {
            if (needsPublisher(route.target())) {
                return true;
            }
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
        if (address.routes().isEmpty()) {
            keepSoft(address, message, publisher);
        } else {
            new Forwarding(inspector).deliver(address, message, target -> {
                if (target != address && Admission.verdict(target) == Admission.Verdict.DROP) {
                    totals.dropped++;
                } else {
                    keepSoft(target, message, publisher);
                }
            });
        }
    }

    private void keepSoft(AddressState address, Message message, @Nullable String publisher) {
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
    void publishLetter(AddressKey target, Message letter) {
        AddressState existing = machine.state().address(target);
        if (existing != null) {
            publishSoft(existing, letter, null);
            return;
        }
        runner().propose(
                        new Command.DefineAddress(DeadLettering.targetDefinition(target)),
                        (token, result) -> {
                            AddressState created = machine.state().address(target);
                            if (created != null) {
                                publishSoft(created, letter, null);
                            }
                        },
                        0);
    }

    // ---- effects

    @Override
    public void published(AddressState address, long offset, Message message, @Nullable String publisher) {
        bodies.appended(address.id(), offset, address.lowestHeld());
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
    public void deferred(SubscriptionState subscription, Command.Defer command) {
        dispatcher(subscription).deferred(command);
    }

    @Override
    public void deferredReturned(SubscriptionState subscription, Roaring64Bitmap offsets) {
        dispatcher(subscription).deferredReturned(offsets);
    }

    @Override
    public void redriven(SubscriptionState subscription, long offset, Message message) {
        AddressState address = subscription.address();
        bodies.appended(address.id(), offset, address.lowestHeld());
        dispatcher(subscription).published(offset, message);
    }

    @Override
    public void ignored(AddressState address, boolean isDuplicate) {
        if (isDuplicate) {
            totals.duplicates++;
        } else {
            totals.dropped++;
        }
    }

    /** Tells a watch how messages of the log end, from now on. */
    void watch(EndWatch watch) {
        watches.add(watch);
    }

    void unwatch(EndWatch watch) {
        watches.remove(watch);
    }

    private void ended(SubscriptionState subscription, long offset, boolean isAccepted) {
        for (EndWatch watch : List.copyOf(watches)) {
            watch.ended(subscription, offset, isAccepted);
        }
    }

    /** A message that was claimed is not to leave after all. */
    void unclaim(SubscriptionState subscription, long offset) {
        if (machine.state().subscription(subscription.id()) == subscription) {
            dispatcher(subscription).unclaim(offset);
        }
    }

    @Override
    public void settled(SubscriptionState subscription, long offset) {
        if (!watches.isEmpty()) {
            ended(subscription, offset, true);
        }
        dispatcher(subscription).settled(offset);
    }

    @Override
    public void requeued(SubscriptionState subscription, Command.Requeue command) {
        dispatcher(subscription).requeued(command);
    }

    @Override
    public void deadLettered(SubscriptionState subscription, long offset) {
        ended(subscription, offset, false);
        dispatcher(subscription).deadLettered(offset);
    }

    @Override
    public void expired(SubscriptionState subscription, long offset) {
        ended(subscription, offset, false);
        dispatcher(subscription).expired(offset);
    }

    @Override
    public void displaced(SubscriptionState subscription, long offset) {
        dispatcher(subscription).displaced(offset);
        totals.dropped++;
    }

    @Override
    public void purged(SubscriptionState subscription, long upToExclusive, OffsetRanges except) {
        dispatcher(subscription).purged(upToExclusive);
    }

    @Override
    public void rewound(SubscriptionState subscription, long firstOffset) {
        dispatcher(subscription).rewound(firstOffset);
    }

    @Override
    public void staged(long bodyId, int chunk) {
        bodies.appended(BodyIndex.stagedLog(bodyId), chunk, 0);
    }

    @Override
    public void bodyGone(long bodyId) {
        bodies.dropped(BodyIndex.stagedLog(bodyId));
    }

    @Override
    public void addressDefined(AddressState address) {
        isLimitedKnown = false; // messages may go on to it
        for (SubscriptionState subscription : address.subscriptions()) {
            addDispatcher(subscription);
        }
        projection.addressDefined(index, address.definition());
        whenSettled.accept(address);
    }

    @Override
    public void routesChanged() {
        isLimitedKnown = false;
    }

    @Override
    public void policyChanged(AddressState address) {
        isLimitedKnown = false;
        whenSettled.accept(address);
        for (SubscriptionState subscription : address.subscriptions()) {
            dispatcher(subscription).rulesChanged();
        }
        volatiles(address).forEach(subscription -> subscription.dispatcher().rulesChanged());
        projection.addressDefined(index, address.definition());
    }

    @Override
    public void paused(SubscriptionState subscription) {
        dispatcher(subscription).rulesChanged();
    }

    @Override
    public void policiesReplaced(List<PolicyRule> rules) {
        projection.policiesChanged(index, rules);
    }

    @Override
    public void addressDeleted(AddressState address) {
        bodies.dropped(address.id());
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
        bySubscription.set(subscription.id(), new Dispatcher(subscription.address(), subscription, parts()));
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
