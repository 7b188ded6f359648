// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.log;

import io.postrider.api.port.ShardLog;
import io.postrider.store.io.DiskSpace;
import io.postrider.store.io.FileAccess;
import io.postrider.store.journal.Journal;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.journal.JournalStats;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The log of a shard that lives on this node only: committed means synced by the journal. Owned by the shard's thread,
 * except where {@link ShardLog} allows any; listeners are called on the journal's writer thread.
 */
public final class LocalShardLog implements ShardLog {
    private final Journal journal;

    private LocalShardLog(Journal journal) {
        this.journal = journal;
    }

    /**
     * Opens the log in a directory, which is created if it does not exist.
     *
     * @throws io.postrider.store.journal.JournalException if the files are damaged; names file and position
     */
    public static LocalShardLog open(FileAccess files, Path directory, JournalSettings settings) {
        return new LocalShardLog(Journal.open(files, directory, settings));
    }

    /**
     * The same, for a broker that wants to know of a full disk.
     *
     * @param space told while the log's next file finds no room
     */
    public static LocalShardLog open(FileAccess files, Path directory, JournalSettings settings, DiskSpace space) {
        return new LocalShardLog(Journal.open(files, directory, settings, space));
    }

    @Override
    public long replay(long afterIndex, Visitor visitor) {
        return journal.replay(afterIndex, visitor);
    }

    @Override
    public void start(Listener listener) {
        journal.start(listener);
    }

    @Override
    public long append(ByteBuffer entry) {
        return journal.append(entry);
    }

    @Override
    public @Nullable ByteBuffer read(long index) {
        return journal.read(index);
    }

    @Override
    public long pendingBytes() {
        return journal.pendingBytes();
    }

    @Override
    public long syncs() {
        return journal.syncs();
    }

    @Override
    public long replayBytes() {
        return journal.replayBytes();
    }

    @Override
    public void release(long index) {
        journal.release(index);
    }

    /** Any thread, after start. */
    public LogStats stats() {
        JournalStats stats = journal.stats();
        return new LogStats(
                stats.committedIndex(),
                stats.entries(),
                stats.bytes(),
                stats.syncs(),
                stats.segments(),
                stats.pendingBytes(),
                stats.replayBytes());
    }

    @Override
    public void close() {
        journal.close();
    }
}
