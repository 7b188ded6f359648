// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that calls a session's message listeners, one after the other. Started when the first listener is set.
 * Pausing waits until a running listener has returned, unless the listener itself asks.
 */
final class ListenerThread {
    private final String name;
    private final boolean isDaemon;
    private final Supplier<List<ClientConsumer>> consumers;
    private final Object monitor = new Object();

    // Guarded by the monitor.
    private @Nullable Thread thread;
    private boolean isPaused = true;
    private boolean isStopped;
    private boolean isBusy;

    private volatile boolean hasSignal;
    private volatile @Nullable Thread parked;

    ListenerThread(String name, boolean isDaemon, Supplier<List<ClientConsumer>> consumers) {
        this.name = name;
        this.isDaemon = isDaemon;
        this.consumers = consumers;
    }

    void start() {
        synchronized (monitor) {
            if (thread == null && !isStopped) {
                thread = new Thread(this::run, name);
                thread.setDaemon(isDaemon);
                thread.start();
            }
        }
    }

    boolean isCurrent() {
        synchronized (monitor) {
            return thread == Thread.currentThread();
        }
    }

    void resume() {
        synchronized (monitor) {
            isPaused = false;
        }
        signal();
    }

    /** Returns when no listener runs and none will be called; a listener that calls this does not wait for itself. */
    void pause() {
        synchronized (monitor) {
            isPaused = true;
        }
        awaitIdle();
    }

    void stop() {
        synchronized (monitor) {
            isStopped = true;
        }
        signal();
        awaitIdle();
    }

    /** Waits until the listener that runs now, if any, has returned. */
    void awaitIdle() {
        boolean isInterrupted = false;
        synchronized (monitor) {
            while (isBusy && thread != Thread.currentThread()) {
                try {
                    monitor.wait();
                } catch (InterruptedException e) {
                    // The caller was promised that no listener runs; the interrupt is kept for it.
                    isInterrupted = true;
                }
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** There may be something to do. Any thread. */
    void signal() {
        hasSignal = true;
        Thread waiting = parked;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    private void run() {
        while (true) {
            hasSignal = false;
            boolean hasWorked = false;
            for (ClientConsumer consumer : consumers.get()) {
                if (!enter()) {
                    break;
                }
                try {
                    hasWorked |= consumer.deliverOne();
                } finally {
                    leave();
                }
            }
            synchronized (monitor) {
                if (isStopped) {
                    return;
                }
            }
            if (!hasWorked) {
                park();
            }
        }
    }

    private void park() {
        parked = Thread.currentThread();
        while (!hasSignal) {
            LockSupport.park(this);
        }
        parked = null;
    }

    private boolean enter() {
        synchronized (monitor) {
            isBusy = !isPaused && !isStopped;
            return isBusy;
        }
    }

    private void leave() {
        synchronized (monitor) {
            isBusy = false;
            monitor.notifyAll();
        }
    }
}
