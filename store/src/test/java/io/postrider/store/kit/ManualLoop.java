// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import io.postrider.api.port.EventLoop;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** An event loop whose turns and time a test decides. Tasks may be given from any thread; the test's thread runs them. */
public final class ManualLoop implements EventLoop {
    private record Timer(long dueMs, long order, Runnable task) {}

    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::dueMs).thenComparingLong(Timer::order));
    private volatile @Nullable Thread inlineThread;
    private long nowMs;
    private long timerCount;

    public ManualLoop(long nowMs) {
        this.nowMs = nowMs;
    }

    public long nowMs() {
        return nowMs;
    }

    /** While on, tasks of the calling thread run at once: for calls that wait for the loop. */
    public void setInline(boolean inline) {
        inlineThread = inline ? Thread.currentThread() : null;
    }

    @Override
    public boolean isCurrent() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        if (Thread.currentThread() == inlineThread) {
            task.run();
        } else {
            tasks.add(task);
        }
    }

    @Override
    public Runnable schedule(long delayMs, Runnable task) {
        Timer timer = new Timer(nowMs + delayMs, timerCount++, task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    /** Runs one task; returns false if there is none. */
    public boolean runOne() {
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    public void runAll() {
        while (runOne()) {
            // until nothing is left
        }
    }

    /** Lets time pass; what is due is queued. */
    public void advance(long ms) {
        nowMs += ms;
        while (!timers.isEmpty() && timers.peek().dueMs() <= nowMs) {
            tasks.add(timers.remove().task());
        }
    }
}
