// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.large;

import io.postrider.conformance.kit.ProcessProbe;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Looks once a second at what of a process's heap survives a collection, and keeps the most. */
final class HeapWatch implements AutoCloseable {
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread;
    private volatile long most;

    HeapWatch(ProcessProbe probe) {
        thread = new Thread(() -> watch(probe), "heap-watch");
        thread.start();
    }

    private void watch(ProcessProbe probe) {
        try {
            do {
                most = Math.max(most, probe.liveHeapBytes());
            } while (!over.await(1, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it and returns the most. */
    long end() throws InterruptedException {
        close();
        return most;
    }

    @Override
    public void close() throws InterruptedException {
        over.countDown();
        thread.join();
    }
}
