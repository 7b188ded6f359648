// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import io.postrider.store.checkpoint.CheckpointHold.HeldFile;
import io.postrider.store.io.Damage;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import io.postrider.store.io.StoreLog;
import io.postrider.store.segment.BodyVisitor;
import io.postrider.store.segment.DamagedSegmentException;
import io.postrider.store.segment.Extent;
import io.postrider.store.segment.SegmentChanges;
import io.postrider.store.segment.SegmentInfo;
import io.postrider.store.segment.SegmentNames;
import io.postrider.store.segment.SegmentScrub;
import io.postrider.store.segment.SegmentSettings;
import io.postrider.store.segment.SegmentStats;
import io.postrider.store.segment.Segments;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints as files: message segments with their indexes, a state file, and a manifest that names them. {@link #read} and {@link
 * #stats} from any thread, the rest from one at a time.
 *
 * <p><b>Commit.</b> New files are written and synced under names the present manifest does not use, and unsealed segments are
 * appended to behind the length the present manifest gives them; the new manifest is written beside the old one and synced,
 * and the directory; then it is renamed over the old one and the directory synced again. Before the rename a crash finds the
 * old checkpoint with all its files, after it the new one. Files that no manifest names are deleted after that, and at the next
 * opening or commit if a crash came between.
 *
 * <p><b>Failure.</b> Up to the rename a failed write leaves the old checkpoint in force and may be tried again; new files
 * are deleted at once, so that a full disk gets its space back. From the rename on it is unknown which manifest the disk
 * holds, so nothing is deleted and no further checkpoint is taken until the store is opened anew.
 */
public final class FileCheckpoints implements Checkpoints {
    private static final String MANIFEST = "manifest";
    private static final String NEW_MANIFEST = "manifest.tmp";

    private final FileAccess files;
    private final Path directory;
    private final int shard;
    private final Segments segments;
    /** Names that stay, of each hold. */
    private final Map<Object, Set<String>> held = new ConcurrentHashMap<>();

    private Manifest manifest;
    private @Nullable IOException failedCommit;

    private FileCheckpoints(FileAccess files, Path directory, int shard, SegmentSettings settings, Manifest manifest) {
        this.files = files;
        this.directory = directory;
        this.shard = shard;
        this.manifest = manifest;
        this.segments = new Segments(files, directory, shard, settings, manifest.table());
    }

    /**
     * Opens the checkpoints of a shard in a directory, which is created if it does not exist.
     *
     * @throws CheckpointException if the manifest is damaged, or missing where there once was one
     */
    public static FileCheckpoints open(FileAccess files, Path directory, int shard, SegmentSettings settings) {
        try {
            files.createDirectories(directory);
            Manifest manifest = readManifest(files, directory, shard);
            FileCheckpoints checkpoints = new FileCheckpoints(files, directory, shard, settings, manifest);
            if (manifest.number() > 0) {
                // A process that was killed may have renamed it without having synced its name. What is deleted from
                // now on
                // must not be missed by the manifest before it, which a power loss would bring back.
                files.syncDirectory(directory);
                checkpoints.deleteUnnamed();
            }
            return checkpoints;
        } catch (IOException e) {
            throw new CheckpointException(
                    "Expected to open the checkpoints, but " + e + " [directory=" + directory + "]", e);
        }
    }

    static Manifest readManifest(FileAccess files, Path directory, int shard) throws IOException {
        Path path = directory.resolve(MANIFEST);
        if (files.exists(path)) {
            try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
                ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
                file.read(bytes, 0);
                return Manifest.decode(bytes.flip(), path, shard);
            }
        }
        for (Path file : files.list(directory)) {
            // The first checkpoint may have crashed half-way; a later one proves that there was a manifest.
            if (StateFile.number(file) > 1) {
                throw CheckpointException.damaged(
                        path, 0, "the manifest is missing, though " + file.getFileName() + " exists");
            }
        }
        return Manifest.none(shard);
    }

    @Override
    public Loaded load() {
        try {
            segments.checkFiles();
            return loaded();
        } catch (IOException e) {
            throw failed("read the checkpoint", e, false);
        }
    }

    @Override
    public Loaded peek() {
        try {
            return loaded();
        } catch (IOException e) {
            throw failed("read the checkpoint", e, false);
        }
    }

    private Loaded loaded() throws IOException {
        ByteBuffer state = manifest.number() == 0
                ? ByteBuffer.allocate(0).asReadOnlyBuffer()
                : StateFile.read(files, directory, manifest);
        return new Loaded(manifest.index(), state, manifest.table().extents());
    }

    @Override
    public Written write(CheckpointPlan plan) {
        if (failedCommit != null) {
            throw new CheckpointException(
                    "An earlier checkpoint failed while it was committed; none is taken until the store is opened anew"
                            + " [directory=" + directory + "]",
                    failedCommit);
        }
        CheckpointEvent event = new CheckpointEvent();
        event.begin();
        SegmentChanges changes;
        Manifest next;
        try {
            changes = segments.prepare(plan.bodies(), plan.wanted());
            next = writeManifest(plan, changes);
        } catch (IOException e) {
            abandon(e);
            throw failed("write a checkpoint", e, true);
        }
        try {
            files.rename(directory.resolve(NEW_MANIFEST), directory.resolve(MANIFEST));
            files.syncDirectory(directory);
        } catch (IOException e) {
            failedCommit = e;
            throw failed("commit a checkpoint", e, false);
        }
        manifest = next;
        putInForce(changes);
        report(event, changes);
        return new Written(
                next.table().extents(), changes.bytesWritten(), changes.bytesCleaned(), changes.bytesFreed());
    }

    private Manifest writeManifest(CheckpointPlan plan, SegmentChanges changes) throws IOException {
        long number = manifest.number() + 1;
        StateFile state = StateFile.write(files, directory, shard, number, plan.index(), plan.state());
        Manifest next = new Manifest(shard, number, plan.index(), state.bytes(), state.crc(), changes.table());
        try (StoreFile file = files.open(directory.resolve(NEW_MANIFEST), FileAccess.Mode.CREATE)) {
            file.write(next.encode(), 0);
            file.force(true);
        }
        files.syncDirectory(directory);
        return next;
    }

    /** Takes back what a failed write left, as far as the disk lets us; the next opening or commit does the rest. */
    private void abandon(IOException failure) {
        try {
            segments.abandon();
            files.delete(directory.resolve(NEW_MANIFEST));
            files.delete(directory.resolve(StateFile.name(manifest.number() + 1)));
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private void putInForce(SegmentChanges changes) {
        try {
            segments.commit(changes);
            deleteUnnamed();
        } catch (IOException e) {
            // Tried again after the next checkpoint and at the next start.
            StoreLog.checkpointLeftoverKept(directory, e);
        }
    }

    private void report(CheckpointEvent event, SegmentChanges changes) {
        int count = changes.table().segments().size();
        StoreLog.checkpointWritten(manifest.index(), count, manifest.stateBytes() + changes.bytesWritten());
        event.end();
        if (event.shouldCommit()) {
            event.index = manifest.index();
            event.bytes = manifest.stateBytes() + changes.bytesWritten();
            event.segments = count;
            event.commit();
        }
    }

    /** Keeps the files of the checkpoint in force until the hold is closed. Sealed or not, nothing in them changes up to their lengths. */
    public CheckpointHold hold() {
        List<HeldFile> kept = new ArrayList<>();
        if (manifest.number() > 0) {
            kept.add(new HeldFile(directory.resolve(StateFile.name(manifest.number())), manifest.stateBytes()));
        }
        for (SegmentInfo segment : manifest.table().segments()) {
            kept.add(new HeldFile(directory.resolve(SegmentNames.bodies(segment.number())), segment.bytes()));
            kept.add(new HeldFile(directory.resolve(SegmentNames.index(segment.number())), segment.indexBytes()));
        }
        Object key = new Object();
        held.put(
                key,
                kept.stream().map(file -> file.path().getFileName().toString()).collect(Collectors.toSet()));
        return new CheckpointHold(manifest.number(), manifest.index(), manifest.encode(), kept, () -> held.remove(key));
    }

    private void deleteUnnamed() throws IOException {
        Set<String> named = new HashSet<>();
        named.add(StateFile.name(manifest.number()));
        for (SegmentInfo segment : manifest.table().segments()) {
            named.add(SegmentNames.bodies(segment.number()));
            named.add(SegmentNames.index(segment.number()));
        }
        held.values().forEach(named::addAll);
        for (Path file : files.list(directory)) {
            String name = file.getFileName().toString();
            boolean isOurs = name.equals(NEW_MANIFEST) || StateFile.number(file) >= 0 || SegmentNames.isOurs(file);
            if (isOurs && !named.contains(name)) {
                files.delete(file);
            }
        }
    }

    @Override
    public boolean read(Extent extent, long fromOffset, BodyVisitor visitor) {
        try {
            return segments.read(extent, fromOffset, visitor);
        } catch (IOException e) {
            throw failed("read a message segment", e, false);
        }
    }

    private CheckpointException failed(String what, IOException e, boolean isRetryable) {
        if (e instanceof DamagedSegmentException damage && !isRetryable) {
            return CheckpointException.damaged(damage.damage());
        }
        String text = "Expected to " + what + ", but " + e + " [directory=" + directory + "]";
        return isRetryable ? CheckpointException.retryable(text, e) : new CheckpointException(text, e);
    }

    Path directory() {
        return directory;
    }

    /** The damage that was met in segments since they were opened. Any thread. */
    public List<Damage> damages() {
        return segments.damages();
    }

    /** Begins a round of reading all segments. Any thread, which then reads. */
    public SegmentScrub scrub() {
        return segments.scrub();
    }

    @Override
    public SegmentStats stats() {
        return segments.stats();
    }

    @Override
    public void close() {
        try {
            segments.close();
        } catch (IOException e) {
            throw failed("close the checkpoints", e, false);
        }
    }
}
