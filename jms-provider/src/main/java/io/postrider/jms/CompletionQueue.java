// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.wire.Send;
import jakarta.jms.CompletionListener;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous sends of one session, in the order they were made, and the thread that calls their completion listeners in
 * that order, one at a time (Jakarta Messaging 3.1 §7.3). The thread starts with the first such send and ends when the
 * queue was empty for a while.
 */
final class CompletionQueue {
    private static final long IDLE_MS = 5_000;

    private final String name;
    private final Object monitor = new Object();

    // Guarded by the monitor.
    private final Deque<Pending> sends = new ArrayDeque<>();
    private @Nullable Thread thread;

    CompletionQueue(String name) {
        this.name = name;
    }

    /** One asynchronous send. */
    final class Pending extends Send {
        private final Message message;
        private final CompletionListener listener;
        private final Consumer<@Nullable JMSException> whenEnded;
        // Guarded by the queue's monitor.
        private boolean isEnded;
        private @Nullable JMSException failure;

        Pending(Message message, CompletionListener listener, Consumer<@Nullable JMSException> whenEnded) {
            this.message = message;
            this.listener = listener;
            this.whenEnded = whenEnded;
        }

        @Override
        protected void ended(@Nullable JMSException cause) {
            whenEnded.accept(cause);
            synchronized (monitor) {
                isEnded = true;
                failure = cause;
                if (sends.peekFirst() == this) {
                    monitor.notifyAll();
                }
            }
        }

        private void call() {
            try {
                if (failure == null) {
                    listener.onCompletion(message);
                } else {
                    listener.onException(message, failure);
                }
            } catch (RuntimeException e) {
                JmsLog.completionListenerFailed(e);
            }
        }
    }

    /**
     * Adds a send before it is made.
     *
     * @param whenEnded told of the end as soon as it is known
     */
    Pending add(Message message, CompletionListener listener, Consumer<@Nullable JMSException> whenEnded) {
        Pending pending = new Pending(message, listener, whenEnded);
        synchronized (monitor) {
            sends.addLast(pending);
            if (thread == null) {
                thread = new Thread(this::run, name);
                thread.setDaemon(true);
                thread.start();
            }
        }
        return pending;
    }

    /** The send could not be made: its listener is not called, its caller gets an exception. */
    void withdraw(Pending pending) {
        synchronized (monitor) {
            sends.remove(pending);
            monitor.notifyAll();
        }
    }

    /** @throws IllegalStateException if the caller is a completion listener of this session */
    void checkNotInCallback(String what) throws IllegalStateException {
        synchronized (monitor) {
            if (thread == Thread.currentThread()) {
                throw new IllegalStateException(
                        what + " may not be called from a completion listener of its own session");
            }
        }
    }

    /**
     * Waits until every listener has been called.
     *
     * @return false if the time ran out
     */
    boolean awaitEmpty(long timeoutMs) throws JMSException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        synchronized (monitor) {
            while (!sends.isEmpty()) {
                long leftMs = timeoutMs < 0 ? 0 : (deadlineNs - System.nanoTime()) / 1_000_000 + 1;
                if (timeoutMs >= 0 && leftMs <= 0) {
                    return false;
                }
                try {
                    monitor.wait(leftMs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new JMSException("Interrupted while waiting for completion listeners");
                }
            }
            return true;
        }
    }

    private void run() {
        while (true) {
            Pending first = awaitFirst();
            if (first == null) {
                return;
            }
            first.call();
            synchronized (monitor) {
                // It stays in the queue until its listener has returned, so that a close waits for it.
                sends.remove(first);
                monitor.notifyAll();
            }
        }
    }

    /** The oldest send once it has ended, or null when the thread may go. */
    private @Nullable Pending awaitFirst() {
        synchronized (monitor) {
            while (true) {
                Pending first = sends.peekFirst();
                if (first != null && first.isEnded) {
                    return first;
                }
                long idleSinceNs = System.nanoTime();
                try {
                    monitor.wait(IDLE_MS);
                } catch (InterruptedException e) {
                    // Nobody but a completion listener can have interrupted this thread; its callbacks still must be
                    // made.
                    continue;
                }
                boolean isIdle = System.nanoTime() - idleSinceNs >= TimeUnit.MILLISECONDS.toNanos(IDLE_MS);
                if (sends.isEmpty() && isIdle) {
                    thread = null;
                    return null;
                }
            }
        }
    }
}
