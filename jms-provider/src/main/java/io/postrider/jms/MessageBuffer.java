// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Messages that arrived for one consumer and were not taken yet. Any thread; its lock is held for moments only and nothing
 * is called under it, so the reader thread may add while it holds the connection's lock.
 */
final class MessageBuffer {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    private volatile int size;
    private boolean isRunning;
    private boolean isClosed;

    void add(Arrival arrival) {
        lock.lock();
        try {
            arrivals.addLast(arrival);
            size = arrivals.size();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Puts messages back before all others, in the order given. */
    void putBack(List<Arrival> returned) {
        lock.lock();
        try {
            for (int i = returned.size() - 1; i >= 0; i--) {
                arrivals.addFirst(returned.get(i));
            }
            size = arrivals.size();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the messages that do not pass. */
    void keepOnly(Predicate<Arrival> filter) {
        lock.lock();
        try {
            arrivals.removeIf(filter.negate());
            size = arrivals.size();
        } finally {
            lock.unlock();
        }
    }

    int size() {
        return size;
    }

    /** Starts or stops handing out. */
    void setRunning(boolean running) {
        lock.lock();
        try {
            isRunning = running;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isRunning() {
        lock.lock();
        try {
            return isRunning;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return isClosed;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes everybody who waits; nothing is handed out any more. */
    void close() {
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything, for giving it back to the broker. */
    List<Arrival> takeAll() {
        lock.lock();
        try {
            List<Arrival> all = new ArrayList<>(arrivals);
            arrivals.clear();
            size = 0;
            return all;
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    Arrival pollNow() {
        lock.lock();
        try {
            return takeOrNull();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a message.
     *
     * @param timeoutNs negative waits for ever
     * @return null if the time ran out or the buffer was closed
     */
    @Nullable
    Arrival poll(long timeoutNs) throws InterruptedException {
        boolean isLimited = timeoutNs >= 0;
        long leftNs = timeoutNs;
        lock.lock();
        try {
            while (true) {
                Arrival arrival = takeOrNull();
                if (arrival != null || isClosed) {
                    return arrival;
                }
                if (!isLimited) {
                    changed.await();
                } else if (leftNs <= 0) {
                    return null;
                } else {
                    leftNs = changed.awaitNanos(leftNs);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    static long toNs(long timeoutMs) {
        return TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    private @Nullable Arrival takeOrNull() {
        if (!isRunning || isClosed) {
            return null;
        }
        Arrival arrival = arrivals.pollFirst();
        size = arrivals.size();
        return arrival;
    }
}
