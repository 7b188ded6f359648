// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.error.JmsErrors;
import jakarta.jms.JMSException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Waits, under the connection's lock, for something the reader thread will bring. */
final class Signal {
    private final Condition condition;

    /** What is waited for; checked under the lock. */
    @FunctionalInterface
    interface Check {
        boolean isTrue() throws JMSException;
    }

    Signal(ReentrantLock lock) {
        condition = lock.newCondition();
    }

    void fire() {
        condition.signalAll();
    }

    /**
     * Waits until a check is true. Called and returns with the lock held.
     *
     * @param timeoutMs negative waits for ever
     * @return false if the time ran out
     */
    boolean await(Check check, long timeoutMs) throws JMSException {
        boolean isLimited = timeoutMs >= 0;
        long leftNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        try {
            while (!check.isTrue()) {
                if (!isLimited) {
                    condition.await();
                } else if (leftNs <= 0) {
                    return false;
                } else {
                    leftNs = condition.awaitNanos(leftNs);
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw JmsErrors.withCause("Interrupted while waiting for the broker", e);
        }
    }
}
