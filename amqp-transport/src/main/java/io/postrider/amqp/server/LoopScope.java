// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.postrider.amqp.codec.DeliveryPrefix;
import io.postrider.amqp.codec.MessageDecoder;
import io.postrider.amqp.engine.PerformativeCodec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;

/**
 * What the connections of one event loop share: the codec, the inbox for calls from other threads, the list of connections
 * with something to write, and the clock tick. Owned by its event loop; {@link #hand} may be called from any thread.
 */
final class LoopScope {
    static final int TICK_MS = 250;
    private static final int INBOX_CHUNK = 256;

    private final EventLoop loop;
    private final PerformativeCodec codec = new PerformativeCodec();
    private final MessageDecoder decoder = new MessageDecoder();
    private final DeliveryPrefix prefix = new DeliveryPrefix();
    private final Set<ServerConnection> connections = new LinkedHashSet<>();
    private final Queue<Runnable> inbox = new MpscUnboundedAtomicArrayQueue<>(INBOX_CHUNK);
    private final AtomicBoolean isDrainScheduled = new AtomicBoolean();
    private List<ServerConnection> touched = new ArrayList<>();
    private boolean isFlushScheduled;
    private final ScheduledFuture<?> ticker;

    LoopScope(EventLoop loop) {
        this.loop = loop;
        ticker = loop.scheduleAtFixedRate(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    PerformativeCodec codec() {
        return codec;
    }

    MessageDecoder decoder() {
        return decoder;
    }

    DeliveryPrefix prefix() {
        return prefix;
    }

    boolean isCurrent() {
        return loop.inEventLoop();
    }

    void add(ServerConnection connection) {
        connections.add(connection);
    }

    void remove(ServerConnection connection) {
        connections.remove(connection);
    }

    List<ServerConnection> connections() {
        return List.copyOf(connections);
    }

    /** Runs a task on the loop after a delay, unless the loop stops first. */
    void schedule(long delayMs, Runnable task) {
        loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
    }

    void stop() {
        ticker.cancel(false);
    }

    /** Runs a task on the loop: now if this is its thread, else together with whatever else arrives meanwhile. */
    void hand(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        inbox.add(task);
        if (isDrainScheduled.compareAndSet(false, true)) {
            loop.execute(this::drain);
        }
    }

    private void drain() {
        // Reset first: what is added from now on either is seen below or schedules another drain.
        isDrainScheduled.set(false);
        Runnable task = inbox.poll();
        while (task != null) {
            task.run();
            task = inbox.poll();
        }
        flushTouched();
    }

    /** A connection has something to write once the present burst of work is over. */
    void touched(ServerConnection connection) {
        touched.add(connection);
        if (!isFlushScheduled) {
            isFlushScheduled = true;
            loop.execute(() -> {
                isFlushScheduled = false;
                flushTouched();
            });
        }
    }

    private void flushTouched() {
        while (!touched.isEmpty()) {
            List<ServerConnection> now = touched;
            touched = new ArrayList<>();
            for (ServerConnection connection : now) {
                connection.turnEnd();
            }
        }
    }

    private void tick() {
        long nowNs = System.nanoTime();
        for (ServerConnection connection : List.copyOf(connections)) {
            connection.tick(nowNs);
        }
    }
}
