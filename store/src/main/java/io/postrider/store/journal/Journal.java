// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.api.port.ShardLog;
import io.postrider.store.io.DiskSpace;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreLog;
import io.postrider.store.journal.RecoveredJournal.Sealed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An append-only sequence of entries in segment files, each confirmed once it is on the disk.
 *
 * <p>Lifecycle: {@link #open}, {@link #replay} once, {@link #start}, appends, {@link #close}. One thread does these; {@link
 * #release}, {@link #pendingBytes} and {@link #stats} may be called by any. The files are written by the journal's own two
 * threads: {@code JournalWriter} and that of {@code SegmentFiles}.
 *
 * <p>What is durable when: an entry, when the listener has been told an index at or above its own. Nothing is said about
 * entries not yet confirmed: after a crash the log holds all confirmed ones, then possibly some of the others, whole and in
 * order.
 *
 * <p>A full disk does not end the journal: entries go to space that was taken ahead, and when that is used up, they wait,
 * unconfirmed, until there is room for another segment. A write or sync that fails in space already taken does end it.
 */
public final class Journal implements AutoCloseable {
    /** Largest entry: it must fit one segment with its header. */
    public static final int ENTRY_BYTES_MAX = (1 << 30) - 4096;

    private final FileAccess files;
    private final Path directory;
    private final JournalSettings settings;
    private final SegmentListing listing;
    private final DiskSpace space;

    private @Nullable RecoveredJournal recovered;
    private long replayedAfterIndex;
    private boolean isClosed;
    private volatile @Nullable SegmentLedger ledger;
    private volatile @Nullable JournalReader reader;
    private volatile @Nullable Running running;

    /** What exists from start on. */
    private record Running(
            AppendBuffers buffers, SegmentFiles segmentFiles, JournalWriter writer, JournalCounters counters) {}

    private Journal(
            FileAccess files, Path directory, JournalSettings settings, SegmentListing listing, DiskSpace space) {
        this.files = files;
        this.directory = directory;
        this.settings = settings;
        this.listing = listing;
        this.space = space;
    }

    /**
     * Looks at a journal directory, which is created if it does not exist; reads headers only and changes nothing.
     *
     * @throws JournalException if a segment is damaged or missing
     */
    public static Journal open(FileAccess files, Path directory, JournalSettings settings) {
        return open(files, directory, settings, new DiskSpace(files, directory, 0));
    }

    /**
     * The same, for a broker that wants to know of a full disk.
     *
     * @param space told while the next segment finds no room
     */
    public static Journal open(FileAccess files, Path directory, JournalSettings settings, DiskSpace space) {
        try {
            files.createDirectories(directory);
            return new Journal(files, directory, settings, SegmentListing.read(files, directory, settings), space);
        } catch (IOException e) {
            throw new JournalException("Expected to open the journal, but " + e + " [directory=" + directory + "]", e);
        }
    }

    /**
     * Reads every entry after an index, and makes those durable that were not known to be. Entries up to the index count as
     * released: they are in the checkpoint the index is from.
     *
     * @return index of the last entry, or {@code afterIndex} if there is none after it
     * @throws JournalException if a confirmed record is damaged
     */
    public long replay(long afterIndex, ShardLog.Visitor visitor) {
        if (recovered != null || isClosed) {
            throw new IllegalStateException("Expected one replay, before start [directory=" + directory + "]");
        }
        try {
            RecoveredJournal found =
                    new JournalRecovery(files, afterIndex, visitor).recover(directory, listing.segments());
            recovered = found;
            replayedAfterIndex = afterIndex;
            ledger = new SegmentLedger(found);
            reader = new JournalReader(files, directory, found);
            StoreLog.journalOpened(
                    directory,
                    found.lastIndex(),
                    found.sealed().size() + found.unopened().size());
            return found.lastIndex();
        } catch (IOException e) {
            throw new JournalException("Expected to read the journal, but " + e + " [directory=" + directory + "]", e);
        }
    }

    /**
     * Begins a journal whose first entry will have the index after a checkpoint's; instead of {@link #replay}, in a directory without
     * one.
     */
    public void beginAfter(long index) {
        if (recovered != null || isClosed || !listing.segments().isEmpty()) {
            throw new IllegalStateException("Expected a directory without a journal [directory=" + directory + "]");
        }
        RecoveredJournal nothing = new RecoveredJournal(index, List.of(), null, List.of(), true);
        recovered = nothing;
        replayedAfterIndex = index;
        ledger = new SegmentLedger(nothing);
        reader = new JournalReader(files, directory, nothing);
    }

    /** Begins to take entries. The listener is called on the writer's thread. */
    public void start(ShardLog.Listener listener) {
        RecoveredJournal found = recovered;
        SegmentLedger segments = ledger;
        JournalReader readBack = reader;
        if (found == null || segments == null || readBack == null || running != null || isClosed) {
            throw new IllegalStateException("Expected start once, after replay [directory=" + directory + "]");
        }
        AppendBuffers buffers = new AppendBuffers(settings, found.lastIndex());
        JournalCounters counters = new JournalCounters(found.lastIndex());
        SegmentMaker maker = new SegmentMaker(files, directory, settings, listing, found);
        SegmentFiles segmentFiles =
                new SegmentFiles(directory, maker, settings, listing, found, new SpaceReport(directory, space));
        JournalWriter writer =
                new JournalWriter(buffers, segmentFiles, segments, readBack, settings, found, counters, listener);
        Running started = new Running(buffers, segmentFiles, writer, counters);
        running = started;
        writer.start();
        release(replayedAfterIndex);
    }

    /**
     * Adds an entry; it is copied before the call returns. Waits only while a full buffer's worth of entries is still on
     * its way to the disk.
     *
     * @return index of the entry
     * @throws JournalException if the journal has failed
     */
    public long append(ByteBuffer entry) {
        Running active = running;
        if (active == null || isClosed) {
            throw new IllegalStateException("Expected a started journal [directory=" + directory + "]");
        }
        int length = entry.remaining();
        if (length < 1 || length > ENTRY_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "Expected an entry of 1 to " + ENTRY_BYTES_MAX + " bytes, but it has " + length);
        }
        active.counters().appended(RecordFrame.bytes(length));
        long index = active.buffers().append(entry);
        if (index < 0) {
            throw new JournalException(
                    "The journal has failed and takes no entries [directory=" + directory + "]",
                    active.writer().failure());
        }
        active.writer().wake();
        return index;
    }

    /**
     * Reads one committed entry back, from replay until close. Any thread, several at once; blocks on the disk.
     *
     * @return the entry as it was appended, checked; valid until the calling thread's next read. Null if it was released
     * @throws JournalException if the entry is damaged or cannot be read
     */
    public @Nullable ByteBuffer read(long index) {
        JournalReader readBack = reader;
        if (readBack == null) {
            throw new IllegalStateException("Expected a replayed journal [directory=" + directory + "]");
        }
        return readBack.read(index);
    }

    /** Bytes appended and not yet committed. Any thread. */
    public long pendingBytes() {
        Running active = running;
        return active == null ? 0 : active.counters().pendingBytes();
    }

    /** Bytes of files that a release could free. Any thread. */
    public long replayBytes() {
        SegmentLedger segments = ledger;
        return segments == null ? 0 : segments.replayBytes();
    }

    /** Recycles the segments that hold only entries up to {@code index}, in the background. Any thread. */
    public void release(long index) {
        SegmentLedger segments = ledger;
        JournalReader readBack = reader;
        Running active = running;
        if (segments == null || readBack == null || active == null) {
            return; // before start nothing is moved; the next release frees the same and more
        }
        for (Sealed segment : segments.release(index)) {
            readBack.released(segment.entries());
            active.segmentFiles().recycle(segment);
        }
    }

    /** How often the disk was synced since start. Any thread. */
    public long syncs() {
        Running active = running;
        return active == null ? 0 : active.counters().syncs();
    }

    /** Any thread, after start. */
    public JournalStats stats() {
        Running active = running;
        SegmentLedger segments = ledger;
        if (active == null || segments == null) {
            throw new IllegalStateException("Expected a started journal [directory=" + directory + "]");
        }
        return active.counters().snapshot(segments.replayBytes(), segments.segmentCount());
    }

    /** Makes everything appended durable and closes the files. Closing a journal that has failed only closes the files. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        Running active = running;
        RecoveredJournal found = recovered;
        JournalReader readBack = reader;
        try {
            if (active != null) {
                active.segmentFiles().endWaiting();
                active.writer().closeAndJoin();
                active.buffers().stop();
                active.segmentFiles().close();
            } else if (found != null && found.current() != null) {
                found.current().close();
            }
            if (readBack != null) {
                readBack.close();
            }
        } catch (IOException e) {
            throw new JournalException("Expected to close the journal, but " + e + " [directory=" + directory + "]", e);
        }
    }
}
