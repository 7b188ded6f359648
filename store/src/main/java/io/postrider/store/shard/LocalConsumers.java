// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.ConsumerAdmin;
import io.postrider.api.port.ConsumerInfo;
import io.postrider.api.port.PartitionInfo;
import io.postrider.api.port.Reply;
import io.postrider.store.dispatch.Dispatcher;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators ask and do about consumers. Any thread may call; all runs on the shard's thread. */
final class LocalConsumers implements ConsumerAdmin {
    private final ShardState state;
    private final ShardRunner runner;
    private final ShardEffects effects;

    LocalConsumers(ShardState state, ShardRunner runner, ShardEffects effects) {
        this.state = state;
        this.runner = runner;
        this.effects = effects;
    }

    @Override
    public void list(Reply<List<ConsumerInfo>> reply) {
        runner.run(() -> {
            List<ConsumerInfo> all = new ArrayList<>();
            for (AddressState address : state.addresses()) {
                for (SubscriptionState subscription : address.subscriptions()) {
                    SubscriptionDefinition definition = subscription.definition();
                    all.addAll(effects.dispatcher(subscription)
                            .consumers(
                                    definition == null ? "" : definition.key().toString()));
                }
                for (VolatileSubscription subscription : effects.volatiles(address)) {
                    String name = subscription.name();
                    all.addAll(subscription.dispatcher().consumers(name == null ? "" : name));
                }
            }
            reply.ok(all);
        });
    }

    @Override
    public void pauseConsumer(long id, boolean isPaused, Reply<Long> reply) {
        runner.run(() -> {
            for (AddressState address : state.addresses()) {
                for (Dispatcher dispatcher : dispatchers(address)) {
                    if (dispatcher.pauseConsumer(id, isPaused)) {
                        reply.ok(id);
                        return;
                    }
                }
            }
            reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "There is no consumer " + id));
        });
    }

    private List<Dispatcher> dispatchers(AddressState address) {
        List<Dispatcher> all = new ArrayList<>();
        address.subscriptions().forEach(subscription -> all.add(effects.dispatcher(subscription)));
        effects.volatiles(address).forEach(subscription -> all.add(subscription.dispatcher()));
        return all;
    }

    @Override
    public void pause(String name, boolean isPaused, Reply<String> reply) {
        runner.run(() -> {
            SubscriptionState subscription = find(name);
            if (subscription == null) {
                reply.rejected(new Rejection(
                        ErrorCode.NOT_FOUND, "There is no queue or durable subscription named '" + name + "'"));
                return;
            }
            runner.propose(
                    new Command.SetPaused(subscription.id(), isPaused),
                    (token, result) -> LocalAdmin.answer(reply, result, name),
                    0);
        });
    }

    private @Nullable SubscriptionState find(String name) {
        for (AddressState address : state.addresses()) {
            String addressName = address.definition().key().toString();
            for (SubscriptionState subscription : address.subscriptions()) {
                SubscriptionDefinition definition = subscription.definition();
                if (name.equals(definition == null ? addressName : addressName + "::" + definition.key())) {
                    return subscription;
                }
            }
        }
        return null;
    }

    @Override
    public void partitions(AddressKey queue, Reply<List<PartitionInfo>> reply) {
        runner.run(() -> {
            AddressState address = state.address(queue);
            if (address == null || !address.isQueue()) {
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "Queue '" + queue + "' does not exist"));
            } else {
                reply.ok(effects.dispatcher(address.queue()).partitions());
            }
        });
    }
}
