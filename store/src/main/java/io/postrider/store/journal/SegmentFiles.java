// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.StoreLog;
import io.postrider.store.journal.RecoveredJournal.Sealed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Has the next segment ready before it is needed and takes back those that are done with, on one background thread.
 *
 * <p><b>Space.</b> A spare file is made ready at once; without one, a new file is made only when the current segment is half
 * full, which gives a checkpoint time to free one. So a journal whose checkpoints keep up takes three files: the current
 * segment, the one ready, and one that is sealed or spare.
 *
 * <p><b>A full disk</b> is met here first, because all other writes go to blocks that exist. It fails nothing: the attempt is
 * repeated, ever more slowly, until it succeeds, and only a writer that has filled its segment waits for it. Any other failure is
 * reported, tried again when the segment is needed, and only then final.
 *
 * <p>{@link #take} belongs to the journal's writer, the other methods may be called by any thread. The monitor guards the fields
 * before the executor; those after it belong to its thread.
 */
final class SegmentFiles implements AutoCloseable {
    private static final long RETRY_MS_MIN = 10;
    private static final long RETRY_MS_MAX = 1000;

    private final Path directory;
    private final SegmentMaker maker;
    private final SpaceReport space;
    private final int segmentBytes;
    private @Nullable Segment ready;
    private @Nullable IOException failure;
    private final ArrayDeque<Sealed> released = new ArrayDeque<>();
    private boolean mayMakeFile; // of the ordinary size, ahead of time
    private int neededBytes; // of the segment the writer waits for, 0 if it does not
    private boolean isEnding;

    private final ScheduledThreadPoolExecutor worker;
    private @Nullable ScheduledFuture<?> retry;
    private long retryMs = RETRY_MS_MIN;

    SegmentFiles(
            Path directory,
            SegmentMaker maker,
            JournalSettings settings,
            SegmentListing listing,
            RecoveredJournal recovered,
            SpaceReport space) {
        this.directory = directory;
        this.maker = maker;
        this.space = space;
        this.segmentBytes = settings.segmentBytes();
        this.worker = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "journal-" + settings.shard() + "-segments");
            thread.setDaemon(true);
            return thread;
        });
        this.mayMakeFile = recovered.current() == null; // somebody will need it at once
        worker.execute(() -> {
            tidy(listing, recovered);
            work();
        });
    }

    private void tidy(SegmentListing listing, RecoveredJournal recovered) {
        try {
            maker.tidy(listing, recovered);
        } catch (IOException e) {
            // The files stay until the next start, or until their names are used.
            StoreLog.segmentPreparationFailed(directory, e);
        }
    }

    Path directory() {
        return directory;
    }

    /** The current segment fills up: if no spare file turned up so far, a new one is made for the next. */
    void prepareAhead() {
        synchronized (this) {
            mayMakeFile = true;
        }
        worker.execute(this::work);
    }

    /**
     * Every task does all there is to do, the oldest released file first. A task that runs late would otherwise make a file for a
     * wish that has passed, or while a released one waits behind it.
     */
    private void work() {
        if (retry != null) {
            retry.cancel(false);
            retry = null;
        }
        retireReleased();
        int bytes = wantedBytes(maker.hasSpare());
        if (bytes > 0) {
            make(bytes);
        }
    }

    /** Size of the segment to be made now, 0 for none. */
    private synchronized int wantedBytes(boolean hasSpare) {
        if (isReady(Math.max(neededBytes, segmentBytes))) {
            return 0;
        }
        return neededBytes > 0 || mayMakeFile || hasSpare ? Math.max(neededBytes, segmentBytes) : 0;
    }

    synchronized boolean isReady(int fileBytes) {
        return ready != null && ready.header().fileBytes() >= fileBytes;
    }

    /**
     * The next segment of the log, with a header and no records. Waits if it is still being made, and for as long as the disk is
     * full.
     *
     * @param fileBytes size it must have at least
     * @throws JournalException if it cannot be made, or the journal is being closed and the disk is full
     */
    Segment take(int fileBytes) {
        int bytes = Math.max(fileBytes, segmentBytes);
        IOException first = attempt(bytes);
        IOException last = first == null ? null : attempt(bytes);
        Segment taken = takeReady(bytes);
        if (taken == null) {
            throw new JournalException(
                    "Expected to prepare the next journal segment, but " + last + " [directory=" + directory + "]",
                    last);
        }
        worker.execute(this::work);
        return taken;
    }

    /** Waits for one attempt to make a segment. Returns why it failed, or null if one is ready. */
    private @Nullable IOException attempt(int bytes) {
        if (isReady(bytes)) {
            return null;
        }
        synchronized (this) {
            failure = null; // of an attempt ahead of time, reported then
            neededBytes = bytes;
        }
        worker.execute(this::work);
        synchronized (this) {
            while (failure == null && !isReady(bytes)) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new JournalException("The journal's writer was interrupted while it waited for a segment", e);
                }
            }
            return failure;
        }
    }

    private synchronized @Nullable Segment takeReady(int bytes) {
        if (!isReady(bytes)) {
            return null;
        }
        Segment taken = ready;
        ready = null;
        mayMakeFile = false;
        neededBytes = 0;
        return taken;
    }

    /** Takes a segment back whose entries nobody needs. */
    void recycle(Sealed segment) {
        synchronized (this) {
            if (isEnding) {
                return; // the next start finds out by itself that nobody needs it
            }
            released.add(segment);
            worker.execute(this::work);
        }
    }

    /** In the order of the log: if one cannot be taken back, a later one may not leave a gap behind it. */
    private void retireReleased() {
        for (Sealed segment = firstReleased(); segment != null; segment = firstReleased()) {
            try {
                maker.retire(segment.entries());
            } catch (IOException e) {
                StoreLog.segmentRecyclingFailed(segment.path(), e); // tried again with the next one
                return;
            }
            removeFirstReleased();
        }
    }

    private synchronized @Nullable Sealed firstReleased() {
        return released.peekFirst();
    }

    private synchronized void removeFirstReleased() {
        released.removeFirst();
    }

    private void make(int bytes) {
        try {
            Segment small = takeSmall();
            if (small != null) {
                maker.putBack(small);
            }
            Segment made = maker.make(bytes);
            retryMs = RETRY_MS_MIN;
            space.found();
            publish(made);
        } catch (IOException e) {
            boolean isFull = maker.isForLackOfSpace(e, bytes);
            if (isFull) {
                space.lacking(e);
            }
            if (isFull && !isEnding()) {
                retry = worker.schedule(this::work, retryMs, TimeUnit.MILLISECONDS);
                retryMs = Math.min(2 * retryMs, RETRY_MS_MAX);
            } else {
                fail(e);
            }
        }
    }

    private synchronized @Nullable Segment takeSmall() {
        Segment small = ready;
        ready = null;
        return small;
    }

    private synchronized void publish(Segment made) {
        ready = made;
        notifyAll();
    }

    private void fail(IOException e) {
        StoreLog.segmentPreparationFailed(directory, e);
        synchronized (this) {
            failure = e;
            neededBytes = 0;
            notifyAll();
        }
    }

    private synchronized boolean isEnding() {
        return isEnding;
    }

    /** From now on nobody waits for a full disk. */
    void endWaiting() {
        synchronized (this) {
            isEnding = true;
        }
        worker.execute(this::work);
    }

    /** Finishes what is under way and closes the segment that is ready. */
    @Override
    public void close() {
        endWaiting();
        worker.shutdown();
        try {
            if (!worker.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new JournalException(
                        "Expected the segment thread to end within a minute [directory=" + directory + "]");
            }
            space.close();
            Segment unused = takeSmall();
            if (unused != null) {
                unused.close();
            }
        } catch (IOException e) {
            StoreLog.segmentPreparationFailed(directory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
