// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.command.BranchId;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.EventLoop;
import io.postrider.api.port.Reply;
import io.postrider.api.port.Transaction;
import io.postrider.store.dispatch.MemoryBudget;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transactions that have not ended, and the clock that ends them. Owned by the shard's thread. */
final class Transactions {
    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    private final ShardState state;
    private final ShardRunner runner;
    private final ShardEffects effects;
    private final MemoryBudget budget;
    private final LocalBranches branches;
    private final BrokerSettings settings;
    private final EventLoop loop;
    private final LongSupplier clockMs;
    /** In the order they began, so the first is the first whose time runs out. */
    private final Set<OpenTransaction> unended = new LinkedHashSet<>();

    private boolean isTimerSet;

    Transactions(
            ShardState state,
            ShardRunner runner,
            ShardEffects effects,
            MemoryBudget budget,
            BrokerSettings settings,
            LocalBranches branches,
            LocalBroker.Parts parts) {
        this.branches = branches;
        this.state = state;
        this.runner = runner;
        this.effects = effects;
        this.budget = budget;
        this.settings = settings;
        this.loop = parts.loop();
        this.clockMs = parts.wallClockMs();
    }

    static Rejection storeFailed() {
        return new Rejection(
                ErrorCode.STORE_FAILED, "The broker's store has failed; what was not confirmed is unknown");
    }

    void begin(String connectionId, Reply<Transaction> reply) {
        if (runner.isFailed()) {
            reply.rejected(storeFailed());
            return;
        }
        OpenTransaction begun =
                new OpenTransaction(this, runner, connectionId, clockMs.getAsLong() + settings.transactionTimeoutMs());
        unended.add(begun);
        watch();
        reply.ok(begun);
    }

    int count() {
        return unended.size();
    }

    long bytesMax() {
        return settings.transactionBytesMax();
    }

    void hold(long bytes) {
        budget.holdTransaction(bytes);
    }

    @Nullable
    AddressState address(int id) {
        return state.address(id);
    }

    boolean needsPublisher(AddressState address) {
        return effects.needsPublisher(address);
    }

    void countPublished(int messages) {
        effects.totals().published += messages;
    }

    /** A transaction waits for its manager's decision. */
    void prepared(BranchId branch, OpenTransaction transaction) {
        branches.prepared(branch, transaction);
    }

    void ended(OpenTransaction transaction) {
        unended.remove(transaction);
    }

    void connectionClosed(String connectionId) {
        Rejection reason = new Rejection(ErrorCode.TRANSACTION_ROLLED_BACK, "Its connection is gone");
        for (OpenTransaction each : List.copyOf(unended)) {
            if (each.isOf(connectionId)) {
                each.abandon(reason);
            }
        }
    }

    void failed(Rejection reason) {
        List.copyOf(unended).forEach(each -> each.failed(reason));
        unended.clear();
    }

    /** One timer is enough: all have the same time, so they run out in the order they began. */
    private void watch() {
        if (isTimerSet) {
            return;
        }
        for (OpenTransaction each : unended) {
            if (each.isOpen()) {
                isTimerSet = true;
                loop.schedule(Math.max(1, each.deadlineMs() - clockMs.getAsLong()), this::endOverdue);
                return;
            }
        }
    }

    private void endOverdue() {
        isTimerSet = false;
        long nowMs = clockMs.getAsLong();
        for (OpenTransaction each : List.copyOf(unended)) {
            if (each.deadlineMs() > nowMs) {
                break;
            }
            if (each.isOpen()) {
                LOG.warn(
                        "PR-STO-092 A transaction was rolled back, because it was open for more than {} ms",
                        settings.transactionTimeoutMs());
                each.abandon(new Rejection(
                        ErrorCode.TRANSACTION_TIMEOUT,
                        "The transaction was rolled back, because it was open for more than "
                                + settings.transactionTimeoutMs() + " ms"));
            }
        }
        watch();
    }
}
