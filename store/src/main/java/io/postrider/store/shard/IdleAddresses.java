// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.command.Command;
import io.postrider.api.port.EventLoop;
import io.postrider.store.io.StoreLog;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Deletes addresses that were created by their first use and are not used any more, where their policy says so, and wildcard topics without
 * subscribers. Owned by the shard's thread.
 */
final class IdleAddresses {
    /** How often it looks. */
    private static final long PERIOD_MS = 1000;

    private static final long WILDCARD_IDLE_MS = 10_000;

    private final ShardState state;
    private final ShardRunner runner;
    private final ShardEffects effects;
    private final EventLoop loop;
    private final LongSupplier clockMs;
    private final TreeSet<Integer> candidates = new TreeSet<>();
    private final Map<Integer, Long> idleSinceMs = new HashMap<>();
    private @Nullable Runnable cancel;

    IdleAddresses(ShardState state, ShardRunner runner, ShardEffects effects, EventLoop loop, LongSupplier clockMs) {
        this.state = state;
        this.runner = runner;
        this.effects = effects;
        this.loop = loop;
        this.clockMs = clockMs;
    }

    /** An address is new, or its settings have changed. */
    void consider(AddressState address) {
        if (idleMs(address) > 0) {
            candidates.add(address.id());
            if (cancel == null) {
                schedule();
            }
        }
    }

    private void schedule() {
        cancel = loop.schedule(PERIOD_MS, () -> {
            cancel = null;
            if (!runner.isFailed()) {
                sweep(clockMs.getAsLong());
                if (!candidates.isEmpty()) {
                    schedule();
                }
            }
        });
    }

    /** Looks no more. */
    void stop() {
        candidates.clear();
        if (cancel != null) {
            cancel.run();
        }
    }

    private void sweep(long nowMs) {
        List<AddressState> gone = new ArrayList<>();
        for (int id : List.copyOf(candidates)) {
            AddressState address = state.address(id);
            long afterMs = address == null ? 0 : idleMs(address);
            if (address == null || afterMs == 0) {
                candidates.remove(id);
                idleSinceMs.remove(id);
            } else if (isUsed(address)) {
                idleSinceMs.remove(id);
            } else if (nowMs - idleSinceMs.computeIfAbsent(id, each -> nowMs) >= afterMs) {
                gone.add(address);
            }
        }
        for (AddressState address : gone) {
            idleSinceMs.remove(address.id());
            String name = address.definition().key().toString();
            runner.propose(
                    new Command.DeleteIfIdle(address.id()),
                    (token, result) -> {
                        if (result.count() > 0) {
                            StoreLog.idleAddressDeleted(name);
                        }
                    },
                    0);
        }
    }

    /** How long an address may be idle; 0 for ever. */
    private static long idleMs(AddressState address) {
        if (!address.definition().isAutoCreated()) {
            return 0;
        }
        long afterMs = address.policy().number(PolicyKey.AUTO_DELETE);
        return afterMs == 0
                        && AddressPattern.isWildcard(address.definition().key().name())
                ? WILDCARD_IDLE_MS
                : afterMs;
    }

    private boolean isUsed(AddressState address) {
        for (SubscriptionState subscription : address.subscriptions()) {
            if (subscription.definition() != null
                    || effects.dispatcher(subscription).depth() > 0
                    || effects.dispatcher(subscription).consumerCount() > 0) {
                return true;
            }
        }
        return !effects.volatiles(address).isEmpty()
                || !effects.producers(address).isEmpty();
    }
}
