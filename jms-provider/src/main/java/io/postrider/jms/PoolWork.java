// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageListener;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session of a server session pool has to do: the messages it was given and the listener that gets them. The
 * application server's thread runs it; stopping and closing the session wait for that thread, unless it asks itself.
 */
final class PoolWork {
    private final ClientSession session;
    private final Deque<Arrival> loaded = new ArrayDeque<>();

    // Guarded by this.
    private @Nullable MessageListener listener;
    private @Nullable Thread runner;

    PoolWork(ClientSession session) {
        this.session = session;
    }

    synchronized void setListener(@Nullable MessageListener newListener) {
        listener = newListener;
    }

    @Nullable
    synchronized MessageListener listener() {
        return listener;
    }

    synchronized void load(List<Arrival> arrivals) {
        loaded.addAll(arrivals);
    }

    /** Delivers what was loaded, in order. */
    void run() throws JMSException {
        MessageListener target;
        synchronized (this) {
            target = listener;
            if (target == null) {
                throw new IllegalStateException("Expected the session of a pool to have a message listener");
            }
            runner = Thread.currentThread();
        }
        try {
            for (Arrival arrival = next(); arrival != null; arrival = next()) {
                arrival.consumer.deliverFor(session, arrival, target);
            }
        } finally {
            synchronized (this) {
                runner = null;
                notifyAll();
            }
        }
    }

    @Nullable
    private synchronized Arrival next() {
        return loaded.pollFirst();
    }

    synchronized boolean isCurrent() {
        return runner == Thread.currentThread();
    }

    /** Waits until nothing runs. */
    synchronized void awaitIdle() {
        boolean isInterrupted = false;
        while (runner != null && runner != Thread.currentThread()) {
            try {
                wait();
            } catch (InterruptedException e) {
                // The caller was promised that no listener runs; the interrupt is kept for it.
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
