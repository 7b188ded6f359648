// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.api.port.ShardLog;
import io.postrider.store.io.StoreLog;
import io.postrider.store.journal.RecoveredJournal.Sealed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes: takes what was appended while the last batch was under way, writes it, syncs it, tells the
 * listener, and starts over. It sleeps only when there is nothing to write, so the load sizes the batches and no timer
 * delays anybody. After a while of idleness it notes on disk that everything was synced (rules.md 23); at the end too.
 *
 * <p>A failed write or sync ends it for good (rules.md 2): what the page cache and the disk hold then is unknown, and a second sync
 * may report success for pages the first one lost.
 */
final class JournalWriter implements Runnable {
    /** Kept free at the end of each segment, so that what fills it up can be marked as synced at once. */
    private static final int MARKER_BYTES = RecordFrame.HEADER_BYTES;

    private final AppendBuffers buffers;
    private final SegmentFiles segmentFiles;
    private final SegmentLedger ledger;
    private final JournalReader reader;
    private final JournalSettings settings;
    private final ShardLog.Listener listener;
    private final JournalCounters counters;
    private final SlowSyncs slowSyncs = new SlowSyncs();
    private final JournalFlushEvent flushProbe = new JournalFlushEvent(); // asks whether somebody records
    private final JournalSegmentEvent segmentProbe = new JournalSegmentEvent();
    private final ByteBuffer small = ByteBuffer.allocateDirect(RecordFrame.OPENING_BYTES);
    private final Thread thread;

    private @Nullable Segment current;
    private @Nullable Segment previous; // closed once the segment after it is durably opened
    private long lastSealedIndex;
    private boolean isMarked;
    private boolean isNextWanted;

    private volatile boolean isParked;
    private volatile boolean isClosing;
    private volatile @Nullable Throwable failure;

    JournalWriter(
            AppendBuffers buffers,
            SegmentFiles segmentFiles,
            SegmentLedger ledger,
            JournalReader reader,
            JournalSettings settings,
            RecoveredJournal recovered,
            JournalCounters counters,
            ShardLog.Listener listener) {
        this.buffers = buffers;
        this.segmentFiles = segmentFiles;
        this.ledger = ledger;
        this.reader = reader;
        this.settings = settings;
        this.listener = listener;
        this.counters = counters;
        this.current = recovered.current();
        this.isMarked = recovered.isMarked();
        this.thread = new Thread(this, "journal-" + settings.shard() + "-writer");
    }

    void start() {
        thread.start();
    }

    /** Tells that something was appended. Any thread; free unless the writer sleeps. */
    void wake() {
        if (isParked) {
            LockSupport.unpark(thread);
        }
    }

    /** Why the journal has stopped, or null. Any thread. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Writes and syncs what is there, marks it, and ends. */
    void closeAndJoin() {
        isClosing = true;
        LockSupport.unpark(thread);
        boolean wasInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                wasInterrupted = true; // what was appended is made durable all the same
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            writeUntilClosed();
            if (!isMarked) {
                writeMarker();
            }
            closeSegments();
        } catch (Throwable e) { // whatever it is, nothing may be confirmed after it
            fail(e);
        }
    }

    private void writeUntilClosed() throws IOException {
        while (true) {
            boolean isLastRound = isClosing; // read before the buffers: what was appended before the close is seen
            ByteBuffer batch = buffers.take();
            if (batch != null) {
                int batchBytes = batch.limit();
                writeBatch(batch);
                buffers.giveBack(batch, batchBytes);
            } else if (isLastRound) {
                return;
            } else {
                rest();
            }
        }
    }

    private void rest() throws IOException {
        long markAtNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.idleMarkerMs());
        isParked = true;
        while (buffers.isEmpty() && !isClosing) {
            if (isMarked) {
                LockSupport.park(this);
                continue;
            }
            long waitNs = markAtNs - System.nanoTime();
            if (waitNs > 0) {
                LockSupport.parkNanos(this, waitNs);
            } else {
                writeMarker();
            }
        }
        isParked = false;
    }

    /** Seals and writes a batch of records; a batch that crosses a segment's end is synced piece by piece. */
    private void writeBatch(ByteBuffer batch) throws IOException {
        int limit = batch.limit();
        int pieceStart = 0;
        int at = 0;
        isMarked = false;
        Segment segment = current;
        while (at < limit) {
            int bytes = RecordFrame.bytes(RecordFrame.length(batch, at));
            if (segment == null || !segment.hasRoom(at - pieceStart + bytes + MARKER_BYTES)) {
                if (segment != null && at > pieceStart) {
                    commit(segment, batch, pieceStart, at);
                    batch.limit(limit);
                    pieceStart = at;
                }
                segment = openNext(segment, bytes, RecordFrame.index(batch, at));
            }
            segment.frame().seal(batch, at, segment.synced());
            segment.entries().add(segment.end() + at - pieceStart);
            lastSealedIndex = RecordFrame.index(batch, at);
            at += bytes;
        }
        if (segment != null) {
            commit(segment, batch, pieceStart, limit);
        }
    }

    private void commit(Segment segment, ByteBuffer batch, int from, int until) throws IOException {
        long lastIndex = lastSealedIndex;
        JournalFlushEvent event = flushProbe.isEnabled() ? new JournalFlushEvent() : null;
        long entries = lastIndex - segment.lastIndex();
        long startNs = System.nanoTime();
        if (event != null) {
            event.begin();
        }
        segment.write(batch.limit(until).position(from), lastIndex);
        long writtenNs = System.nanoTime();
        sync(segment, writtenNs);
        if (event != null) {
            record(event, entries, until - from, writtenNs - startNs, System.nanoTime() - writtenNs);
        }
        segment.entries().commit(segment.end());
        reader.committed(lastIndex);
        counters.committed(lastIndex, until - from);
        listener.committed(lastIndex);
        if (!isNextWanted && segment.end() > segment.header().fileBytes() / 2) {
            isNextWanted = true;
            segmentFiles.prepareAhead();
        }
    }

    private void record(JournalFlushEvent event, long entries, long bytes, long writeNs, long syncNs) {
        event.end();
        event.shard = settings.shard();
        event.entries = entries;
        event.bytes = bytes;
        event.writeTime = writeNs;
        event.syncTime = syncNs;
        event.commit();
    }

    private void sync(Segment segment, long startNs) throws IOException {
        segment.sync();
        long nowNs = System.nanoTime();
        slowSyncs.synced(segment.file().path(), nowNs - startNs, nowNs);
        counters.synced();
        Segment before = previous;
        if (before != null) {
            previous = null;
            before.close();
            before.entries().seal();
            ledger.sealed(new Sealed(before.entries(), before.lastIndex()));
        }
    }

    /** Begins the next segment with a record that tells where the one before ended; it is synced with what follows. */
    private Segment openNext(@Nullable Segment before, int bytes, long firstIndex) throws IOException {
        JournalSegmentEvent event = segmentProbe.isEnabled() ? new JournalSegmentEvent() : null;
        if (event != null) {
            event.begin();
        }
        long fileBytes = (long) SegmentHeader.BYTES + RecordFrame.OPENING_BYTES + bytes + MARKER_BYTES;
        Segment next = segmentFiles.take(Math.toIntExact(Math.max(fileBytes, settings.segmentBytes())));
        ByteBuffer payload = ByteBuffer.allocate(16)
                .putLong(before == null ? 0 : before.header().segmentId())
                .putLong(before == null ? 0 : before.end())
                .flip();
        putSmall(next, RecordFrame.OPENING, firstIndex, payload);
        next.write(small, firstIndex - 1);
        StoreLog.segmentOpened(next.file().path(), firstIndex);
        next.entries().beginAt(firstIndex);
        ledger.opened(next.entries());
        reader.opened(next.entries());
        previous = before;
        current = next;
        isNextWanted = false;
        if (event != null) {
            record(event, next, firstIndex);
        }
        return next;
    }

    private void record(JournalSegmentEvent event, Segment opened, long firstIndex) {
        event.end();
        event.shard = settings.shard();
        event.file = opened.file().path().toString();
        event.bytes = opened.header().fileBytes();
        event.firstIndex = firstIndex;
        event.commit();
    }

    private void writeMarker() throws IOException {
        Segment segment = current;
        isMarked = true;
        if (segment == null) {
            return; // nothing was ever written
        }
        if (segment.hasRoom(MARKER_BYTES)) {
            putSmall(segment, RecordFrame.MARKER, segment.lastIndex(), ByteBuffer.allocate(0));
            segment.write(small, segment.lastIndex());
        } else if (segmentFiles.isReady(settings.segmentBytes())) {
            segment = openNext(segment, 0, segment.lastIndex() + 1); // says the same
        } else {
            return; // not worth waiting for a segment; the next one to be opened will say it
        }
        sync(segment, System.nanoTime());
        counters.marked();
    }

    private void putSmall(Segment segment, byte type, long index, ByteBuffer payload) {
        RecordFrame.put(small.clear(), type, settings.shard(), index, payload);
        int end = small.position();
        segment.frame().seal(small.limit(end), 0, segment.synced());
        small.position(0).limit(end);
    }

    private void fail(Throwable cause) {
        failure = cause;
        buffers.stop();
        StoreLog.journalFailed(segmentFiles.directory(), cause);
        listener.failed(cause);
        try {
            closeSegments();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private void closeSegments() throws IOException {
        Segment last = current;
        Segment before = previous;
        if (before != null) {
            before.close();
        }
        if (last != null) {
            last.close();
        }
    }
}
