// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import java.util.concurrent.atomic.AtomicLong;

/** Counts of one journal since it was opened. Written by the thread named at each field; read by any. */
final class JournalCounters {
    private final AtomicLong appendedBytes = new AtomicLong(); // the appending thread
    private final AtomicLong committedBytes = new AtomicLong(); // the writer, as all below
    private final AtomicLong committedIndex;
    private final AtomicLong entries = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();
    private final AtomicLong markers = new AtomicLong();

    JournalCounters(long lastIndex) {
        committedIndex = new AtomicLong(lastIndex);
    }

    void appended(long bytes) {
        appendedBytes.setRelease(appendedBytes.getPlain() + bytes);
    }

    void committed(long index, long bytes) {
        entries.setRelease(entries.getPlain() + index - committedIndex.getPlain());
        committedIndex.setRelease(index);
        committedBytes.setRelease(committedBytes.getPlain() + bytes);
    }

    void synced() {
        syncs.setRelease(syncs.getPlain() + 1);
    }

    void marked() {
        markers.setRelease(markers.getPlain() + 1);
    }

    long syncs() {
        return syncs.getAcquire();
    }

    long pendingBytes() {
        long committed = committedBytes.getAcquire(); // first: the difference is never negative then
        return Math.max(0, appendedBytes.getAcquire() - committed);
    }

    JournalStats snapshot(long replayBytes, int segments) {
        return new JournalStats(
                committedIndex.getAcquire(),
                entries.getAcquire(),
                committedBytes.getAcquire(),
                syncs(),
                markers.getAcquire(),
                pendingBytes(),
                replayBytes,
                segments);
    }
}
