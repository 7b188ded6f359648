// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreLog;
import io.postrider.store.journal.RecoveredJournal.Sealed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads committed entries back while the journal goes on. Any thread may read, several at once; the writer's thread tells of
 * new segments and commits.
 *
 * <p><b>Nothing is pinned.</b> A segment may be released and its file overwritten while it is read. That cannot pass for an
 * entry: the checksum is seeded with the segment's generation, so a read that finds anything else fails its check, and if the
 * segment has been released by then, the entry simply is not there any more. If it has not, the file is damaged. The flag is set
 * before the file is touched, so the two cannot be mistaken for each other.
 */
final class JournalReader {
    /** A thread that is interrupted inside a read closes the file for those that share it; they open it again. */
    private static final int ATTEMPTS_MAX = 10;

    private final ReadFiles open;
    private final Path directory;
    private final ThreadLocal<ReadWindow> windows = ThreadLocal.withInitial(ReadWindow::new);

    /** By first index; replaced as a whole, under the monitor. An array seen by a reader never changes. */
    private volatile EntryPositions[] segments = {};

    private volatile long committedIndex;
    private volatile boolean isClosed;

    JournalReader(FileAccess files, Path directory, RecoveredJournal recovered) {
        this.open = new ReadFiles(files);
        this.directory = directory;
        for (Sealed segment : recovered.sealed()) {
            opened(segment.entries());
        }
        Segment current = recovered.current();
        if (current != null) {
            opened(current.entries());
        }
        committedIndex = recovered.lastIndex();
    }

    /** A segment became part of the log. It comes after all others. */
    synchronized void opened(EntryPositions segment) {
        EntryPositions[] longer = Arrays.copyOf(segments, segments.length + 1);
        longer[segments.length] = segment;
        segments = longer;
    }

    /** Entries up to an index are durable. Call from the writer's thread, after the segment's own commit. */
    void committed(long index) {
        committedIndex = index;
    }

    /** Nobody needs a segment any more. Call before its file is used for anything else. */
    void released(EntryPositions segment) {
        segment.release();
        synchronized (this) {
            segments = Arrays.stream(segments).filter(other -> other != segment).toArray(EntryPositions[]::new);
        }
        try {
            open.forget(segment);
        } catch (IOException e) {
            StoreLog.segmentRecyclingFailed(segment.path(), e);
        }
    }

    /** See {@link io.postrider.api.port.ShardLog#read}. */
    @Nullable
    ByteBuffer read(long index) {
        if (isClosed) {
            throw new IllegalStateException("Expected an open journal [directory=" + directory + "]");
        }
        long committed = committedIndex;
        if (index < 1 || index > committed) {
            throw new IllegalArgumentException("Expected the index of a committed entry, 1 to " + committed
                    + ", but got " + index + " [directory=" + directory + "]");
        }
        EntryPositions segment = segmentOf(index);
        int position = segment == null ? -1 : segment.positionOf(index);
        if (segment == null || position < 0) {
            return null; // in the checkpoint: released, or not even read at recovery
        }
        ReadWindow window = windows.get();
        int end = segment.endOf(index);
        if (!window.holds(segment, position, end) && !load(window, segment, index, position, end)) {
            return null;
        }
        String complaint = window.complaint(position, index);
        if (complaint.isEmpty()) {
            return window.payload(position, index);
        }
        window.clear();
        if (segment.isReleased()) {
            return null;
        }
        throw JournalException.entryDamaged(segment.path(), position, index, complaint);
    }

    /** The last segment that begins at or before an index. Of two that begin alike, the first one is empty. */
    private @Nullable EntryPositions segmentOf(long index) {
        EntryPositions[] all = segments;
        int low = 0;
        int high = all.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (all[middle].firstIndex() <= index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? null : all[low - 1];
    }

    /** Returns false if the segment has been released. */
    private boolean load(ReadWindow window, EntryPositions segment, long index, int position, int end) {
        for (int attempt = 1; ; attempt++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new JournalException("Expected to read entry " + index
                        + ", but the reading thread was interrupted [file=" + segment.path() + "]");
            }
            try {
                return loadOnce(window, segment, index, position, end);
            } catch (IOException e) {
                window.clear();
                if (segment.isReleased()) {
                    return false;
                }
                if (!(e instanceof ClosedChannelException) || attempt >= ATTEMPTS_MAX) {
                    throw JournalException.unreadable(segment.path(), position, index, e);
                }
            }
        }
    }

    private boolean loadOnce(ReadWindow window, EntryPositions segment, long index, int position, int end)
            throws IOException {
        ReadFiles.Handle handle = open.acquire(segment);
        if (handle == null) {
            return false;
        }
        try {
            window.load(handle.file(), segment, index, position, end);
            return true;
        } catch (ClosedChannelException e) {
            open.forget(segment);
            throw e;
        } finally {
            open.giveBack(handle);
        }
    }

    /** Files held open now. Any thread. */
    int openCount() {
        return open.openCount();
    }

    /** Closes the files. A read under way ends in order; a later one is refused. */
    void close() throws IOException {
        isClosed = true;
        open.close();
    }
}
