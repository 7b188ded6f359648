// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.NoSpace;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;

/**
 * Makes segments from spare or new files, and spare files from segments. Owned by the thread of {@link SegmentFiles}.
 *
 * <p>A segment is either a recycled file or a new one filled with zeros: a write into blocks that exist costs the disk's
 * journal nothing, which more than doubles the rate of small synced writes. Its header, with a generation never used
 * before, is durable before the file gets its name in the log.
 */
final class SegmentMaker {
    private static final ByteBuffer ZEROS =
            ByteBuffer.allocateDirect(256 * 1024).asReadOnlyBuffer();
    private static final long SYNC_EVERY_BYTES = 4 * 1024 * 1024;

    private final FileAccess files;
    private final Path directory;
    private final JournalSettings settings;
    private final long journalId;
    private final ArrayDeque<Path> spares;
    private long nextId;
    private long nextGeneration;
    private boolean isSettled; // all names in the directory are durable

    SegmentMaker(
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
    }

    boolean hasSpare() {
        return !spares.isEmpty();
    }

    /** Deletes what a crash left half-made and more spare files than the next segment and the settings want. */
    void tidy(SegmentListing listing, RecoveredJournal recovered) throws IOException {
        for (Path path : listing.rubbish()) {
            files.delete(path);
        }
        for (Path path : recovered.unopened()) {
            // Records of its generation may be in it, so it is not used as it is: it needs a new generation.
            Path spare = directory.resolve(SegmentNames.spare(nextGeneration++));
            files.rename(path, spare);
            spares.add(spare);
        }
        while (spares.size() > settings.spareSegmentsMax() + 1) {
            files.delete(spares.removeLast());
        }
        syncNames();
    }

    private void syncNames() throws IOException {
        isSettled = false;
        files.syncDirectory(directory);
        isSettled = true;
    }

    /**
     * Names that a process left that was killed, or a sync that failed, may be undone by a power loss. What is written under a new one would
     * be found under the old, and a segment could come back without the one behind it.
     */
    private void settleNames() throws IOException {
        if (!isSettled) {
            syncNames();
        }
    }

    Segment make(int fileBytes) throws IOException {
        settleNames();
        Path spare = fileBytes == settings.segmentBytes() ? spares.poll() : null;
        long generation = nextGeneration++;
        SegmentHeader header = new SegmentHeader(settings.shard(), journalId, nextId, generation, fileBytes);
        Path made = spare == null ? directory.resolve(SegmentNames.fresh(generation)) : spare;
        Path path = directory.resolve(SegmentNames.segment(nextId));
        try {
            if (spare == null) {
                fill(made, fileBytes);
            }
            try (StoreFile file = files.open(made, FileAccess.Mode.WRITE)) {
                file.write(header.encode(), 0);
                file.force(true);
            }
            files.rename(made, path);
        } catch (IOException e) {
            deleteAfter(e, made); // a disk that is full gets its space back, and a half-written spare is not used again
            throw e;
        }
        syncNames();
        Segment segment = new Segment(header, files.open(path, FileAccess.Mode.WRITE), 0);
        nextId++; // only now: after a failure the same id is tried again, and the log has no gap
        return segment;
    }

    private void fill(Path path, int fileBytes) throws IOException {
        try (StoreFile file = files.open(path, FileAccess.Mode.CREATE)) {
            writeZeros(file, 0, fileBytes);
        }
    }

    private void deleteAfter(IOException failure, Path path) {
        try {
            files.delete(path);
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

    /** Takes back the segment made last, which holds no records. Its id is used again in any case: the log has no gap. */
    void putBack(Segment unused) throws IOException {
        nextId--;
        unused.close();
        retire(unused.entries());
    }

    /** Makes a spare file of a segment nobody needs, or deletes it. */
    void retire(EntryPositions segment) throws IOException {
        settleNames();
        SegmentHeader header = segment.header();
        if (header.fileBytes() == settings.segmentBytes() && spares.size() < settings.spareSegmentsMax()) {
            Path spare = directory.resolve(SegmentNames.spare(header.generation()));
            files.rename(segment.path(), spare);
            syncNames(); // before anything is written into it
            spares.add(spare);
        } else {
            files.delete(segment.path());
            syncNames();
        }
    }

    /** Whether an attempt to make a file of this size failed because it does not fit on the disk. */
    boolean isForLackOfSpace(IOException failure, int fileBytes) {
        try {
            return NoSpace.isCauseOf(failure) || files.usableBytes(directory) < fileBytes;
        } catch (IOException e) {
            failure.addSuppressed(e);
            return false;
        }
    }
}
