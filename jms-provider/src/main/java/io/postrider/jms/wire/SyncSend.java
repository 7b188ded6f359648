// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import jakarta.jms.JMSException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A send whose caller waits for the broker's answer. Created and awaited by one thread, ended by another. */
public final class SyncSend extends Send {
    private final Thread sender = Thread.currentThread();
    private volatile boolean isEnded;
    private @Nullable JMSException failure;

    @Override
    protected void ended(@Nullable JMSException cause) {
        failure = cause;
        isEnded = true;
        LockSupport.unpark(sender);
    }

    /**
     * Waits for the end.
     *
     * @param timeoutMs negative waits for ever
     * @throws JMSException if the message was not kept, or it is unknown whether it was
     */
    public void await(long timeoutMs) throws JMSException {
        boolean isLimited = timeoutMs >= 0;
        long deadlineNs = isLimited ? System.nanoTime() + timeoutMs * 1_000_000 : 0;
        while (!isEnded) {
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new JMSException("Interrupted while waiting for the broker to keep a message; it may or may not");
            }
            if (!isLimited) {
                LockSupport.park(this);
                continue;
            }
            long leftNs = deadlineNs - System.nanoTime();
            if (leftNs <= 0) {
                throw new JMSException("The broker did not answer for a message within " + timeoutMs
                        + " ms; it may or may not keep it");
            }
            LockSupport.parkNanos(this, leftNs);
        }
        if (failure != null) {
            // The exception was made on another thread: its trace would hide the caller.
            failure.setStackTrace(new Throwable().getStackTrace());
            throw failure;
        }
    }
}
