// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.ShardLog;
import io.postrider.store.dispatch.MemoryBudget;
import io.postrider.store.io.DiskSpace;
import org.jspecify.annotations.Nullable;

/**
 * Holds producers back while there is no room for what they send. Consumers, operators and recovery go on, so it opens by itself.
 * Owned by the shard's thread.
 *
 * <p><b>Memory</b>: messages that have no copy on disk, those in no log and those on their way to it, take more than they may. Above that
 * everybody is held, a quarter above it publishes are refused.
 *
 * <p><b>Disk</b>: too little is free. Everybody is held, and what would go to the log is refused at once, because each byte more would make it harder to
 * come back.
 */
final class AdmissionGate {
    private final BrokerSettings settings;
    private final MemoryBudget budget;
    private final ShardLog log;
    private final ShardRunner runner;
    private final DiskSpace space;
    private @Nullable Rejection closed;
    private boolean isMemoryShort;
    private boolean isDiskLow;
    private long refusals;

    AdmissionGate(BrokerSettings settings, MemoryBudget budget, ShardLog log, ShardRunner runner, DiskSpace space) {
        this.settings = settings;
        this.budget = budget;
        this.log = log;
        this.runner = runner;
        this.space = space;
    }

    /**
     * Why a publish must be refused now; null when it may be taken.
     *
     * @param isLogged whether it would go to the log
     */
    @Nullable
    Rejection refusal(boolean isLogged) {
        if (isLogged && space.state() == DiskSpace.State.LOW) {
            return diskLow();
        }
        return isMemoryShort && inUse() > settings.refusedAboveBytes() ? memoryShort(inUse()) : null;
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
        if (used > settings.messageBytesMax()) {
            isMemoryShort = true;
        } else if (used < settings.resumedBelowBytes()) {
            isMemoryShort = false;
        }
        isDiskLow = space.state() == DiskSpace.State.LOW;
        boolean isOpen = !isMemoryShort && !isDiskLow;
        if (closed == null && !isOpen) {
            Rejection reason = isDiskLow ? diskLow() : memoryShort(used);
            closed = reason;
            effects.endpoints().forEach(endpoint -> endpoint.hold(reason));
        } else if (closed != null && isOpen) {
            closed = null;
            effects.endpoints().forEach(ShardEffects.Endpoint::resume);
        }
    }

    private Rejection memoryShort(long used) {
        return new Rejection(
                ErrorCode.RESOURCE_LIMIT,
                "Messages take " + used + " bytes of memory, and " + settings.messageBytesMax()
                        + " are allowed; sending goes on once some are consumed");
    }

    private Rejection diskLow() {
        return new Rejection(
                ErrorCode.RESOURCE_LIMIT,
                "The broker's disk is nearly full: " + space.usableBytes() + " bytes are free, and "
                        + space.minFreeBytes() + " are kept; sending goes on once there is room again");
    }

    private long inUse() {
        return budget.softBytes() + budget.transactionBytes() + runner.heldBytes() + log.pendingBytes();
    }
}
