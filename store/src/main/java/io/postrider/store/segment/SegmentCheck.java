// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.io.Damage;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads every body and every index entry that a manifest names and lists all the damage, instead of stopping at the first.
 * Behind damaged records it goes on at the next index entry. Changes nothing. Owned by one thread.
 */
public final class SegmentCheck {
    private final FileAccess files;
    private final Path directory;
    private final int shard;
    private final SegmentTable table;
    private final ByteBuffer buffer = new ReadBuffers().take();
    private final List<Damage> damages = new ArrayList<>();
    private long bodies;
    private long bytes;

    /**
     * What was found.
     *
     * @param bodies that are intact
     * @param bytes of their encoded form
     */
    public record Result(List<Damage> damages, long bodies, long bytes) {}

    public SegmentCheck(FileAccess files, Path directory, int shard, SegmentTable table) {
        this.files = files;
        this.directory = directory;
        this.shard = shard;
        this.table = table;
    }

    public Result run() throws IOException {
        Map<Integer, List<Extent>> extents = new HashMap<>();
        for (Extent extent : table.extents()) {
            extents.computeIfAbsent(extent.segment(), segment -> new ArrayList<>())
                    .add(extent);
        }
        for (SegmentInfo segment : table.segments()) {
            List<Extent> inFile = extents.getOrDefault(segment.number(), new ArrayList<>());
            inFile.sort(Comparator.comparingLong(Extent::position));
            check(segment, inFile);
        }
        return new Result(List.copyOf(damages), bodies, bytes);
    }

    private void check(SegmentInfo segment, List<Extent> extents) throws IOException {
        OpenSegments open = new OpenSegments(files, directory, shard, 1, Map.of(segment.number(), segment));
        try {
            OpenSegment opened = open.acquire(segment.number());
            if (opened == null) {
                throw new IllegalStateException("Expected segment " + segment.number() + " to be live");
            }
            checkLength(opened.file, segment.bytes());
            SegmentIndex index = indexOrNull(open, opened);
            for (Extent extent : extents) {
                check(opened, extent, index);
            }
            open.release(opened);
        } catch (DamagedSegmentException e) {
            add(e); // no header: nothing in the file can be relied on
        } finally {
            open.close();
        }
    }

    private void checkLength(StoreFile file, long bytesMin) throws IOException {
        if (file.size() < bytesMin) {
            damages.add(Damage.preventingStart(
                    file.path(), file.size(), "expected at least " + bytesMin + " bytes, but the file ends here"));
        }
    }

    private @Nullable SegmentIndex indexOrNull(OpenSegments open, OpenSegment segment) throws IOException {
        try {
            return open.index(segment);
        } catch (DamagedSegmentException e) {
            add(e);
            return null;
        }
    }

    private void check(OpenSegment segment, Extent extent, @Nullable SegmentIndex index) throws IOException {
        ExtentReader reader = new ExtentReader(segment.file, extent, buffer);
        long bodiesBefore = bodies;
        boolean isWhole = true;
        int entry = index == null ? 0 : index.first(extent);
        int behind = index == null ? 0 : index.behind(extent);
        if (entry < 0) {
            addIndexDamage(segment, "no entry for position " + extent.position() + ", where an extent begins");
            entry = behind;
        }
        boolean isDone = false;
        while (!isDone) {
            try {
                entry = read(segment, reader, index, entry, behind);
                isDone = true;
            } catch (DamagedSegmentException e) {
                add(e);
                isWhole = false;
                while (entry < behind
                        && index != null
                        && index.position(entry) <= e.damage().position()) {
                    entry++;
                }
                isDone = index == null || entry >= behind;
                if (index != null && !isDone) {
                    reader.seek(index, entry);
                }
            }
        }
        if (isWhole && bodies - bodiesBefore != extent.count()) {
            add(DamagedSegmentException.ofBodies(
                    segment.file.path(),
                    extent.position(),
                    "expected " + extent.count() + " bodies, but found " + (bodies - bodiesBefore)));
        }
    }

    /** Reads on to the end of the extent, and follows the index on the way. Returns the entry that comes next. */
    private int read(OpenSegment segment, ExtentReader reader, @Nullable SegmentIndex index, int entry, int behind)
            throws IOException {
        int next = entry;
        long position = reader.position();
        while (reader.next()) {
            bodies++;
            bytes += reader.body().remaining();
            if (index != null && next < behind && index.position(next) <= position) {
                if (index.position(next) < position || index.offset(next) != reader.offset()) {
                    addIndexDamage(
                            segment,
                            "expected offset " + index.offset(next) + " at position " + index.position(next)
                                    + ", but offset " + reader.offset() + " is at " + position);
                }
                next++;
            }
            position = reader.position();
        }
        return next;
    }

    private void addIndexDamage(OpenSegment segment, String finding) {
        damages.add(Damage.preventingStart(directory.resolve(SegmentNames.index(segment.number)), 0, finding));
    }

    private void add(DamagedSegmentException e) {
        damages.add(e.damage());
    }
}
