// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.port.EventLoop;
import io.postrider.api.port.ShardLog;
import io.postrider.store.checkpoint.CheckpointException;
import io.postrider.store.checkpoint.CheckpointPlan;
import io.postrider.store.checkpoint.Checkpoints;
import io.postrider.store.io.StoreLog;
import io.postrider.store.machine.ShardState;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes checkpoints: an image on the shard's thread, its writing on a thread of its own, one at a time. Owned by the shard's
 * thread, except where a method says any.
 *
 * <p><b>When.</b> As soon as a journal segment could be freed, but not more often than every {@link #PAUSE_MS} unless the log to be replayed grows
 * past its limit; and when much of what segments hold has been consumed, so that its space comes back though little is logged.
 */
final class Checkpointing {
    private static final long PAUSE_MS = 3_000;
    private static final long RETRY_MS = 5_000;
    /** Places of messages in the journal take 16 bytes of heap each. */
    private static final long JOURNAL_COUNT_MAX = 1 << 20;

    private final ShardDisk disk;
    private final BrokerSettings settings;
    private final Executor writer;
    private final EventLoop loop;
    private final ShardRunner runner;
    private final CheckpointPlanner planner;
    private final AtomicLong completed = new AtomicLong();
    private final AtomicLong writeNs = new AtomicLong();
    private boolean isWriting;
    private long lastMs;
    private long releasedBytes;
    private long retryMs;
    private boolean isWakeScheduled;

    /**
     * @param writer runs the writing
     * @param loop the shard's
     */
    Checkpointing(
            ShardState state,
            ShardDisk disk,
            BrokerSettings settings,
            Executor writer,
            EventLoop loop,
            ShardRunner runner) {
        this.disk = disk;
        this.planner = new CheckpointPlanner(state, disk);
        this.settings = settings;
        this.writer = writer;
        this.loop = loop;
        this.runner = runner;
    }

    /** Checkpoints completed since start. Any thread. */
    long completed() {
        return completed.get();
    }

    /** Time spent on writing checkpoints since start. Any thread. */
    long writeNs() {
        return writeNs.get();
    }

    boolean isWriting() {
        return isWriting;
    }

    /** Starts a checkpoint when one is due; called at the end of each turn. */
    void takeIfDue() {
        releasedBytes += runner.takeReleasedBytes();
        if (isWriting) {
            return;
        }
        long nowMs = runner.nowMs();
        long dueMs = dueMs();
        if (dueMs <= nowMs) {
            take(nowMs);
        } else if (dueMs != Long.MAX_VALUE && !isWakeScheduled) {
            isWakeScheduled = true;
            loop.schedule(dueMs - nowMs, () -> {
                isWakeScheduled = false;
                runner.scheduleTurn();
            });
        }
    }

    /** When the next checkpoint should be taken as things stand; {@link Long#MAX_VALUE} if there is no reason to. */
    private long dueMs() {
        ShardLog log = disk.log();
        if (log.replayBytes() >= settings.checkpointTriggerBytes()
                || disk.bodies().journalCount() >= JOURNAL_COUNT_MAX) {
            return retryMs;
        }
        boolean isEarly = log.replayBytes() >= settings.checkpointEarlyBytes()
                || (releasedBytes >= settings.checkpointEarlyBytes()
                        && disk.checkpoints().stats().segments() > 0);
        return isEarly ? Math.max(retryMs, lastMs + PAUSE_MS) : Long.MAX_VALUE;
    }

    private void take(long nowMs) {
        isWriting = true;
        lastMs = nowMs;
        releasedBytes = 0;
        long index = runner.appliedIndex();
        CheckpointPlan plan = planner.plan(index);
        writer.execute(() -> {
            long startNs = System.nanoTime();
            try {
                Checkpoints.Written written = disk.checkpoints().write(plan);
                writeNs.addAndGet(System.nanoTime() - startNs);
                loop.execute(() -> done(index, written));
            } catch (CheckpointException e) {
                loop.execute(() -> failed(e, nowMs));
            } catch (RuntimeException e) {
                loop.execute(() -> runner.fail(e));
            }
        });
    }

    /** The checkpoint is in force: readers look in the segments from now on, and the journal may be used again. */
    private void done(long index, Checkpoints.Written written) {
        disk.bodies().checkpointed(index, written.extents());
        disk.log().release(index);
        completed.incrementAndGet();
        retryMs = 0;
        isWriting = false;
        runner.scheduleTurn();
    }

    private void failed(CheckpointException e, long nowMs) {
        isWriting = false;
        if (!e.isRetryable()) {
            runner.fail(e);
            return;
        }
        StoreLog.checkpointFailed(e);
        retryMs = nowMs + RETRY_MS;
        runner.scheduleTurn();
    }
}
