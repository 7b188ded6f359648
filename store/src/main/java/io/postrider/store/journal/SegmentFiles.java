// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import io.postrider.store.io.StoreLog;
import io.postrider.store.journal.RecoveredJournal.Sealed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Makes segments ready before they are needed and takes back those that are done with, on one background thread.
 *
 * <p>A segment is either a recycled file or a new one filled with zeros: a write into blocks that exist costs the disk's
 * journal nothing, which more than doubles the rate of small synced writes. Its header, with a generation never used
 * before, is durable before the file gets its name in the log. {@link #take} belongs to the journal's writer, the other
 * methods may be called by any thread; the fields below the executor belong to its thread.
 */
final class SegmentFiles implements AutoCloseable {
    private static final ByteBuffer ZEROS =
            ByteBuffer.allocateDirect(256 * 1024).asReadOnlyBuffer();
    private static final long SYNC_EVERY_BYTES = 4 * 1024 * 1024;

    private final FileAccess files;
    private final Path directory;
    private final JournalSettings settings;
    private final long journalId;
    private Future<Segment> ready;

    private final ExecutorService worker;
    private final ArrayDeque<Path> spares;
    private final ArrayDeque<Sealed> released = new ArrayDeque<>();
    private long nextId;
    private long nextGeneration;

    SegmentFiles(
            FileAccess files,
            Path directory,
            JournalSettings settings,
            SegmentListing listing,
            RecoveredJournal recovered) {
        this.files = files;
        this.directory = directory;
        this.settings = settings;
        this.journalId = listing.journalId() != 0 ? listing.journalId() : new SecureRandom().nextLong();
        this.spares = new ArrayDeque<>(listing.spares());
        this.nextGeneration = listing.generationMax() + 1;
        Segment current = recovered.current();
        this.nextId = current == null ? 1 : current.header().segmentId() + 1;
        this.worker = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "journal-" + settings.shard() + "-segments");
            thread.setDaemon(true);
            return thread;
        });
        this.ready = worker.submit(() -> {
            cleanUp(listing.rubbish(), recovered.unopened());
            return prepare(settings.segmentBytes());
        });
    }

    Path directory() {
        return directory;
    }

    /**
     * The next segment of the log, with a header and no records. Waits if it is still being made.
     *
     * @param fileBytes size it must have at least
     */
    Segment take(int fileBytes) {
        Segment segment = await(ready, fileBytes);
        if (segment.header().fileBytes() < fileBytes) {
            Segment small = segment;
            segment = await(
                    worker.submit(() -> {
                        putBack(small);
                        return prepare(fileBytes);
                    }),
                    fileBytes);
        }
        ready = worker.submit(() -> prepare(settings.segmentBytes()));
        return segment;
    }

    /** Takes a segment back whose entries nobody needs. */
    void recycle(Sealed segment) {
        worker.execute(() -> {
            released.add(segment);
            retireReleased();
        });
    }

    /** In the order of the log: if one cannot be taken back, a later one may not leave a gap behind it. */
    private void retireReleased() {
        while (!released.isEmpty()) {
            Sealed segment = released.getFirst();
            try {
                retire(segment.path(), segment.generation(), segment.fileBytes());
            } catch (IOException e) {
                StoreLog.segmentRecyclingFailed(segment.path(), e); // tried again with the next one
                return;
            }
            released.removeFirst();
        }
    }

    private Segment await(Future<Segment> future, int fileBytes) {
        try {
            return get(future);
        } catch (ExecutionException e) {
            StoreLog.segmentPreparationFailed(directory, e.getCause());
        }
        try {
            return get(worker.submit(() -> prepare(Math.max(fileBytes, settings.segmentBytes()))));
        } catch (ExecutionException e) {
            throw new JournalException(
                    "Expected to prepare the next journal segment, but " + e.getCause() + " [directory=" + directory
                            + "]",
                    e.getCause());
        }
    }

    private static Segment get(Future<Segment> future) throws ExecutionException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JournalException("The journal's writer was interrupted while it waited for a segment", e);
        }
    }

    private void cleanUp(List<Path> rubbish, List<Path> unopened) throws IOException {
        for (Path path : rubbish) {
            files.delete(path);
        }
        for (Path path : unopened) {
            // Records of its generation may be in it, so it is not used as it is: it needs a new generation.
            Path spare = directory.resolve(SegmentNames.spare(nextGeneration++));
            files.rename(path, spare);
            spares.add(spare);
        }
        files.syncDirectory(directory);
    }

    private Segment prepare(int fileBytes) throws IOException {
        Path spare = fileBytes == settings.segmentBytes() ? spares.poll() : null;
        long generation = nextGeneration++;
        SegmentHeader header = new SegmentHeader(settings.shard(), journalId, nextId, generation, fileBytes);
        Path made = spare == null ? makeFile(generation, fileBytes) : spare;
        try (StoreFile file = files.open(made, FileAccess.Mode.WRITE)) {
            file.write(header.encode(), 0);
            file.force(true);
        }
        Path path = directory.resolve(SegmentNames.segment(nextId));
        files.rename(made, path);
        files.syncDirectory(directory);
        Segment segment = new Segment(header, files.open(path, FileAccess.Mode.WRITE), 0);
        nextId++; // only now: after a failure the same id is tried again, and the log has no gap
        return segment;
    }

    private Path makeFile(long generation, int fileBytes) throws IOException {
        Path path = directory.resolve(SegmentNames.fresh(generation));
        try (StoreFile file = files.open(path, FileAccess.Mode.CREATE)) {
            writeZeros(file, 0, fileBytes);
        } catch (IOException e) {
            deleteAfter(e, path);
            throw e;
        }
        return path;
    }

    private void deleteAfter(IOException failure, Path path) {
        try {
            files.delete(path); // a disk that is full gets its space back
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Writes zeros in slices, each on its way to the disk before the next, so that the log's own syncs do not queue up. */
    static void writeZeros(StoreFile file, long from, long until) throws IOException {
        long unsynced = 0;
        for (long position = from; position < until; ) {
            int length = (int) Math.min(ZEROS.capacity(), until - position);
            file.write(ZEROS.duplicate().limit(length), position);
            position += length;
            unsynced += length;
            if (unsynced >= SYNC_EVERY_BYTES) {
                file.force(false);
                unsynced = 0;
            }
        }
    }

    private void putBack(Segment unused) throws IOException {
        unused.close();
        retire(
                unused.file().path(),
                unused.header().generation(),
                unused.header().fileBytes());
        nextId--;
    }

    private void retire(Path path, long generation, long fileBytes) throws IOException {
        if (fileBytes == settings.segmentBytes() && spares.size() < settings.spareSegmentsMax()) {
            Path spare = directory.resolve(SegmentNames.spare(generation));
            files.rename(path, spare);
            files.syncDirectory(directory); // before anything is written into it
            spares.add(spare);
        } else {
            files.delete(path);
            files.syncDirectory(directory);
        }
    }

    /** Finishes what is under way and closes the segment that was prepared. */
    @Override
    public void close() {
        worker.shutdown();
        try {
            if (!worker.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new JournalException(
                        "Expected the segment thread to end within a minute [directory=" + directory + "]");
            }
            ready.get().close();
        } catch (ExecutionException | IOException e) {
            StoreLog.segmentPreparationFailed(directory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
