// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.io.Damage;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import io.postrider.store.segment.SegmentInfo.Kind;
import io.postrider.store.segment.SegmentSurvey.Load;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The message segments of one shard. {@link #read} and {@link #stats} from any thread; everything else from the thread that writes
 * checkpoints, one call at a time.
 *
 * <p><b>In force.</b> A checkpoint {@link #prepare prepares} changes: new files, and bytes behind the committed end of unsealed
 * ones, all of it durable but unknown to readers and to a manifest. Once its manifest is in force the checkpoint
 * {@link #commit commits} them; if that fails before, it {@link #abandon abandons} them, and everything is as before.
 */
public final class Segments implements AutoCloseable {
    private final FileAccess files;
    private final Path directory;
    private final int shard;
    private final SegmentSettings settings;
    private final ReadBuffers buffers = new ReadBuffers();
    private final OpenSegments open;
    private final KnownDamages damages = new KnownDamages();
    private final AtomicLong bytesScrubbed = new AtomicLong();
    private volatile SegmentTable table;
    private Set<Integer> created = Set.of();
    private boolean hasFailed;
    private volatile SegmentStats stats;

    public Segments(FileAccess files, Path directory, int shard, SegmentSettings settings, SegmentTable table) {
        this.files = files;
        this.directory = directory;
        this.shard = shard;
        this.settings = settings;
        this.table = table;
        this.open = new OpenSegments(files, directory, shard, settings.openSegmentsMax(), byNumber(table));
        long recordBytes =
                table.extents().stream().mapToLong(Extent::recordBytes).sum();
        this.stats = new SegmentStats(table.segments().size(), bytesOnDisk(table), recordBytes, 0, 0, 0, 0, 0);
    }

    /** What the last manifest says. */
    public SegmentTable table() {
        return table;
    }

    public SegmentStats stats() {
        return stats.with(bytesScrubbed.get(), damages.count());
    }

    /** The damage met so far, by readers, checkpoints or the scrub; ascending by file and position. Any thread. */
    public List<Damage> damages() {
        return damages.all();
    }

    /**
     * Checks that every file is there and long enough, cuts what was never committed, and checks headers and indexes. Bodies are not read:
     * there may be any number.
     *
     * @return how many bytes were cut
     */
    public long checkFiles() throws IOException {
        long cut = 0;
        for (SegmentInfo segment : table.segments()) {
            cut += checkFile(directory.resolve(SegmentNames.bodies(segment.number())), segment.bytes());
            cut += checkFile(directory.resolve(SegmentNames.index(segment.number())), segment.indexBytes());
        }
        checkIndexes();
        return cut;
    }

    private void checkIndexes() throws IOException {
        Map<Integer, List<Extent>> extents = table.extents().stream().collect(Collectors.groupingBy(Extent::segment));
        OpenSegments once = new OpenSegments(files, directory, shard, 1, byNumber(table));
        try {
            for (SegmentInfo info : table.segments()) {
                OpenSegment segment = once.acquire(info.number());
                if (segment == null) {
                    throw new IllegalStateException("Expected segment " + info.number() + " to be live");
                }
                for (Extent extent : extents.getOrDefault(info.number(), List.of())) {
                    once.index(segment, extent);
                }
                once.release(segment);
            }
        } finally {
            once.close();
        }
    }

    /** A round of reading everything there is now. To be used by one thread. */
    public SegmentScrub scrub() {
        return new SegmentScrub(open, buffers, damages, bytesScrubbed, table);
    }

    private long checkFile(Path path, long bytesMin) throws IOException {
        if (!files.exists(path)) {
            throw new DamagedSegmentException(path, 0, "the file is missing");
        }
        long size = size(path);
        if (size < bytesMin) {
            throw new DamagedSegmentException(
                    path, size, "expected a file of at least " + bytesMin + " bytes, but it has " + size);
        }
        cutTail(path, size, bytesMin);
        return size - bytesMin;
    }

    private long size(Path path) throws IOException {
        try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
            return file.size();
        }
    }

    /** Gives back what lies behind a committed end. It need not be durable: those bytes never count (rules.md 24). */
    private void cutTail(Path path, long size, long committedBytes) throws IOException {
        if (size > committedBytes) {
            try (StoreFile file = files.open(path, FileAccess.Mode.WRITE)) {
                file.truncate(committedBytes);
            }
        }
    }

    /**
     * Writes new bodies and cleans. The bytes are durable when this returns, names of new files are not.
     *
     * <p>After a failed attempt the next one copies nothing, since it may be the room for the copies that was missing.
     *
     * @param wanted which offsets of a log are wanted; null if nothing of it is
     */
    public SegmentChanges prepare(BodySource bodies, LongFunction<@Nullable WantedOffsets> wanted) throws IOException {
        SegmentSurvey survey = new SegmentSurvey(table, wanted, settings.indexEveryBytes());
        Map<Long, Long> newBytes = bodies.bytesByLog();
        CleaningChoice choice = hasFailed
                ? CleaningChoice.none(survey, settings)
                : CleaningChoice.best(survey, settings, newBytes, damages::contains);
        try (BodyRouter router = router(newBytes, choice)) {
            created = router.created();
            long cleaned = new Cleaning(open, buffers, survey, router, settings).copy(choice);
            writeNew(bodies, survey, router);
            router.finish();
            return changes(choice, router, cleaned);
        } catch (IOException | RuntimeException e) {
            if (e instanceof DamagedSegmentException damaged) {
                damages.add(damaged); // the next attempt leaves that segment where it is
            }
            try {
                abandon();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private BodyRouter router(Map<Long, Long> newBytes, CleaningChoice choice) {
        List<SegmentInfo> unsealed = choice.kept().stream()
                .map(load -> load.info)
                .filter(info -> !info.isSealed() && !damages.contains(info.number()))
                .toList();
        Map<Long, Long> bytesByLog = new TreeMap<>(newBytes);
        choice.bytesByLog().forEach((logId, bytes) -> bytesByLog.merge(logId, bytes, Long::sum));
        Set<Long> hasOwn = unsealed.stream()
                .filter(info -> info.kind() == Kind.OWN)
                .map(SegmentInfo::logId)
                .collect(Collectors.toSet());
        Set<Long> ownLogs = bytesByLog.entrySet().stream()
                .filter(log -> log.getValue() >= settings.ownBytesMin()
                        || (log.getValue() >= settings.ownAppendBytesMin() && hasOwn.contains(log.getKey())))
                .sorted(Map.Entry.<Long, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(settings.ownLogsMax())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        return new BodyRouter(files, directory, shard, settings, ownLogs, unsealed, table.nextSegment());
    }

    private static void writeNew(BodySource bodies, SegmentSurvey survey, BodyRouter router) throws IOException {
        Map<Long, Long> lastOffsets = new HashMap<>();
        try {
            bodies.forEach((logId, offset, encoded) -> {
                long last = lastOffsets.computeIfAbsent(logId, id -> Extents.lastOffset(survey.wantedExtents(), id));
                if (offset <= last) {
                    throw new IllegalArgumentException(
                            "Expected an offset above " + last + ", but it is " + offset + " [log=" + logId + "]");
                }
                lastOffsets.put(logId, offset);
                try {
                    router.append(logId, offset, BodyRouter.NEW, encoded);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private SegmentChanges changes(CleaningChoice choice, BodyRouter router, long bytesCleaned) {
        TreeMap<Integer, SegmentInfo> segments = new TreeMap<>();
        List<Extent> extents = new ArrayList<>(router.extents());
        long liveBytes =
                router.extents().stream().mapToLong(Extent::recordBytes).sum();
        for (Load load : choice.kept()) {
            List<Extent> kept = choice.keptExtents(load);
            extents.addAll(kept);
            liveBytes += choice.liveBytes(kept);
            if (!kept.isEmpty()) {
                segments.put(load.info.number(), load.info);
            }
        }
        router.written().forEach(info -> segments.put(info.number(), info));
        long bytesFreed = table.segments().stream()
                .filter(info -> !segments.containsKey(info.number()))
                .mapToLong(info -> info.bytes() + info.indexBytes())
                .sum();
        SegmentTable next =
                new SegmentTable(router.nextSegment(), List.copyOf(segments.values()), Extents.joined(extents));
        return new SegmentChanges(next, router.bytesWritten(), bytesCleaned, bytesFreed, liveBytes);
    }

    /** The manifest with these changes is in force: readers see them. Files that are gone from the table may be deleted now. */
    public void commit(SegmentChanges changes) throws IOException {
        table = changes.table();
        created = Set.of();
        hasFailed = false;
        stats = new SegmentStats(
                table.segments().size(),
                bytesOnDisk(table),
                changes.liveBytes(),
                stats.bytesWritten() + changes.bytesWritten(),
                stats.bytesCleaned() + changes.bytesCleaned(),
                stats.bytesFreed() + changes.bytesFreed(),
                0,
                0);
        Map<Integer, SegmentInfo> live = byNumber(table);
        damages.retain(live.keySet());
        open.live(live);
    }

    /** The changes will not come into force: a full disk gets back what new segments took, and what was appended to old ones. */
    public void abandon() throws IOException {
        hasFailed = true;
        Set<Integer> unused = new HashSet<>(created);
        created = Set.of();
        for (int segment : unused) {
            files.delete(directory.resolve(SegmentNames.bodies(segment)));
            files.delete(directory.resolve(SegmentNames.index(segment)));
        }
        for (SegmentInfo segment : table.segments()) {
            if (!segment.isSealed()) {
                cutTail(directory.resolve(SegmentNames.bodies(segment.number())), segment.bytes());
                cutTail(directory.resolve(SegmentNames.index(segment.number())), segment.indexBytes());
            }
        }
    }

    private void cutTail(Path path, long committedBytes) throws IOException {
        if (files.exists(path)) {
            cutTail(path, size(path), committedBytes);
        }
    }

    /**
     * Reads bodies of an extent, from the first at or after an offset on, until the visitor has enough. Blocks on the disk.
     *
     * @return false if the segment is gone, deleted by a later checkpoint; then the visitor may have seen some bodies or none
     */
    public boolean read(Extent extent, long fromOffset, BodyVisitor visitor) throws IOException {
        try {
            return new ExtentVisit(open, buffers, settings, extent, visitor).run(fromOffset);
        } catch (DamagedSegmentException e) {
            damages.add(e);
            throw e;
        }
    }

    private static Map<Integer, SegmentInfo> byNumber(SegmentTable table) {
        return table.segments().stream().collect(Collectors.toUnmodifiableMap(SegmentInfo::number, segment -> segment));
    }

    private static long bytesOnDisk(SegmentTable table) {
        return table.segments().stream()
                .mapToLong(segment -> segment.bytes() + segment.indexBytes())
                .sum();
    }

    @Override
    public void close() throws IOException {
        open.close();
    }
}
