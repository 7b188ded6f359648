// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.journal.RecoveredJournal.Sealed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which segments the log consists of, and how much of them a checkpoint could free. Any thread; the monitor guards a few
 * numbers and is never held during I/O.
 */
final class SegmentLedger {
    private final ArrayDeque<Sealed> sealed = new ArrayDeque<>();
    private long sealedBytes;
    private @Nullable EntryPositions
            sealing; // the segment before the current one, until its successor is durably opened
    private @Nullable EntryPositions current;
    private long releasedIndex;

    SegmentLedger(RecoveredJournal recovered) {
        for (Sealed segment : recovered.sealed()) {
            sealed(segment);
        }
        Segment last = recovered.current();
        current = last == null ? null : last.entries();
    }

    /** A segment was complete and its successor is durable: from now on it may be released. */
    synchronized void sealed(Sealed segment) {
        sealed.add(segment);
        sealedBytes += segment.fileBytes();
        sealing = null;
    }

    /** A new segment became the current one. */
    synchronized void opened(EntryPositions next) {
        sealing = current;
        current = next;
    }

    /** Takes away the segments of which every entry is up to an index. The current one always stays. */
    synchronized List<Sealed> release(long index) {
        releasedIndex = Math.max(releasedIndex, index);
        List<Sealed> released = new ArrayList<>();
        while (!sealed.isEmpty() && sealed.peekFirst().lastIndex() <= releasedIndex) {
            Sealed segment = sealed.removeFirst();
            sealedBytes -= segment.fileBytes();
            released.add(segment);
        }
        return released;
    }

    /** Sealed segments as a whole, and of the current one the committed entries that were not released. */
    synchronized long replayBytes() {
        long sealingBytes = sealing == null ? 0 : sealing.header().fileBytes();
        return sealedBytes + sealingBytes + (current == null ? 0 : current.bytesAfter(releasedIndex));
    }

    synchronized int segmentCount() {
        return sealed.size() + (sealing == null ? 0 : 1) + (current == null ? 0 : 1);
    }
}
