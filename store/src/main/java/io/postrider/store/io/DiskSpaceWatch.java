// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.io;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Measures the disk five times a second on a thread of its own, from construction to close. Any thread. */
public final class DiskSpaceWatch implements AutoCloseable {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "postrider-disk-space");
        made.setDaemon(true);
        return made;
    });

    /** The first measurement is done before this returns. */
    public DiskSpaceWatch(DiskSpace space) {
        space.check(System.nanoTime());
        thread.scheduleWithFixedDelay(
                () -> space.check(System.nanoTime()),
                DiskSpace.MEASURE_EVERY_NS,
                DiskSpace.MEASURE_EVERY_NS,
                TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
