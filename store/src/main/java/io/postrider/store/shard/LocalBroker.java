// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.command.Command;
import io.postrider.api.command.DeadLetterReason;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BodyStore;
import io.postrider.api.port.Branches;
import io.postrider.api.port.BrokerGateway;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.DeliverySink;
import io.postrider.api.port.EventLoop;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import io.postrider.api.port.ProducerRequest;
import io.postrider.api.port.Reply;
import io.postrider.api.port.ShardLog;
import io.postrider.api.port.Transaction;
import io.postrider.api.selector.InvalidSelectorException;
import io.postrider.api.selector.Selector;
import io.postrider.store.body.BodyIndex;
import io.postrider.store.checkpoint.Checkpoints;
import io.postrider.store.dispatch.MemoryBudget;
import io.postrider.store.io.DiskSpace;
import io.postrider.store.io.StoreLog;
import io.postrider.store.machine.DeadLettering;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A broker on one node: one shard, its log and its checkpoints. Any thread may call; everything runs on the shard's loop.
 *
 * <p>Lifecycle: {@link #open} recovers and starts, {@link #close} makes everything durable and stops. When a reply says that
 * something is kept, it is durable.
 */
public final class LocalBroker implements BrokerGateway, AutoCloseable {
    /** Prefix of temporary addresses, reserved. */
    public static final String TEMPORARY_PREFIX = "temp.";

    private final EventLoop loop;
    private final ShardLog log;
    private final Checkpoints checkpoints;
    private final BrokerThreads threads;
    private final List<PolicyRule> configured;
    private final ShardState state;
    private final ShardEffects effects;
    private final ShardRunner runner;
    private final Checkpointing checkpointing;
    private final AdmissionGate gate;
    private final MemoryBudget budget;
    private final LocalBodies bodyStore;
    private final LocalBranches branches;
    private final Transactions transactions;
    private final Consumers consumers;
    private final LocalAdmin admin;
    private final Ingress ingress;
    private final IdleAddresses idle;
    private final Trimming trimming;

    /** What a broker is made of. */
    public record Parts(
            EventLoop loop,
            ShardLog log,
            Checkpoints checkpoints,
            BrokerThreads threads,
            DiskSpace space,
            MessageInspector inspector,
            Projection projection,
            LongSupplier wallClockMs) {}

    private LocalBroker(Parts parts, BrokerSettings settings, List<PolicyRule> configured) {
        this.loop = parts.loop;
        this.log = parts.log;
        this.checkpoints = parts.checkpoints;
        this.configured = List.copyOf(configured);
        this.threads = parts.threads;
        this.state = new ShardState();
        ShardMachine machine = new ShardMachine(state, parts.inspector);
        ShardDisk disk = new ShardDisk(log, checkpoints, new BodyIndex(), threads.reader());
        long index = Recovery.run(machine, disk);
        MemoryBudget budget = new MemoryBudget(settings.messageBytesMax());
        this.effects = new ShardEffects(machine, parts.inspector, disk.bodies(), budget, parts.projection, settings);
        this.runner = new ShardRunner(loop, disk, machine, parts.wallClockMs, index, effects);
        this.gate = new AdmissionGate(settings, budget, log, runner, parts.space);
        parts.space.onChange(state -> loop.execute(runner::scheduleTurn));
        this.budget = budget;
        this.branches = new LocalBranches(state, runner, effects);
        this.transactions = new Transactions(state, runner, effects, budget, settings, branches, parts);
        this.consumers = new Consumers(state, runner, effects);
        this.ingress = new Ingress(state, runner, effects, parts.inspector, loop, parts.wallClockMs);
        this.idle = new IdleAddresses(state, runner, effects, loop, parts.wallClockMs);
        this.trimming = new Trimming(state, runner, loop, parts.wallClockMs);
        this.checkpointing = new Checkpointing(state, disk, settings, threads.checkpointer(), loop, runner);
        this.bodyStore = new LocalBodies(runner, state);
        Rewinds rewinds = new Rewinds(state, runner, effects, parts.inspector, loop);
        Letters letters = new Letters(state, runner, effects, parts.inspector, loop, parts.wallClockMs);
        Explanations explanations = new Explanations(state, runner, effects, parts.inspector);
        this.admin = new LocalAdmin(
                state,
                disk,
                runner,
                effects,
                gate,
                budget,
                checkpointing,
                parts.projection,
                branches,
                letters,
                explanations,
                new Tracer(state, runner, parts),
                rewinds);
        parts.projection.recovered(
                index,
                state.policies().rules(),
                state.addresses().stream().map(AddressState::definition).toList(),
                durableDefinitions(),
                List.copyOf(state.users()));
    }

    private List<SubscriptionDefinition> durableDefinitions() {
        List<SubscriptionDefinition> all = new ArrayList<>();
        for (AddressState address : state.addresses()) {
            for (SubscriptionState subscription : address.subscriptions()) {
                SubscriptionDefinition definition = subscription.definition();
                if (definition != null) {
                    all.add(definition);
                }
            }
        }
        return all;
    }

    /**
     * Recovers the shard from its checkpoint and log, and starts it. Blocks until it is ready; not to be called on the loop.
     *
     * @param configured the rules of the configuration file, which replace those it had at the last start
     * @throws RuntimeException of the log or checkpoint store when what is on disk is damaged: nothing is repaired
     */
    public static LocalBroker open(Parts parts, BrokerSettings settings, List<PolicyRule> configured) {
        CompletableFuture<LocalBroker> opened = new CompletableFuture<>();
        parts.loop.execute(() -> {
            try {
                LocalBroker broker = new LocalBroker(parts, settings, configured);
                broker.start();
                opened.complete(broker);
            } catch (RuntimeException e) {
                opened.completeExceptionally(e);
            }
        });
        try {
            return opened.join();
        } catch (java.util.concurrent.CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void start() {
        effects.start(runner, address -> {
            idle.consider(address);
            trimming.consider(address);
        });
        branches.start();
        runner.start(this::afterTurn, reason -> {
            effects.closeAll(reason);
            transactions.failed(reason);
        });
        consumers.endReaders();
        if (!state.policies().withConfigured(configured).equals(state.policies())) {
            runner.propose(new Command.ConfigurePolicies(configured), null, 0);
        }
        for (long bodyId : state.bodies().open()) {
            runner.propose(new Command.DropBody(bodyId), null, 0);
        }
        for (AddressState address : List.copyOf(state.addresses())) {
            if (address.definition().isTemporary()) {
                runner.propose(new Command.DeleteAddress(address.definition().key()), null, 0);
            }
        }
    }

    private void afterTurn() {
        if (runner.isFailed()) {
            return;
        }
        gate.check(effects);
        effects.checkFull(ingress);
        if (budget.isOver()) {
            effects.unloadCold();
        }
        admin.publishStats();
        checkpointing.takeIfDue();
    }

    /**
     * Runs a task while no checkpoint is written, on the thread that writes them: the log's entries after the checkpoint in force stay
     * readable until it ends. Any thread.
     *
     * @param task gets the index of the last entry applied now; everything confirmed so far is in entries up to it
     */
    public void betweenCheckpoints(LongConsumer task) {
        runner.run(() -> {
            long index = runner.appliedIndex();
            threads.checkpointer().execute(() -> task.accept(index));
        });
    }

    /** What {@link LocalAdmin#stats} says of the disk has changed without anything of the shard's doing. Any thread. */
    public void storageChanged() {
        runner.run(runner::scheduleTurn);
    }

    @Override
    public BodyStore bodies() {
        return bodyStore;
    }

    /** Why the broker stopped; null while it has not. Any thread. */
    @Nullable
    Throwable failure() {
        return runner.failure();
    }

    /** Bytes of messages in memory. Shard's thread. */
    MemoryBudget budget() {
        return budget;
    }

    /** Its dispatchers; the simulation interferes with them. Shard's thread. */
    ShardEffects effects() {
        return effects;
    }

    /** What operators ask. */
    public LocalAdmin admin() {
        return admin;
    }

    /** What is durable; the simulation compares it with its replays. Shard's thread. */
    ShardState state() {
        return state;
    }

    /** Whether a checkpoint is being written. Shard's thread. */
    boolean isCheckpointBegun() {
        return checkpointing.isWriting();
    }

    // ---- endpoints

    @Override
    public void openProducer(ProducerRequest request, ProducerListener listener, Reply<Producer> reply) {
        runner.run(() -> {
            AddressKey key = request.address();
            AddressState known = state.address(key);
            boolean isQueue = known == null ? request.kind() == AddressKind.QUEUE : known.isQueue();
            if (AddressPattern.isWildcard(key.name()) && !isQueue) {
                reply.rejected(new Rejection(
                        ErrorCode.NOT_ALLOWED,
                        "'" + key + "' stands for the topics it matches: it is only to be subscribed to"));
            } else {
                withAddress(key, request.kind(), reply, address -> openProducer(address, request, listener, reply));
            }
        });
    }

    private void openProducer(
            AddressState address, ProducerRequest request, ProducerListener listener, Reply<Producer> reply) {
        ProducerHandle producer = new ProducerHandle(runner, effects, gate, ingress, address, request, listener);
        effects.register(producer);
        reply.ok(producer);
        Rejection closed = gate.closed();
        if (closed != null) {
            producer.hold(closed);
        }
        ingress.check(producer);
    }

    @Override
    public void openConsumer(ConsumerRequest request, DeliverySink sink, Reply<Consumer> reply) {
        runner.run(() -> {
            Selector selector;
            try {
                String text = request.selector();
                selector = text == null || text.isBlank() ? null : Selector.parse(text);
            } catch (InvalidSelectorException e) {
                reply.rejected(new Rejection(ErrorCode.INVALID_SELECTOR, String.valueOf(e.getMessage())));
                return;
            }
            withAddress(request.address(), request.kind(), reply, address -> {
                String owner = address.definition().temporaryOwner();
                if (owner != null && !owner.equals(request.connectionId())) {
                    reply.rejected(new Rejection(
                            ErrorCode.NOT_ALLOWED,
                            "Temporary address '" + request.address()
                                    + "' may only be consumed by the connection that made it"));
                    return;
                }
                consumers.open(address, request, selector, sink, reply);
            });
        });
    }

    /** Finds an address or creates it where its policy allows, and checks its kind. */
    private void withAddress(
            AddressKey key,
            @Nullable AddressKind kind,
            Reply<?> reply,
            java.util.function.Consumer<AddressState> then) {
        if (runner.isFailed()) {
            reply.rejected(new Rejection(ErrorCode.STORE_FAILED, "The broker's store has failed"));
            return;
        }
        AddressState existing = state.address(key);
        if (existing != null) {
            checkKind(existing, kind, reply, then);
            return;
        }
        // Applied or not yet: the rules of the configuration file hold from the start.
        AddressPolicy policy = state.policies().withConfigured(configured).resolve(key, PolicyValues.NONE);
        if (!policy.is(PolicyKey.AUTO_CREATE) || key.name().startsWith(TEMPORARY_PREFIX)) {
            reply.rejected(new Rejection(
                    ErrorCode.NOT_FOUND, "Address '" + key + "' does not exist, and its policy does not create it"));
            return;
        }
        AddressDefinition definition = AddressDefinition.autoCreated(key, kindOf(key, kind));
        runner.propose(
                new Command.DefineAddress(definition),
                (token, result) -> {
                    AddressState created = state.address(key);
                    StoreLog.addressCreated(key, definition.kind());
                    if (created == null) {
                        reply.rejected(new Rejection(
                                ErrorCode.RESOURCE_DELETED, "Address '" + key + "' was deleted meanwhile"));
                    } else {
                        checkKind(created, kind, reply, then);
                    }
                },
                0);
    }

    /** What an address becomes that is created by its first use. */
    private static AddressKind kindOf(AddressKey key, @Nullable AddressKind kind) {
        return kind == null && AddressPattern.isWildcard(key.name())
                ? AddressKind.TOPIC
                : ShardEffects.kindOrQueue(kind);
    }

    private static void checkKind(
            AddressState address,
            @Nullable AddressKind kind,
            Reply<?> reply,
            java.util.function.Consumer<AddressState> then) {
        AddressKind actual = address.definition().kind();
        if (kind != null && kind != actual) {
            reply.rejected(new Rejection(
                    ErrorCode.ILLEGAL_STATE,
                    "Expected '" + address.definition().key() + "' to be a " + kind + ", but it is a " + actual));
            return;
        }
        then.accept(address);
    }

    @Override
    public void begin(String connectionId, Reply<Transaction> reply) {
        runner.run(() -> transactions.begin(connectionId, reply));
    }

    @Override
    public Branches branches() {
        return branches;
    }

    /** Transactions that have not ended. Shard's thread. */
    int openTransactions() {
        return transactions.count();
    }

    // ---- addresses and subscriptions

    @Override
    public void findAddress(AddressKey key, Reply<AddressDefinition> reply) {
        runner.run(() -> {
            AddressState address = state.address(key);
            if (address == null) {
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "Address '" + key + "' does not exist"));
            } else {
                reply.ok(address.definition());
            }
        });
    }

    @Override
    public void findDeadLetters(AddressKey of, Reply<AddressKey> reply) {
        runner.run(() -> {
            AddressState address = state.address(of);
            AddressKey target = address == null ? null : DeadLettering.target(address, null, DeadLetterReason.REJECTED);
            if (address == null) {
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "Address '" + of + "' does not exist"));
            } else if (target == null) {
                reply.rejected(
                        new Rejection(ErrorCode.NOT_FOUND, "Address '" + of + "' has no queue for its dead letters"));
            } else {
                reply.ok(target);
            }
        });
    }

    @Override
    public void createTemporaryAddress(
            String virtualHost, AddressKind kind, String connectionId, Reply<AddressDefinition> reply) {
        AddressKey key = new AddressKey(virtualHost, TEMPORARY_PREFIX + UUID.randomUUID());
        AddressDefinition definition = new AddressDefinition(key, kind, PolicyValues.NONE, connectionId);
        runner.run(() -> admin.define(definition, reply));
    }

    @Override
    public void deleteAddress(AddressKey key, Reply<AddressDefinition> reply) {
        admin.deleteAddress(key, reply);
    }

    @Override
    public void findSubscription(SubscriptionKey key, Reply<SubscriptionDefinition> reply) {
        runner.run(() -> {
            SubscriptionState subscription = state.subscription(key);
            SubscriptionDefinition definition = subscription == null ? null : subscription.definition();
            if (definition == null) {
                reply.rejected(noSubscription(key));
            } else {
                reply.ok(definition);
            }
        });
    }

    private static Rejection noSubscription(SubscriptionKey key) {
        return new Rejection(ErrorCode.NOT_FOUND, "Subscription '" + key + "' does not exist");
    }

    @Override
    public void deleteSubscription(SubscriptionKey key, Reply<SubscriptionDefinition> reply) {
        runner.run(() -> {
            SubscriptionState subscription = state.subscription(key);
            SubscriptionDefinition definition = subscription == null ? null : subscription.definition();
            if (subscription == null || definition == null) {
                reply.rejected(noSubscription(key));
            } else if (effects.dispatcher(subscription).consumerCount() > 0) {
                reply.rejected(new Rejection(
                        ErrorCode.RESOURCE_LOCKED,
                        "Subscription '" + key + "' has "
                                + effects.dispatcher(subscription).consumerCount() + " consumers"));
            } else if (effects.dispatcher(subscription).isInTransaction()) {
                reply.rejected(new Rejection(
                        ErrorCode.RESOURCE_LOCKED,
                        "Messages of subscription '" + key + "' are part of a transaction that is open"));
            } else {
                runner.propose(
                        new Command.DeleteSubscription(key),
                        (token, result) -> LocalAdmin.answer(reply, result, definition),
                        0);
            }
        });
    }

    @Override
    public void connectionClosed(String connectionId) {
        runner.run(() -> {
            transactions.connectionClosed(connectionId);
            for (AddressState address : List.copyOf(state.addresses())) {
                if (connectionId.equals(address.definition().temporaryOwner())) {
                    runner.propose(
                            new Command.DeleteAddress(address.definition().key()), null, 0);
                }
            }
        });
    }

    /** Makes everything proposed durable, then stops. Blocks; not to be called on the loop. */
    @Override
    public void close() {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        loop.execute(() -> {
            idle.stop();
            trimming.stop();
            runner.finish();
            quiet.complete(null);
        });
        quiet.join();
        threads.close();
        log.close();
        checkpoints.close();
    }
}
