// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.backup;

import io.postrider.api.port.ShardLog;
import io.postrider.store.backup.BackupManifest.Parts;
import io.postrider.store.codec.CommandCodec;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import io.postrider.store.journal.Journal;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.tools.StoreLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Makes a store of a backup. Every byte is checked while it is copied. The store is built beside its place and renamed when it is
 * complete, so that no broker ever starts on half of one. Owned by one thread.
 */
public final class StoreRestore {
    private static final int COPY_BYTES = 1 << 20;

    private final FileAccess files;
    private final Path backup;
    private final ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);

    /**
     * What was restored.
     *
     * @param index of the last entry
     */
    public record Result(long index, int files, long bytes) {}

    /** Looks at the store before it takes its place, and throws if it must not. */
    @FunctionalInterface
    public interface Check {
        void check(StoreLayout built);
    }

    private StoreRestore(FileAccess files, Path backup) {
        this.files = files;
        this.backup = backup;
    }

    /**
     * Restores a backup.
     *
     * @param store the new data directory; it must not exist, or be empty
     * @throws BackupException if the backup is damaged, naming the file, or the directory is in use; there is no new store then
     */
    public static Result run(FileAccess files, Path backup, Path store, JournalSettings journal, Check check) {
        Path target = store.toAbsolutePath().normalize();
        Path fresh = target.resolveSibling(target.getFileName() + ".restoring");
        try {
            refuseUsed(target);
            refuseUsed(fresh);
            Result result = new StoreRestore(files, backup).build(StoreLayout.of(fresh), journal);
            check.check(StoreLayout.of(fresh));
            Files.deleteIfExists(target);
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            Path parent = target.getParent();
            if (parent != null) {
                files.syncDirectory(parent);
            }
            return result;
        } catch (IOException e) {
            throw new BackupException("Expected to restore the backup, but " + e + " [directory=" + fresh + "]", e);
        }
    }

    private static void refuseUsed(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            if (entries.findAny().isPresent()) {
                throw new BackupException(
                        "Expected an empty directory or none, but there are files in it [directory=" + directory + "]");
            }
        }
    }

    private Result build(StoreLayout store, JournalSettings journal) throws IOException {
        BackupManifest manifest = BackupManifest.read(files, backup);
        if (manifest == null) {
            throw new BackupException(
                    "Expected a backup, but there is no " + BackupManifest.FILE_NAME + " [directory=" + backup + "]");
        }
        files.createDirectories(store.checkpoints());
        long bytes = 0;
        for (Map.Entry<String, Parts> file : manifest.files().entrySet()) {
            String name = file.getKey();
            boolean isEntries = name.startsWith("entries-");
            Path target = store.checkpoints().resolve(name.startsWith("manifest-") ? "manifest" : name);
            copy(backup.resolve(name), file.getValue(), isEntries ? null : target);
            bytes += file.getValue().bytes();
        }
        files.syncDirectory(store.checkpoints());
        writeJournal(manifest, store, journal);
        return new Result(manifest.index(), manifest.files().size(), bytes);
    }

    /** Checks a file and copies it durably; only checks it if there is no target. */
    private void copy(Path source, Parts parts, @Nullable Path target) throws IOException {
        if (!files.exists(source)) {
            throw new BackupException("The backup is damaged: a file is missing [file=" + source + "]");
        }
        try (StoreFile in = files.open(source, FileAccess.Mode.READ);
                StoreFile out = target == null ? null : files.open(target, FileAccess.Mode.CREATE)) {
            long position = 0;
            for (int i = 0; i < parts.ends().size(); i++) {
                long end = parts.ends().get(i);
                CRC32C crc = new CRC32C();
                for (long start = position; position < end; ) {
                    int length = in.read(buffer.clear().limit((int) Math.min(COPY_BYTES, end - position)), position);
                    if (length == 0) {
                        throw new BackupException("The backup is damaged: expected " + parts.bytes()
                                + " bytes, but the file ends at " + position + " [file=" + source + ", part from "
                                + start + "]");
                    }
                    crc.update(buffer.flip().duplicate());
                    if (out != null) {
                        out.write(buffer, position);
                    }
                    position += length;
                }
                if ((int) crc.getValue() != parts.crcs().get(i)) {
                    throw new BackupException("The backup is damaged: the checksum of the bytes up to " + end
                            + " does not match [file=" + source + "]. Use another backup");
                }
            }
            if (out != null) {
                out.force(true);
            }
        }
    }

    private void writeJournal(BackupManifest manifest, StoreLayout store, JournalSettings settings) throws IOException {
        String name = EntryFile.name(manifest.checkpointIndex());
        Path path = backup.resolve(name);
        long bytes = manifest.files().getOrDefault(name, Parts.NONE).bytes();
        Failure failure = new Failure();
        try (Journal journal = Journal.open(files, store.journal(), settings.withShard(store.shard()))) {
            journal.beginAfter(manifest.checkpointIndex());
            journal.start(failure);
            if (bytes > 0) {
                try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
                    EntryFile.read(file, path, bytes, (index, entry) -> append(journal, index, entry, path));
                }
            } else if (manifest.checkpointIndex() > 0) {
                journal.append(emptyEntry()); // so that there is a journal that goes on after the checkpoint
            }
        }
        Throwable cause = failure.cause;
        if (cause != null) {
            throw new IOException("the journal failed: " + cause, cause);
        }
    }

    private static void append(Journal journal, long index, ByteBuffer entry, Path path) {
        long found = journal.append(entry);
        if (found != index) {
            throw new BackupException(
                    "The backup is damaged: expected entry " + found + ", but found " + index + " [file=" + path + "]");
        }
    }

    private static ByteBuffer emptyEntry() {
        CommandCodec codec = new CommandCodec();
        codec.begin(0);
        return codec.end();
    }

    /** The journal's failure, set on its own thread before it is closed. */
    private static final class Failure implements ShardLog.Listener {
        private volatile @Nullable Throwable cause;

        @Override
        public void committed(long index) {
            // durable at the close in any case
        }

        @Override
        public void failed(Throwable failure) {
            cause = failure;
        }
    }
}
