// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.backup;

import io.postrider.api.port.ShardLog;
import io.postrider.store.backup.BackupManifest.Parts;
import io.postrider.store.checkpoint.CheckpointHold;
import io.postrider.store.checkpoint.CheckpointHold.HeldFile;
import io.postrider.store.checkpoint.FileCheckpoints;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes backups of a store while its broker serves. Any thread; one backup at a time.
 *
 * <p><b>One index.</b> A backup holds every entry up to the one applied when it began, and none after: the files of the checkpoint in
 * force, and the log's entries from there on. The entries are copied first, between two checkpoints, so that the log need not be held
 * longer than that; then checkpoints go on, and only the files of the held one stay until they are copied. What they append to a
 * segment lies behind its length in the held manifest.
 *
 * <p><b>Copies, never links.</b> A link would share the damage of the file it protects from.
 *
 * <p><b>Again into the same directory</b> only what is new is copied, since files only grow and numbers are never used twice.
 * The former backup stays whole until the new manifest is renamed over the old one; what nothing needs is deleted after that.
 */
public final class StoreBackup {
    private static final String ID_FILE = "store.id";

    private final FileAccess files;
    private final Path store;
    private final FileCheckpoints checkpoints;
    private final ShardLog log;
    private final Consumer<LongConsumer> betweenCheckpoints;
    private final Clock clock;
    private final AtomicBoolean isRunning = new AtomicBoolean();

    /**
     * What a backup holds and what it cost.
     *
     * @param index log index it is consistent at
     * @param bytes of all its files
     * @param bytesCopied written by this backup
     */
    public record Result(Path directory, long index, int files, long bytes, long bytesCopied) {}

    /**
     * @param store the data directory
     * @param betweenCheckpoints runs a task while no checkpoint is written, with the index applied now
     */
    public StoreBackup(
            FileAccess files,
            Path store,
            FileCheckpoints checkpoints,
            ShardLog log,
            Consumer<LongConsumer> betweenCheckpoints,
            Clock clock) {
        this.files = files;
        this.store = store;
        this.checkpoints = checkpoints;
        this.log = log;
        this.betweenCheckpoints = betweenCheckpoints;
        this.clock = clock;
    }

    /**
     * Takes a backup into a directory, which is made if it does not exist. Blocks for as long as it takes; not to be called on the shard's
     * thread. What was confirmed before the call is in it, and durable when the call returns.
     *
     * @throws BackupException if it could not be taken; a former backup in the directory is as it was
     */
    public Result take(Path directory) {
        if (!isRunning.compareAndSet(false, true)) {
            throw new BackupException("Expected one backup at a time, but another one is running");
        }
        try {
            files.createDirectories(directory);
            String storeId = storeId();
            BackupManifest former = former(directory, storeId);
            BackupFiles target = new BackupFiles(files, directory, former == null ? Map.of() : former.files());
            BackupManifest next = copy(target, storeId, former);
            commit(directory, next);
            long bytes = next.files().values().stream().mapToLong(Parts::bytes).sum();
            return new Result(directory, next.index(), next.files().size(), bytes, target.bytesCopied());
        } catch (IOException e) {
            throw new BackupException("Expected to write the backup, but " + e + " [directory=" + directory + "]", e);
        } finally {
            isRunning.set(false);
        }
    }

    private @Nullable BackupManifest former(Path directory, String storeId) throws IOException {
        BackupManifest former = BackupManifest.read(files, directory);
        if (former == null) {
            List<Path> others = files.list(directory).stream()
                    .filter(file -> !isOurs(file.getFileName().toString()))
                    .toList();
            if (!others.isEmpty()) {
                throw new BackupException("Expected a backup of this store or an empty directory, but there is "
                        + others.get(0).getFileName() + " [directory=" + directory + "]");
            }
            return null;
        }
        if (!former.storeId().equals(storeId)) {
            throw new BackupException("Expected a backup of this store, " + storeId
                    + ", but the directory holds one of store "
                    + former.storeId() + "; a store that was restored counts as a new one [directory=" + directory
                    + "]");
        }
        return former;
    }

    private static boolean isOurs(String name) {
        return name.startsWith(BackupManifest.FILE_NAME)
                || name.startsWith("entries-")
                || name.startsWith("manifest-")
                || name.startsWith("state-")
                || name.startsWith("segment-");
    }

    private BackupManifest copy(BackupFiles target, String storeId, @Nullable BackupManifest former)
            throws IOException {
        long[] index = {0};
        try (CheckpointHold hold = holdAndCopyEntries(target, former, index)) {
            if (hold.number() > 0) {
                String name = "manifest-" + hold.number() + ".bin";
                try (BackupFiles.Growing out = target.grow(name)) {
                    if (target.bytesThere(name) == 0) {
                        out.write(hold.manifest().duplicate());
                    }
                    out.finish();
                }
            }
            for (HeldFile file : hold.files()) {
                target.copy(file.path(), file.path().getFileName().toString(), file.bytes());
            }
            return new BackupManifest(storeId, clock.instant(), hold.number(), hold.index(), index[0], target.now());
        }
    }

    private CheckpointHold holdAndCopyEntries(BackupFiles target, @Nullable BackupManifest former, long[] index) {
        CompletableFuture<CheckpointHold> held = new CompletableFuture<>();
        betweenCheckpoints.accept(applied -> {
            CheckpointHold hold = checkpoints.hold();
            try {
                index[0] = applied;
                copyEntries(target, former, hold.index(), applied);
                held.complete(hold);
            } catch (IOException | RuntimeException e) {
                hold.close();
                held.completeExceptionally(e);
            }
        });
        try {
            return held.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BackupException refused
                    ? refused
                    : new BackupException("Expected to copy the log, but " + e.getCause(), e);
        }
    }

    private void copyEntries(BackupFiles target, @Nullable BackupManifest former, long checkpointIndex, long index)
            throws IOException {
        if (former != null && former.index() > index) {
            throw new BackupException("Expected a backup older than the store, but it has entry " + former.index()
                    + " and the store ends with " + index + ": the store was set back. Use another directory");
        }
        String name = EntryFile.name(checkpointIndex);
        long copied = former != null && former.files().containsKey(name) ? former.index() : checkpointIndex;
        try (BackupFiles.Growing out = target.grow(name)) {
            EntryFile.write(log, copied + 1, index, out);
            out.finish();
        }
    }

    private void commit(Path directory, BackupManifest next) throws IOException {
        Path fresh = directory.resolve(BackupManifest.FILE_NAME + ".tmp");
        try (StoreFile file = files.open(fresh, FileAccess.Mode.CREATE)) {
            file.write(next.encode(), 0);
            file.force(true);
        }
        files.syncDirectory(directory);
        files.rename(fresh, directory.resolve(BackupManifest.FILE_NAME));
        files.syncDirectory(directory);
        for (Path file : files.list(directory)) {
            String name = file.getFileName().toString();
            if (isOurs(name)
                    && !name.equals(BackupManifest.FILE_NAME)
                    && !next.files().containsKey(name)) {
                files.delete(file);
            }
        }
    }

    /** The name of this store's history. A restored store gets a new one, so that two histories are never mixed in one backup. */
    private String storeId() throws IOException {
        Path path = store.resolve(ID_FILE);
        if (files.exists(path)) {
            try (StoreFile file = files.open(path, FileAccess.Mode.READ)) {
                ByteBuffer bytes = ByteBuffer.allocate(64);
                file.read(bytes, 0);
                return StandardCharsets.UTF_8.decode(bytes.flip()).toString().strip();
            }
        }
        String id = UUID.randomUUID().toString();
        Path fresh = store.resolve(ID_FILE + ".tmp");
        try (StoreFile file = files.open(fresh, FileAccess.Mode.CREATE)) {
            file.write(StandardCharsets.UTF_8.encode(id + "\n"), 0);
            file.force(true);
        }
        files.rename(fresh, path);
        files.syncDirectory(store);
        return id;
    }
}
