// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import java.util.concurrent.Executor;

/**
 * One thread that runs tasks in the order they were given: the owner of a shard, or of a connection. Any thread may call
 * every method.
 */
public interface EventLoop extends Executor {

    /** Whether the calling thread is this loop's thread. */
    boolean isCurrent();

    /**
     * Runs a task once after a delay.
     *
     * @param delayMs at least 0
     * @return cancels the task if it has not started; may be run more than once
     */
    Runnable schedule(long delayMs, Runnable task);
}
