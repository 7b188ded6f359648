// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressKey;
import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.EventLoop;
import io.postrider.api.port.ShardLog;
import io.postrider.store.body.BodyIndex;
import io.postrider.store.body.BodyReader;
import io.postrider.store.codec.CommandCodec;
import io.postrider.store.dispatch.BodyReads;
import io.postrider.store.dispatch.Consumption;
import io.postrider.store.dispatch.Dispatcher;
import io.postrider.store.dispatch.Incident;
import io.postrider.store.dispatch.Proposals;
import io.postrider.store.io.StoreLog;
import io.postrider.store.machine.Result;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one shard: collects commands, logs them in batches, applies what is committed and pumps the dispatchers. Owned by the
 * shard's event loop, except where a method says "any thread".
 *
 * <p><b>Turns.</b> Whatever one turn of the loop brought (calls from connections, commits) is handled together at its end: dispatchers
 * that changed are pumped, then the commands collected become one log entry. So a burst costs one entry, one write and one wake-up.
 *
 * <p><b>Commits.</b> The log tells how far it is durable; batches up to there are applied from the objects they were made of, without
 * decoding. Only then are senders answered. If the log fails, nobody is answered any more and every endpoint is closed.
 */
final class ShardRunner implements Proposals, ShardLog.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(ShardRunner.class);
    /** An entry is closed at this size: reading one message back reads its whole entry. */
    private static final int ENTRY_BYTES_MAX = 256 << 10;

    /** What the end of an unknown number of messages counts for. */
    private static final long MANY_BYTES = 1 << 20;

    private static final long LOG_PENDING_BYTES_MAX = 16L << 20;

    private final EventLoop loop;
    private final ShardLog log;
    private final ShardMachine machine;
    private final LongSupplier clockMs;
    private final CommandCodec codec = new CommandCodec();
    private final Queue<Runnable> inbox = new MpscUnboundedArrayQueue<>(256);
    private final AtomicBoolean isInboxScheduled = new AtomicBoolean();
    private final AtomicBoolean isCommitScheduled = new AtomicBoolean();
    private final ArrayDeque<Batch> proposed = new ArrayDeque<>();
    private final ArrayDeque<Batch> spare = new ArrayDeque<>();
    private final List<Dispatcher> settling = new ArrayList<>();
    private final List<Dispatcher> expiring = new ArrayList<>();
    private final List<Dispatcher> marked = new ArrayList<>();
    private List<Dispatcher> awake = new ArrayList<>();
    private List<Dispatcher> pumping = new ArrayList<>();
    private final ArrayDeque<Batch> full = new ArrayDeque<>();
    private Batch open = new Batch();
    private boolean isTurnScheduled;
    private long appliedIndex;
    private long appendedBytes;
    private long stampedMs;
    private long releasedBytes;
    private long nowMs;
    private boolean isNowRead;
    private volatile long committedIndex;
    private volatile @Nullable Throwable failure;

    private final Incidents incidents = new Incidents();
    private final ShardEffects effects;
    private final BodyIndex bodies;
    private final BodyReader reader;
    private Runnable afterTurn = () -> {};
    private java.util.function.Consumer<Rejection> onFailure = reason -> {};

    ShardRunner(
            EventLoop loop,
            ShardDisk disk,
            ShardMachine machine,
            LongSupplier clockMs,
            long appliedIndex,
            ShardEffects effects) {
        this.loop = loop;
        this.log = disk.log();
        this.machine = machine;
        this.clockMs = clockMs;
        this.appliedIndex = appliedIndex;
        this.committedIndex = appliedIndex;
        this.effects = effects;
        this.bodies = disk.bodies();
        this.reader = new BodyReader(bodies, log, disk.checkpoints(), disk.readers(), loop, this::fail, loop::schedule);
        this.nowMs = clockMs.getAsLong();
    }

    /** Starts the log; the hooks run on the shard's thread. */
    void start(Runnable afterEachTurn, java.util.function.Consumer<Rejection> whenFailed) {
        this.afterTurn = afterEachTurn;
        this.onFailure = whenFailed;
        log.start(this);
    }

    /** Index up to which entries are applied. */
    long appliedIndex() {
        return appliedIndex;
    }

    /** Bytes given to the log since start. */
    long appendedBytes() {
        return appendedBytes;
    }

    BodyReader reader() {
        return reader;
    }

    /** Why the shard stopped; null while it has not. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    boolean isFailed() {
        return failure != null;
    }

    /** Whether this is the shard's thread. Any thread. */
    boolean isOwner() {
        return loop.isCurrent();
    }

    /** Runs a task on the shard's thread: at once if this is it. Any thread. */
    void run(Runnable task) {
        if (loop.isCurrent()) {
            task.run();
            return;
        }
        inbox.add(task);
        if (isInboxScheduled.compareAndSet(false, true)) {
            loop.execute(this::drainInbox);
        }
    }

    private void drainInbox() {
        isInboxScheduled.set(false);
        for (Runnable task = inbox.poll(); task != null; task = inbox.poll()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("PR-STO-090 A request to the shard failed", e);
            }
        }
    }

    // ---- proposing

    /** Adds a command to the next log entry. Dropped when the log has failed: its outcome stays unknown. */
    void propose(Command command, @Nullable Completion completion, long token) {
        if (failure != null) {
            return;
        }
        open.add(command, completion, token);
        open.bytes += heapBytes(command);
        if (open.bytes > ENTRY_BYTES_MAX) {
            full.add(open);
            open = nextBatch();
        }
        scheduleTurn();
    }

    private static long heapBytes(Command command) {
        if (command instanceof Command.Publish publish) {
            return publish.message().heapBytes();
        }
        if (command instanceof Command.StageChunk stage) {
            return stage.chunk().length;
        }
        if (!command.carried().isEmpty()) {
            long bytes = 0;
            for (Command part : command.carried()) {
                bytes += heapBytes(part);
            }
            return bytes;
        }
        if (command instanceof Command.Redrive redrive) {
            return redrive.message().heapBytes();
        }
        return command instanceof Command.DeadLetter dead && dead.letter() != null
                ? dead.letter().heapBytes()
                : 0;
    }

    /** Bytes proposed and not yet given to the log, because that has more than it can write soon. */
    long heldBytes() {
        long bytes = open.bytes;
        for (Batch batch : full) {
            bytes += batch.bytes;
        }
        return bytes;
    }

    @Override
    public void propose(Command command) {
        propose(command, null, 0);
    }

    @Override
    public void settle(Dispatcher dispatcher, long offset, long bytes) {
        if (dispatcher.settles().isEmpty()) {
            settling.add(dispatcher);
        }
        dispatcher.settles().add(offset, bytes);
        scheduleTurn();
    }

    @Override
    public void expire(Dispatcher dispatcher, long offset, long bytes) {
        if (dispatcher.expiries().isEmpty()) {
            expiring.add(dispatcher);
        }
        dispatcher.expiries().add(offset, bytes);
        scheduleTurn();
    }

    @Override
    public void incident(Incident incident) {
        incidents.add(incident);
    }

    /** What consumers said lately that is out of the ordinary. Shard's thread. */
    Incidents incidents() {
        return incidents;
    }

    @Override
    public void slow(Dispatcher dispatcher, Consumption consumer, long ageMs) {
        StoreLog.consumerSlow(
                consumer.id(),
                consumer.request().containerId(),
                consumer.request().user(),
                dispatcher.address().definition().key().toString(),
                ageMs);
    }

    @Override
    public void marked(Dispatcher dispatcher) {
        marked.add(dispatcher);
    }

    @Override
    public void letter(AddressKey target, Message letter) {
        effects.publishLetter(target, letter);
    }

    @Override
    public void read(AddressState address, long[] offsets, int from, int bytesMax, BodyReads.Reply reply) {
        reader.read(address, offsets, from, bytesMax, reply);
    }

    /** Read once for all that comes before a turn: it may be long since the last one. */
    @Override
    public long nowMs() {
        if (!isNowRead) {
            readClock();
        }
        return nowMs;
    }

    private void readClock() {
        nowMs = clockMs.getAsLong();
        isNowRead = true;
    }

    @Override
    public void wake(Dispatcher dispatcher) {
        if (dispatcher.setAwake(true)) {
            awake.add(dispatcher);
            scheduleTurn();
        }
    }

    @Override
    public void wakeAt(Dispatcher dispatcher, long timeMs) {
        if (dispatcher.isWakeNeeded(timeMs)) {
            loop.schedule(Math.max(0, timeMs - clockMs.getAsLong()), () -> {
                dispatcher.woken(timeMs);
                wake(dispatcher);
            });
        }
    }

    // ---- turns

    /** Makes sure that {@link #turn} runs once what the loop is doing now is done. */
    void scheduleTurn() {
        if (!isTurnScheduled) {
            isTurnScheduled = true;
            loop.execute(this::turn);
        }
    }

    private void turn() {
        isTurnScheduled = false;
        readClock();
        try {
            while (!awake.isEmpty()) {
                pumpAwake();
            }
            cut();
            afterTurn.run();
            isNowRead = false;
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void pumpAwake() {
        List<Dispatcher> batch = awake;
        awake = pumping;
        pumping = batch;
        for (int i = 0; i < batch.size(); i++) {
            Dispatcher dispatcher = batch.get(i);
            dispatcher.setAwake(false);
            dispatcher.pump();
        }
        batch.clear();
    }

    /** Ends the batch and gives it to the log, unless the log has more than it can write soon. */
    private void cut() {
        while (!full.isEmpty() && canAppend()) {
            append(full.remove());
        }
        if (!full.isEmpty() || !canAppend()) {
            return;
        }
        addRanges();
        if (open.isEmpty()) {
            return;
        }
        addMarks();
        Batch batch = open;
        open = nextBatch();
        append(batch);
    }

    private boolean canAppend() {
        return failure == null && log.pendingBytes() <= LOG_PENDING_BYTES_MAX;
    }

    private void append(Batch batch) {
        batch.timeMs = Math.max(nowMs, Math.max(stampedMs, machine.state().lastTimeMs()));
        stampedMs = batch.timeMs;
        codec.begin(batch.timeMs);
        for (int i = 0; i < batch.size(); i++) {
            codec.add(batch.command(i));
        }
        batch.bodies().addAll(codec.bodies());
        ByteBuffer bytes = codec.end();
        appendedBytes += bytes.remaining();
        batch.index = log.append(bytes);
        proposed.add(batch);
    }

    private Batch nextBatch() {
        Batch batch = spare.poll();
        return batch == null ? new Batch() : batch;
    }

    private void addRanges() {
        for (int i = 0; i < settling.size(); i++) {
            Dispatcher dispatcher = settling.get(i);
            SubscriptionState subscription = dispatcher.durable();
            long bytes = dispatcher.settles().bytes();
            if (subscription != null && !dispatcher.settles().isEmpty()) {
                open.add(
                        new Command.Settle(
                                subscription.id(),
                                subscription.epoch(),
                                dispatcher.settles().take(),
                                bytes),
                        null,
                        0);
            }
        }
        settling.clear();
        for (int i = 0; i < expiring.size(); i++) {
            Dispatcher dispatcher = expiring.get(i);
            SubscriptionState subscription = dispatcher.durable();
            long bytes = dispatcher.expiries().bytes();
            if (subscription != null && !dispatcher.expiries().isEmpty()) {
                open.add(
                        new Command.Expire(
                                subscription.id(),
                                subscription.epoch(),
                                dispatcher.expiries().take(),
                                bytes),
                        null,
                        0);
            }
        }
        expiring.clear();
    }

    /** Marks ride along with whatever is logged anyway; they never cause an entry of their own. */
    private void addMarks() {
        for (int i = 0; i < marked.size(); i++) {
            Command mark = marked.get(i).takeMark();
            if (mark != null) {
                open.add(mark, null, 0);
            }
        }
        marked.clear();
    }

    /** Gives what was collected to the log, before it is closed. */
    void finish() {
        readClock();
        if (failure == null) {
            full.forEach(this::append);
            full.clear();
            cut();
        }
    }

    // ---- commits

    @Override
    public void committed(long index) {
        committedIndex = index;
        if (isCommitScheduled.compareAndSet(false, true)) {
            loop.execute(this::applyCommitted);
        }
    }

    private void applyCommitted() {
        isCommitScheduled.set(false);
        readClock();
        try {
            long upTo = committedIndex;
            while (!proposed.isEmpty() && proposed.element().index <= upTo) {
                apply(proposed.remove());
            }
            turn();
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Bytes on disk that a command may have made superfluous. */
    private static long releasedBytes(Command command) {
        if (command instanceof Command.Settle settle) {
            return settle.bytes();
        }
        if (command instanceof Command.Redrive redrive) {
            return redrive.bytes();
        }
        if (!command.carried().isEmpty()) {
            long bytes = 0;
            for (Command part : command.carried()) {
                bytes += releasedBytes(part);
            }
            return bytes;
        }
        boolean isMany = command instanceof Command.Purge
                || command instanceof Command.Trim
                || command instanceof Command.DeleteAddress
                || command instanceof Command.DeleteSubscription
                || command instanceof Command.Expire;
        return isMany ? MANY_BYTES : 0;
    }

    /** Bytes of messages that were consumed since this was last asked. */
    long takeReleasedBytes() {
        long bytes = releasedBytes;
        releasedBytes = 0;
        return bytes;
    }

    private void apply(Batch batch) {
        effects.at(batch.index);
        int body = 0;
        for (int i = 0; i < batch.size(); i++) {
            int parts = batch.command(i).carried().size();
            if (parts > 0) {
                effects.parts(batch.bodies(), body);
                body += parts;
            } else {
                bodies.at(
                        batch.index,
                        batch.bodies().position(body),
                        batch.bodies().length(body));
                body++;
            }
            Result result = machine.apply(batch.timeMs, batch.command(i), effects);
            releasedBytes += releasedBytes(batch.command(i));
            Completion completion = batch.completion(i);
            if (completion != null) {
                completion.applied(batch.token(i), result);
            }
        }
        appliedIndex = batch.index;
        batch.clear();
        spare.add(batch);
    }

    // ---- failure

    @Override
    public void failed(Throwable cause) {
        loop.execute(() -> fail(cause));
    }

    /** Stops the shard for good: what is in flight has an unknown outcome, and nobody is told otherwise. */
    void fail(Throwable cause) {
        if (failure != null) {
            return;
        }
        failure = cause;
        LOG.error("PR-STO-091 The shard stopped: nothing more will be confirmed until the broker is restarted", cause);
        proposed.clear();
        full.clear();
        open.clear();
        onFailure.accept(new Rejection(
                ErrorCode.STORE_FAILED,
                "The broker's store has failed; what was not confirmed has an unknown outcome"));
    }
}
