// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.kit;

import io.postrider.api.port.ShardLog;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A log listener that remembers what it was told and can be waited for. Any thread. */
public final class CommitRecorder implements ShardLog.Listener {
    private long committed;
    private Throwable failure;
    private boolean hasGoneBack;

    @Override
    public synchronized void committed(long index) {
        hasGoneBack |= index < committed || failure != null;
        committed = index;
        notifyAll();
    }

    @Override
    public synchronized void failed(Throwable cause) {
        failure = cause;
        notifyAll();
    }

    public synchronized long committed() {
        return committed;
    }

    public synchronized Throwable failure() {
        return failure;
    }

    /** Whether an index was lower than one before it, or came after the failure. */
    public synchronized boolean hasGoneBack() {
        return hasGoneBack;
    }

    /** Returns once an index is committed or the log has failed. */
    public synchronized void await(long index) throws InterruptedException, TimeoutException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (committed < index && failure == null) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (leftMs <= 0) {
                throw new TimeoutException(
                        "Expected index " + index + " to be committed, but only " + committed + " is");
            }
            wait(leftMs);
        }
    }
}
