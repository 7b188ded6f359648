// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.ShardLog;
import io.postrider.store.dispatch.MemoryBudget;
import org.jspecify.annotations.Nullable;

/**
 * Holds producers back while messages that have no copy on disk take more memory than they may: those in no log, and those on their way
 * to it. Consumers and the disk go on, so it opens by itself. Owned by the shard's thread.
 */
final class MemoryGate {
    private final BrokerSettings settings;
    private final MemoryBudget budget;
    private final ShardLog log;
    private final ShardRunner runner;
    private @Nullable Rejection closed;
    private long refusals;

    MemoryGate(BrokerSettings settings, MemoryBudget budget, ShardLog log, ShardRunner runner) {
        this.settings = settings;
        this.budget = budget;
        this.log = log;
        this.runner = runner;
    }

    /** Why a publish must be refused now; null when it may be taken. */
    @Nullable
    Rejection refusal() {
        return closed != null && inUse() > settings.refusedAboveBytes() ? closed : null;
    }

    /** Why producers get no credit now; null while they do. */
    @Nullable
    Rejection closed() {
        return closed;
    }

    void countRefusal() {
        refusals++;
    }

    long refusals() {
        return refusals;
    }

    /** Looks again, at the end of a turn. Tells everybody who sends when it closes or opens. */
    void check(ShardEffects effects) {
        long used = inUse();
        if (closed == null && used > settings.messageBytesMax()) {
            closed = new Rejection(
                    ErrorCode.RESOURCE_LIMIT,
                    "Messages take " + used + " bytes of memory, and " + settings.messageBytesMax()
                            + " are allowed; sending goes on once some are consumed");
            Rejection reason = closed;
            effects.endpoints().forEach(endpoint -> endpoint.hold(reason));
        } else if (closed != null && used < settings.resumedBelowBytes()) {
            closed = null;
            effects.endpoints().forEach(ShardEffects.Endpoint::resume);
        }
    }

    private long inUse() {
        return budget.softBytes() + budget.transactionBytes() + runner.heldBytes() + log.pendingBytes();
    }
}
