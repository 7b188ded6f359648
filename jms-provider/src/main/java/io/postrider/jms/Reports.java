// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import jakarta.jms.ExceptionListener;
import jakarta.jms.JMSException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Problems that no call can report, told to the exception listener one at a time on a thread of their own
 * (Jakarta Messaging 3.1 §6.1.7). Any thread.
 */
final class Reports {
    private static final long IDLE_S = 5;

    private final ThreadPoolExecutor executor;
    private volatile @Nullable ExceptionListener listener;

    Reports(String name) {
        executor = new ThreadPoolExecutor(1, 1, IDLE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.allowCoreThreadTimeOut(true);
    }

    @Nullable
    ExceptionListener listener() {
        return listener;
    }

    void setListener(@Nullable ExceptionListener newListener) {
        listener = newListener;
    }

    void report(JMSException problem) {
        try {
            executor.execute(() -> tell(problem));
        } catch (RejectedExecutionException e) {
            // The connection is being closed: nobody wants to know any more.
            JmsLog.closeFailed("a connection", problem);
        }
    }

    private void tell(JMSException problem) {
        ExceptionListener target = listener;
        if (target == null) {
            JmsLog.problemWithoutListener(problem);
            return;
        }
        try {
            target.onException(problem);
        } catch (RuntimeException e) {
            JmsLog.exceptionListenerFailed(e);
        }
    }

    void close() {
        executor.shutdown();
    }
}
