// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.port.EventLoop;
import io.postrider.api.port.ShardLog;
import io.postrider.store.body.BodyIndex;
import io.postrider.store.checkpoint.CheckpointException;
import io.postrider.store.checkpoint.CheckpointPlan;
import io.postrider.store.checkpoint.Checkpoints;
import io.postrider.store.codec.ByteWriter;
import io.postrider.store.codec.StateCodec;
import io.postrider.store.io.StoreLog;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.StagedBodies;
import io.postrider.store.segment.WantedOffsets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes checkpoints: an image on the shard's thread, its writing on a thread of its own, one at a time. Owned by the shard's
 * thread, except where a method says any.
 *
 * <p><b>The image</b> is taken in one go at one index. It holds no messages: the state of each address, in bytes, and sets of the offsets that are
 * wanted. Both are kept from one checkpoint to the next for addresses that have not changed.
 *
 * <p><b>When.</b> As soon as a journal segment could be freed, but not more often than every {@link #PAUSE_MS} unless the log to be replayed grows
 * past its limit; and when much of what segments hold has been consumed, so that its space comes back though little is logged.
 */
final class Checkpointing {
    private static final long PAUSE_MS = 3_000;
    private static final long RETRY_MS = 5_000;
    /** Places of messages in the journal take 16 bytes of heap each. */
    private static final long JOURNAL_COUNT_MAX = 1 << 20;

    private final ShardState state;
    private final ShardDisk disk;
    private final BrokerSettings settings;
    private final Executor writer;
    private final EventLoop loop;
    private final ShardRunner runner;
    private final Map<Integer, Piece> pieces = new HashMap<>();
    private final ByteWriter out = new ByteWriter(64 * 1024);
    private final AtomicLong completed = new AtomicLong();
    private boolean isWriting;
    private long lastMs;
    private long releasedBytes;
    private long retryMs;
    private boolean isWakeScheduled;

    /** What was written of an address, and for which number of changes. */
    private record Piece(AddressState address, long changes, ByteBuffer state, WantedSnapshot wanted) {}

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
        this.state = state;
        this.disk = disk;
        this.settings = settings;
        this.writer = writer;
        this.loop = loop;
        this.runner = runner;
    }

    /** Checkpoints completed since start. Any thread. */
    long completed() {
        return completed.get();
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
        CheckpointPlan plan = plan(index);
        writer.execute(() -> {
            try {
                Checkpoints.Written written = disk.checkpoints().write(plan);
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

    private CheckpointPlan plan(long index) {
        List<ByteBuffer> bytes = new ArrayList<>();
        out.reset();
        StateCodec.writeHead(state, out);
        bytes.add(written());
        Map<Long, WantedOffsets> wanted = new HashMap<>();
        Map<Integer, Piece> before = new HashMap<>(pieces);
        pieces.clear();
        for (AddressState address : state.addresses()) {
            Piece piece = piece(address, before.get(address.id()));
            pieces.put(address.id(), piece);
            bytes.add(piece.state());
            wanted.put((long) address.id(), piece.wanted());
        }
        for (StagedBodies.Body body : state.bodies().all()) {
            wanted.put(BodyIndex.stagedLog(body.id()), WHOLE);
        }
        return new CheckpointPlan(
                index, bytes, disk.bodies().journalBodies().wanted(index, wanted::get, disk.log()), wanted::get);
    }

    private Piece piece(AddressState address, @Nullable Piece before) {
        if (before != null && before.address() == address && before.changes() == address.changes()) {
            return before;
        }
        out.reset();
        StateCodec.writeAddress(address, out);
        return new Piece(address, address.changes(), written(), WantedSnapshot.of(address));
    }

    /** A copy of what was written, for another thread. */
    private ByteBuffer written() {
        ByteBuffer bytes = out.written();
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip().asReadOnlyBuffer();
    }

    /** Every chunk of a body that is there is wanted. */
    private static final WantedOffsets WHOLE = new WantedOffsets() {
        @Override
        public boolean contains(long offset) {
            return true;
        }

        @Override
        public long count(long first, long last) {
            return last - first + 1;
        }
    };
}
