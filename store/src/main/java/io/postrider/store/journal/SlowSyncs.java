// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.StoreLog;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Tells the operator of syncs that take a second or more, at most once in ten seconds. Owned by the journal's writer. */
final class SlowSyncs {
    private static final long SLOW_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(10);

    private long untoldCount;
    private boolean hasTold;
    private long toldAtNs;

    /** One sync has ended. {@code nowNs} is monotonic. */
    void synced(Path file, long durationNs, long nowNs) {
        if (durationNs < SLOW_NS) {
            return;
        }
        if (hasTold && nowNs - toldAtNs < QUIET_NS) {
            untoldCount++;
            return;
        }
        StoreLog.syncSlow(file, TimeUnit.NANOSECONDS.toMillis(durationNs), untoldCount);
        hasTold = true;
        toldAtNs = nowNs;
        untoldCount = 0;
    }
}
