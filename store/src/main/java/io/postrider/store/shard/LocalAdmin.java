// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.ForwardRule;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicySetting;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.StartPosition;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.UserRecord;
import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Branches;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.api.port.BrokerStats;
import io.postrider.api.port.ConsumerAdmin;
import io.postrider.api.port.LetterAdmin;
import io.postrider.api.port.MessageTrace;
import io.postrider.api.port.QueueInfo;
import io.postrider.api.port.Reply;
import io.postrider.api.port.RewindRequest;
import io.postrider.api.port.StorageStats;
import io.postrider.api.port.TraceRequest;
import io.postrider.api.port.WhyRequest;
import io.postrider.store.dispatch.Counters;
import io.postrider.store.dispatch.Dispatcher;
import io.postrider.store.dispatch.MemoryBudget;
import io.postrider.store.machine.Result;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import io.postrider.store.segment.SegmentStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The operator's side of a broker. Any thread may call; everything but {@link #stats} runs on the shard's loop. */
public final class LocalAdmin implements BrokerAdmin {
    private final ShardState state;
    private final ShardDisk disk;
    private final ShardRunner runner;
    private final ShardEffects effects;
    private final AdmissionGate gate;
    private final MemoryBudget budget;
    private final Checkpointing checkpointing;
    private final Projection projection;
    private final LocalBranches branches;
    private final Letters letters;
    private final Explanations explanations;
    private final Tracer tracer;
    private final Rewinds rewinds;
    private final LocalConsumers consumers;
    private volatile BrokerStats stats =
            new BrokerStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, StorageStats.NONE);

    LocalAdmin(
            ShardState state,
            ShardDisk disk,
            ShardRunner runner,
            ShardEffects effects,
            AdmissionGate gate,
            MemoryBudget budget,
            Checkpointing checkpointing,
            Projection projection,
            LocalBranches branches,
            Letters letters,
            Explanations explanations,
            Tracer tracer,
            Rewinds rewinds) {
        this.letters = letters;
        this.explanations = explanations;
        this.tracer = tracer;
        this.consumers = new LocalConsumers(state, runner, effects);
        this.state = state;
        this.disk = disk;
        this.runner = runner;
        this.effects = effects;
        this.gate = gate;
        this.budget = budget;
        this.checkpointing = checkpointing;
        this.projection = projection;
        this.branches = branches;
        this.rewinds = rewinds;
    }

    static <T> void answer(Reply<T> reply, Result result, T value) {
        if (result.rejection() != null) {
            reply.rejected(result.rejection());
        } else {
            reply.ok(value);
        }
    }

    @Override
    public void queues(Reply<List<QueueInfo>> reply) {
        runner.run(() -> {
            List<QueueInfo> all = new ArrayList<>();
            for (AddressState address : state.addresses()) {
                for (SubscriptionState subscription : address.subscriptions()) {
                    SubscriptionDefinition definition = subscription.definition();
                    all.add(info(
                            address,
                            effects.dispatcher(subscription),
                            definition == null ? "" : definition.key().toString(),
                            true));
                }
                for (VolatileSubscription subscription : effects.volatiles(address)) {
                    String name = subscription.name();
                    all.add(info(address, subscription.dispatcher(), name == null ? "(volatile)" : name, false));
                }
            }
            reply.ok(all);
        });
    }

    private static QueueInfo info(AddressState address, Dispatcher dispatcher, String subscription, boolean isDurable) {
        Counters counters = dispatcher.counters();
        return new QueueInfo(
                address.definition().key(),
                address.definition().kind(),
                subscription,
                isDurable && !address.definition().isTemporary(),
                dispatcher.depth(),
                dispatcher.readyCount(),
                dispatcher.delayedCount(),
                dispatcher.unsettledCount(),
                dispatcher.deferredCount(),
                dispatcher.consumerCount(),
                dispatcher.bytes(),
                counters.published,
                counters.delivered,
                counters.acknowledged,
                counters.deadLettered,
                counters.expired);
    }

    @Override
    public void addresses(Reply<List<AddressDefinition>> reply) {
        runner.run(() -> reply.ok(
                state.addresses().stream().map(AddressState::definition).toList()));
    }

    @Override
    public void createAddress(AddressDefinition definition, Reply<AddressDefinition> reply) {
        runner.run(() -> {
            AddressState existing = state.address(definition.key());
            if (existing != null && !existing.definition().asAskedFor().equals(definition)) {
                reply.rejected(new Rejection(
                        ErrorCode.PRECONDITION_FAILED,
                        "Expected address '" + definition.key()
                                + "' not to exist or to be the same, but it exists as a "
                                + existing.definition().kind() + " with its own settings "
                                + existing.definition().settings() + ": update it instead"));
            } else {
                define(definition, reply);
            }
        });
    }

    /** Defines an address. Shard's thread. */
    void define(AddressDefinition definition, Reply<AddressDefinition> reply) {
        runner.propose(new Command.DefineAddress(definition), (token, result) -> answer(reply, result, definition), 0);
    }

    @Override
    public void updateAddress(AddressKey key, PolicyValues set, Set<PolicyKey> unset, Reply<AddressDefinition> reply) {
        runner.run(() -> {
            AddressState address = state.address(key);
            if (address == null) {
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "Address '" + key + "' does not exist"));
                return;
            }
            PolicyValues settings = address.definition().settings().with(set);
            for (PolicyKey gone : unset) {
                settings = settings.without(gone);
            }
            AddressDefinition changed = address.definition().withSettings(settings);
            runner.propose(
                    new Command.UpdateAddress(key, settings), (token, result) -> answer(reply, result, changed), 0);
        });
    }

    @Override
    public void settings(AddressKey key, Reply<List<PolicySetting>> reply) {
        runner.run(() -> {
            AddressState address = state.address(key);
            reply.ok(state.policies()
                    .explain(
                            key,
                            address == null
                                    ? PolicyValues.NONE
                                    : address.definition().settings()));
        });
    }

    @Override
    public void policies(Reply<List<PolicyRule>> reply) {
        runner.run(() -> reply.ok(state.policies().rules()));
    }

    @Override
    public void putPolicy(PolicyRule rule, Reply<Long> reply) {
        runner.run(() -> runner.propose(
                new Command.PutPolicy(rule), (token, result) -> answer(reply, result, result.count()), 0));
    }

    @Override
    public void removePolicy(AddressPattern pattern, Reply<Long> reply) {
        runner.run(() -> runner.propose(
                new Command.RemovePolicy(pattern), (token, result) -> answer(reply, result, result.count()), 0));
    }

    @Override
    public void forwards(Reply<List<ForwardRule>> reply) {
        runner.run(() -> reply.ok(List.copyOf(state.forwards().rules())));
    }

    @Override
    public void putForward(ForwardRule rule, Reply<ForwardRule> reply) {
        runner.run(
                () -> runner.propose(new Command.PutForward(rule), (token, result) -> answer(reply, result, rule), 0));
    }

    @Override
    public void removeForward(String name, Reply<String> reply) {
        runner.run(() ->
                runner.propose(new Command.RemoveForward(name), (token, result) -> answer(reply, result, name), 0));
    }

    @Override
    public void deleteAddress(AddressKey key, Reply<AddressDefinition> reply) {
        runner.run(() -> {
            AddressState address = state.address(key);
            if (address == null) {
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "Address '" + key + "' does not exist"));
                return;
            }
            AddressDefinition definition = address.definition();
            runner.propose(new Command.DeleteAddress(key), (token, result) -> answer(reply, result, definition), 0);
        });
    }

    @Override
    public void purge(AddressKey queue, Reply<Long> reply) {
        runner.run(() -> {
            AddressState address = state.address(queue);
            if (address == null || address.definition().kind() != AddressKind.QUEUE) {
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "Queue '" + queue + "' does not exist"));
                return;
            }
            SubscriptionState subscription = address.queue();
            Dispatcher dispatcher = effects.dispatcher(subscription);
            long soft = dispatcher.purgeSoft();
            runner.propose(dispatcher.purge(), (token, result) -> answer(reply, result, soft + result.count()), 0);
        });
    }

    @Override
    public void returnDeferred(AddressKey key, String name, Reply<Long> reply) {
        runner.run(() -> {
            AddressState address = state.address(key);
            SubscriptionState found = address == null ? null : address.subscription(name);
            if (found == null) {
                reply.rejected(new Rejection(
                        ErrorCode.NOT_FOUND,
                        "There is no queue or durable subscription '" + key + (name.isEmpty() ? "" : "::" + name)
                                + "'"));
                return;
            }
            runner.propose(
                    new Command.ReturnDeferred(found.id()),
                    (token, result) -> answer(reply, result, result.count()),
                    0);
        });
    }

    @Override
    public void why(WhyRequest request, Reply<String> reply) {
        runner.run(() -> explanations.why(request, reply));
    }

    @Override
    public void trace(TraceRequest request, Reply<MessageTrace> reply) {
        runner.run(() -> tracer.trace(request, reply));
    }

    @Override
    public ConsumerAdmin consumers() {
        return consumers;
    }

    @Override
    public LetterAdmin letters() {
        return letters;
    }

    @Override
    public void rewind(RewindRequest request, Reply<Long> reply) {
        runner.run(() -> rewinds.start(request, reply));
    }

    @Override
    public void truncate(AddressKey key, StartPosition before, Reply<Long> reply) {
        runner.run(() -> rewinds.truncate(key, before, reply));
    }

    @Override
    public void users(Reply<List<UserRecord>> reply) {
        runner.run(() -> reply.ok(List.copyOf(state.users())));
    }

    @Override
    public void putUser(UserRecord user, Reply<UserRecord> reply) {
        runner.run(() -> runner.propose(
                new Command.PutUser(user),
                (token, result) -> projection.userPut(effects.index(), user, () -> answer(reply, result, user)),
                0));
    }

    @Override
    public void removeUser(String name, Reply<String> reply) {
        runner.run(() -> runner.propose(
                new Command.RemoveUser(name),
                (token, result) -> {
                    if (result.rejection() != null) {
                        reply.rejected(result.rejection());
                    } else {
                        projection.userRemoved(effects.index(), name, () -> reply.ok(name));
                    }
                },
                0));
    }

    @Override
    public Branches branches() {
        return branches;
    }

    /** Makes the totals visible to other threads. Shard's thread, after a turn. */
    void publishStats() {
        Counters totals = effects.totals();
        stats = new BrokerStats(
                totals.published,
                gate.refusals(),
                totals.delivered,
                totals.acknowledged,
                totals.requeued,
                totals.deadLettered,
                totals.expired,
                totals.unrouted,
                totals.duplicates,
                totals.dropped,
                budget.bytes(),
                runner.appliedIndex(),
                runner.appendedBytes(),
                disk.log().syncs(),
                checkpointing.completed(),
                storage());
    }

    private StorageStats storage() {
        SegmentStats segments = disk.checkpoints().stats();
        return new StorageStats(
                disk.log().replayBytes(),
                checkpointing.writeNs(),
                segments.segments(),
                segments.bytesOnDisk(),
                segments.liveBytes(),
                segments.bytesWritten(),
                segments.bytesCleaned(),
                runner.reader().reads(),
                runner.reader().bytesRead(),
                budget.bytesMax(),
                segments.bytesScrubbed(),
                segments.damagedPlaces());
    }

    @Override
    public BrokerStats stats() {
        return stats;
    }
}
