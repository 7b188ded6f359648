// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import io.postrider.store.checkpoint.CheckpointManifest.BodySegment;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import io.postrider.store.io.StoreLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints as files: body segments, a state file, and a manifest that names them. One thread at a time.
 *
 * <p><b>Commit.</b> New files are written and synced under names the present manifest does not use; the directory is synced; the
 * new manifest is written beside the old one, synced, renamed over it, and the directory synced again. Before the rename a crash finds
 * the old checkpoint with all its files, after it the new one. Files that no manifest names are deleted after that, and at
 * the next load or commit if a crash came between.
 *
 * <p><b>Failure.</b> Up to the rename a failed write leaves the old checkpoint in force and may be tried again. From the rename on it
 * is unknown which manifest the disk holds, so nothing is deleted and no further checkpoint is taken until the store is opened
 * anew.
 */
public final class FileCheckpointStore implements CheckpointStore {
    private static final int STATE_HEADER_BYTES = 40;
    private static final long STATE_MAGIC = 0x505253544154455FL;
    private static final short STATE_VERSION = 1;

    private final FileAccess files;
    private final Path directory;
    private final int shard;
    private CheckpointManifest manifest;
    private @Nullable IOException failedCommit;

    private FileCheckpointStore(FileAccess files, Path directory, int shard, CheckpointManifest manifest) {
        this.files = files;
        this.directory = directory;
        this.shard = shard;
        this.manifest = manifest;
    }

    /**
     * Opens the checkpoints of a shard in a directory, which is created if it does not exist.
     *
     * @throws CheckpointException if the manifest is damaged, or missing where there once was one
     */
    public static FileCheckpointStore open(FileAccess files, Path directory, int shard) {
        try {
            files.createDirectories(directory);
            CheckpointManifest manifest = readManifest(files, directory, shard);
            FileCheckpointStore store = new FileCheckpointStore(files, directory, shard, manifest);
            if (manifest.number() > 0) {
                store.deleteUnnamed();
            }
            return store;
        } catch (IOException e) {
            throw new CheckpointException(
                    "Expected to open the checkpoints, but " + e + " [directory=" + directory + "]", e);
        }
    }

    private static CheckpointManifest readManifest(FileAccess files, Path directory, int shard) throws IOException {
        Path path = directory.resolve(CheckpointNames.MANIFEST);
        if (files.exists(path)) {
            return CheckpointManifest.decode(readWhole(files, path), path, shard);
        }
        for (Path file : files.list(directory)) {
            // The first checkpoint may have crashed half-way; a later one proves that there was a manifest.
            if (CheckpointNames.stateNumber(file) > 1) {
                throw CheckpointException.damaged(
                        path, 0, "the manifest is missing, though " + file.getFileName() + " exists");
            }
        }
        return CheckpointManifest.none(shard);
    }

    @Override
    public long load(Visitor visitor) {
        if (manifest.number() == 0) {
            return 0;
        }
        try {
            visitor.state(manifest.index(), readState());
            for (BodySegment segment : manifest.segments()) {
                Path path = directory.resolve(CheckpointNames.bodies(segment.number()));
                new BodySegmentReader(path, shard, segment).read(files, visitor);
            }
            return manifest.index();
        } catch (IOException e) {
            throw new CheckpointException(
                    "Expected to read the checkpoint, but " + e + " [directory=" + directory + "]", e);
        }
    }

    private ByteBuffer readState() throws IOException {
        Path path = directory.resolve(CheckpointNames.state(manifest.number()));
        if (!files.exists(path)) {
            throw CheckpointException.damaged(path, 0, "the state file is missing");
        }
        ByteBuffer bytes = readWhole(files, path);
        if (bytes.remaining() != manifest.stateBytes()) {
            throw CheckpointException.damaged(
                    path,
                    Math.min(bytes.remaining(), manifest.stateBytes()),
                    "expected a file of " + manifest.stateBytes() + " bytes, but it has " + bytes.remaining());
        }
        if (crcOf(bytes) != manifest.stateCrc()) {
            throw CheckpointException.damaged(path, 0, "the checksum of the state file does not match the manifest");
        }
        short version = bytes.getShort(8);
        if (bytes.getLong(0) != STATE_MAGIC || version != STATE_VERSION || bytes.getShort(10) != 0) {
            throw CheckpointException.damaged(
                    path, 0, "expected a state file of version " + STATE_VERSION + ", but found version " + version);
        }
        if (bytes.getLong(24) != manifest.index()) {
            throw CheckpointException.damaged(
                    path, 24, "expected index " + manifest.index() + ", but the state file has " + bytes.getLong(24));
        }
        return bytes.slice(STATE_HEADER_BYTES, bytes.remaining() - STATE_HEADER_BYTES)
                .asReadOnlyBuffer();
    }

    @Override
    public void write(CheckpointImage image) {
        if (failedCommit != null) {
            throw new CheckpointException(
                    "An earlier checkpoint failed while it was committed; none is taken until the store is opened anew"
                            + " [directory=" + directory + "]",
                    failedCommit);
        }
        CheckpointManifest next;
        try {
            next = writeFiles(image);
        } catch (IOException e) {
            throw new CheckpointException(
                    "Expected to write a checkpoint, but " + e + " [directory=" + directory + "]", e);
        }
        try {
            files.rename(directory.resolve(CheckpointNames.NEW_MANIFEST), directory.resolve(CheckpointNames.MANIFEST));
            files.syncDirectory(directory);
        } catch (IOException e) {
            failedCommit = e;
            throw new CheckpointException(
                    "Expected to commit a checkpoint, but " + e + " [directory=" + directory + "]", e);
        }
        manifest = next;
        deleteUnnamedQuietly();
        StoreLog.checkpointWritten(
                next.index(),
                next.segments().size(),
                next.stateBytes()
                        + next.segments().stream().mapToLong(BodySegment::bytes).sum());
    }

    private CheckpointManifest writeFiles(CheckpointImage image) throws IOException {
        List<BodySegment> segments = keptSegments(image);
        if (!image.survivors().isEmpty()) {
            segments.add(writeBodies(image));
        }
        long number = manifest.number() + 1;
        ByteBuffer header = stateHeader(number, image);
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate());
        crc.update(image.state().duplicate());
        long stateBytes = (long) header.remaining() + image.state().remaining();
        writeWhole(
                directory.resolve(CheckpointNames.state(number)),
                header,
                image.state().duplicate());
        CheckpointManifest next =
                new CheckpointManifest(shard, number, image.index(), stateBytes, (int) crc.getValue(), segments);
        writeWhole(directory.resolve(CheckpointNames.NEW_MANIFEST), next.encode(), ByteBuffer.allocate(0));
        files.syncDirectory(directory);
        return next;
    }

    private List<BodySegment> keptSegments(CheckpointImage image) {
        List<BodySegment> kept = new ArrayList<>();
        Set<Integer> missing = new HashSet<>(image.liveSegments());
        for (BodySegment segment : manifest.segments()) {
            if (segment.number() >= image.newSegment()) {
                throw new CheckpointException("Expected a body segment number above " + segment.number()
                        + ", but it is " + image.newSegment() + " [directory=" + directory + "]");
            }
            if (missing.remove(segment.number())) {
                kept.add(segment);
            }
        }
        if (!missing.isEmpty()) {
            throw new CheckpointException("Expected live body segments to exist, but there is no " + missing
                    + " [directory=" + directory + "]");
        }
        kept.sort(Comparator.comparingInt(BodySegment::number));
        return kept;
    }

    private BodySegment writeBodies(CheckpointImage image) throws IOException {
        Path path = directory.resolve(CheckpointNames.bodies(image.newSegment()));
        try (BodySegmentWriter writer = new BodySegmentWriter(files, path, shard, image.newSegment())) {
            for (Survivor survivor : image.survivors()) {
                writer.write(survivor);
            }
            return writer.finish();
        }
    }

    private ByteBuffer stateHeader(long number, CheckpointImage image) {
        return ByteBuffer.allocate(STATE_HEADER_BYTES)
                .putLong(STATE_MAGIC)
                .putShort(STATE_VERSION)
                .putShort((short) 0)
                .putInt(shard)
                .putLong(number)
                .putLong(image.index())
                .putLong(image.state().remaining())
                .flip();
    }

    private void writeWhole(Path path, ByteBuffer first, ByteBuffer second) throws IOException {
        try (StoreFile file = files.open(path, FileAccess.Mode.CREATE)) {
            int secondAt = first.remaining();
            file.write(first, 0);
            file.write(second, secondAt);
            file.force(true);
        }
    }

    private static ByteBuffer readWhole(FileAccess files, Path path) throws IOException {
        try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(bytes, 0);
            return bytes.flip();
        }
    }

    private void deleteUnnamedQuietly() {
        try {
            deleteUnnamed();
        } catch (IOException e) {
            StoreLog.checkpointLeftoverKept(
                    directory, e); // tried again after the next checkpoint and at the next start
        }
    }

    private void deleteUnnamed() throws IOException {
        Set<String> named = new HashSet<>();
        named.add(CheckpointNames.state(manifest.number()));
        for (BodySegment segment : manifest.segments()) {
            named.add(CheckpointNames.bodies(segment.number()));
        }
        for (Path file : files.list(directory)) {
            if (CheckpointNames.isOurs(file)
                    && !named.contains(file.getFileName().toString())) {
                files.delete(file);
            }
        }
    }

    private static int crcOf(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    @Override
    public void close() {
        // Every file is closed as soon as it is written.
    }
}
