// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is in a journal directory before anything is changed there. Immutable.
 *
 * @param segments files that are part of the log, by id and without a gap
 * @param spares files that may be used again
 * @param rubbish files to delete: half-made ones, and spares of another size
 * @param journalId id found in the segments, 0 if there are none
 * @param generationMax highest generation of any file
 */
record SegmentListing(List<Found> segments, List<Path> spares, List<Path> rubbish, long journalId, long generationMax) {

    /** A segment file with its header. */
    record Found(Path path, SegmentHeader header) {}

    SegmentListing {
        segments = List.copyOf(segments);
        spares = List.copyOf(spares);
        rubbish = List.copyOf(rubbish);
    }

    /** Reads the directory. Throws if a file of the log has a damaged header or the wrong size, or is missing. */
    static SegmentListing read(FileAccess files, Path directory, JournalSettings settings) throws IOException {
        List<Found> segments = new ArrayList<>();
        List<Path> spares = new ArrayList<>();
        List<Path> rubbish = new ArrayList<>();
        long generationMax = 0;
        for (Path path : files.list(directory)) {
            if (SegmentNames.idOf(path) >= 0) {
                Found found = readSegment(files, path, settings);
                segments.add(found);
                generationMax = Math.max(generationMax, found.header().generation());
            } else if (SegmentNames.isSpare(path)) {
                SegmentHeader header = readSpare(files, path, settings.segmentBytes());
                (header == null ? rubbish : spares).add(path);
                generationMax = Math.max(generationMax, header == null ? 0 : header.generation());
            } else if (SegmentNames.isNew(path)) {
                rubbish.add(path);
            }
        }
        segments.sort(Comparator.comparingLong(found -> found.header().segmentId()));
        checkTogether(segments);
        long journalId = segments.isEmpty() ? 0 : segments.get(0).header().journalId();
        return new SegmentListing(segments, spares, rubbish, journalId, generationMax);
    }

    private static Found readSegment(FileAccess files, Path path, JournalSettings settings) throws IOException {
        try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
            long size = file.size();
            SegmentHeader header = readHeader(file);
            if (header == null) {
                long position = Math.min(size, SegmentHeader.BYTES);
                throw JournalException.damaged(
                        path, position == SegmentHeader.BYTES ? 0 : position, "the segment header is not intact");
            }
            if (size != header.fileBytes()) {
                throw JournalException.damaged(
                        path,
                        Math.min(size, header.fileBytes()),
                        "expected a file of " + header.fileBytes() + " bytes, but it has " + size);
            }
            if (header.segmentId() != SegmentNames.idOf(path)) {
                throw JournalException.damaged(path, 0, "the header belongs to segment " + header.segmentId());
            }
            if (header.shard() != settings.shard()) {
                throw JournalException.damaged(
                        path, 0, "expected shard " + settings.shard() + ", but the header has " + header.shard());
            }
            return new Found(path, header);
        }
    }

    private static @Nullable SegmentHeader readSpare(FileAccess files, Path path, int segmentBytes) throws IOException {
        try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
            return file.size() == segmentBytes ? readHeader(file) : null;
        }
    }

    private static @Nullable SegmentHeader readHeader(StoreFile file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
        file.read(bytes, 0);
        return SegmentHeader.decode(bytes.flip(), file.path());
    }

    private static void checkTogether(List<Found> segments) {
        for (int i = 1; i < segments.size(); i++) {
            SegmentHeader before = segments.get(i - 1).header();
            Found found = segments.get(i);
            if (found.header().segmentId() != before.segmentId() + 1) {
                throw JournalException.damaged(
                        found.path(),
                        0,
                        "expected segment " + (before.segmentId() + 1) + " before it, but it is missing");
            }
            if (found.header().journalId() != before.journalId()) {
                throw JournalException.damaged(found.path(), 0, "the segment belongs to another journal");
            }
        }
    }
}
