// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a broker that wait for the disk, so that the shard's thread never does. Immutable.
 *
 * @param reader reads messages back
 * @param checkpointer writes checkpoints
 * @param stop waits for what is under way and ends the threads
 */
public record BrokerThreads(Executor reader, Executor checkpointer, Runnable stop) {
    private static final long STOP_SECONDS = 60;

    public static BrokerThreads start() {
        ExecutorService reader = single("postrider-reader");
        ExecutorService checkpointer = single("postrider-checkpoint");
        return new BrokerThreads(reader, checkpointer, () -> {
            end(reader);
            end(checkpointer);
        });
    }

    /** Everything on the calling thread, for simulations. */
    public static BrokerThreads none() {
        return new BrokerThreads(Runnable::run, Runnable::run, () -> {});
    }

    private static ExecutorService single(String name) {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    private static void end(ExecutorService executor) {
        executor.shutdown();
        try {
            executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void close() {
        stop.run();
    }
}
