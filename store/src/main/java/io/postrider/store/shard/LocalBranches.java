// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.command.BranchId;
import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BranchInfo;
import io.postrider.api.port.Branches;
import io.postrider.api.port.Reply;
import io.postrider.store.machine.PreparedBranches;
import io.postrider.store.machine.PreparedParts;
import io.postrider.store.machine.Result;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Prepared branches and what is decided on them. State is owned by the shard's thread; calls hand over. */
final class LocalBranches implements Branches {
    private final ShardState state;
    private final ShardRunner runner;
    private final ShardEffects effects;
    /** Transactions of this process that are prepared: what they hold in memory only ends with them. */
    private final Map<BranchId, OpenTransaction> alive = new HashMap<>();

    /** Decisions on their way to the log. */
    private final Set<BranchId> deciding = new HashSet<>();

    LocalBranches(ShardState state, ShardRunner runner, ShardEffects effects) {
        this.state = state;
        this.runner = runner;
        this.effects = effects;
    }

    /** Keeps the messages that prepared branches end from everybody else, after a restart. */
    void start() {
        for (PreparedBranches.Branch branch : state.branches().prepared().values()) {
            for (Command part : branch.parts()) {
                for (PreparedParts.Held held : PreparedParts.held(part)) {
                    SubscriptionState subscription = state.subscription(held.subscriptionId());
                    if (subscription != null && subscription.epoch() == held.epoch()) {
                        effects.dispatcher(subscription).hold(held.offsets());
                    }
                }
            }
        }
    }

    void prepared(BranchId branch, OpenTransaction transaction) {
        alive.put(branch, transaction);
    }

    @Override
    public void list(Reply<List<BranchInfo>> reply) {
        runner.run(() -> {
            List<BranchInfo> all = new ArrayList<>();
            state.branches()
                    .prepared()
                    .forEach((id, branch) -> all.add(new BranchInfo(
                            id,
                            BranchInfo.State.PREPARED,
                            branch.atMs(),
                            branch.parts().size())));
            state.branches()
                    .decided()
                    .forEach((id, isCommit) -> all.add(new BranchInfo(
                            id,
                            isCommit
                                    ? BranchInfo.State.HEURISTICALLY_COMMITTED
                                    : BranchInfo.State.HEURISTICALLY_ROLLED_BACK,
                            0,
                            0)));
            reply.ok(all);
        });
    }

    @Override
    public void commit(BranchId branch, boolean isOperator, Reply<BranchId> reply) {
        runner.run(() -> {
            PreparedBranches.Branch known = state.branches().get(branch);
            if (known == null || deciding.contains(branch)) {
                reply.rejected(unknown(branch));
            } else {
                decide(branch, new Command.CommitPrepared(branch, known.parts(), isOperator), true, reply);
            }
        });
    }

    @Override
    public void rollback(BranchId branch, boolean isOperator, Reply<BranchId> reply) {
        runner.run(() -> {
            if (state.branches().get(branch) == null || deciding.contains(branch)) {
                reply.rejected(unknown(branch));
            } else {
                decide(branch, new Command.RollbackPrepared(branch, isOperator), false, reply);
            }
        });
    }

    private void decide(BranchId branch, Command decision, boolean isCommit, Reply<BranchId> reply) {
        if (runner.isFailed()) {
            reply.rejected(Transactions.storeFailed());
            return;
        }
        deciding.add(branch);
        runner.propose(
                decision,
                (token, result) -> {
                    deciding.remove(branch);
                    OpenTransaction transaction = alive.remove(branch);
                    if (transaction != null) {
                        transaction.decided(isCommit);
                    }
                    answer(reply, result, branch);
                },
                0);
    }

    private Rejection unknown(BranchId branch) {
        Boolean decided = state.branches().decided().get(branch);
        if (decided != null) {
            return new Rejection(
                    decided ? ErrorCode.ILLEGAL_STATE : ErrorCode.TRANSACTION_ROLLED_BACK,
                    "An operator has " + (decided ? "committed" : "rolled back") + " branch " + branch);
        }
        return new Rejection(ErrorCode.TRANSACTION_UNKNOWN, "There is no prepared branch " + branch);
    }

    @Override
    public void forget(BranchId branch, Reply<BranchId> reply) {
        runner.run(() ->
                runner.propose(new Command.ForgetBranch(branch), (token, result) -> answer(reply, result, branch), 0));
    }

    private static void answer(Reply<BranchId> reply, Result result, BranchId branch) {
        LocalAdmin.answer(reply, result, branch);
    }
}
