// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.journal.RecoveredJournal.Sealed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Which segments the log consists of, and how much of them a checkpoint could free. Any thread; the monitor guards a few
 * numbers and is never held during I/O.
 */
final class SegmentLedger {
    private final ArrayDeque<Sealed> sealed = new ArrayDeque<>();
    private long sealedBytes;
    private long currentBytes;
    private long currentReleasedBytes;

    SegmentLedger(RecoveredJournal recovered) {
        for (Sealed segment : recovered.sealed()) {
            sealed(segment);
        }
        Segment current = recovered.current();
        currentBytes = current == null ? 0 : current.end();
    }

    synchronized void sealed(Sealed segment) {
        sealed.add(segment);
        sealedBytes += segment.fileBytes();
    }

    /** A new segment became the current one; the one before is counted again when it is sealed. */
    synchronized void opened() {
        currentBytes = 0;
        currentReleasedBytes = 0;
    }

    synchronized void written(long currentEnd) {
        currentBytes = currentEnd;
    }

    /** Takes away the segments of which every entry is up to an index. The current one always stays. */
    synchronized List<Sealed> release(long index) {
        List<Sealed> released = new ArrayList<>();
        while (!sealed.isEmpty() && sealed.peekFirst().lastIndex() <= index) {
            Sealed segment = sealed.removeFirst();
            sealedBytes -= segment.fileBytes();
            released.add(segment);
        }
        currentReleasedBytes = currentBytes;
        return released;
    }

    /** Sealed segments as a whole, and of the current one what was written since the last release. */
    synchronized long replayBytes() {
        return sealedBytes + currentBytes - currentReleasedBytes;
    }

    synchronized int segmentCount() {
        return sealed.size() + (currentBytes > 0 ? 1 : 0);
    }
}
