// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.ShardLog;
import io.postrider.store.checkpoint.Checkpoints;
import io.postrider.store.checkpoint.FileCheckpoints;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreLock;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.log.LocalShardLog;
import io.postrider.store.segment.SegmentSettings;
import io.postrider.store.shard.OfflineShard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a stopped store as small as it gets: everything is brought to segments, and sparse segments are rewritten. Stateless. */
public final class StoreCompaction {
    /** Rewriting may make another segment worth it; it ends by itself, and at the latest here. */
    private static final int ROUNDS_MAX = 10;

    private StoreCompaction() {}

    /** Bytes of all files before and after, and how much was copied. */
    public record Report(long bytesBefore, long bytesAfter, long bytesCleaned) {}

    /**
     * Compacts a store that no broker has open.
     *
     * @param segmentBytes size of the journal's files, as the broker is configured
     * @throws RuntimeException of the store when what is on disk is damaged, or the disk is full; nothing is lost then
     */
    public static Report run(FileAccess files, StoreLayout layout, MessageInspector inspector, int segmentBytes) {
        StoreLock lock = layout.lock();
        try {
            long before = bytes(files, layout);
            long cleaned = compact(files, layout, inspector, segmentBytes);
            return new Report(before, bytes(files, layout), cleaned);
        } finally {
            lock.close();
        }
    }

    private static long compact(FileAccess files, StoreLayout layout, MessageInspector inspector, int segmentBytes) {
        JournalSettings journal =
                JournalSettings.DEFAULT.withShard(layout.shard()).withSegmentBytes(segmentBytes);
        SegmentSettings segments = SegmentSettings.DEFAULTS.withCleaningBytesMax(Long.MAX_VALUE);
        try (LocalShardLog log = LocalShardLog.open(files, layout.journal(), journal);
                FileCheckpoints checkpoints =
                        FileCheckpoints.open(files, layout.checkpoints(), layout.shard(), segments)) {
            OfflineShard shard = new OfflineShard(log, checkpoints, inspector);
            Failure failure = new Failure();
            log.start(failure);
            long cleaned = 0;
            for (int round = 0; round < ROUNDS_MAX; round++) {
                Checkpoints.Written written = shard.checkpoint();
                cleaned += written.bytesCleaned();
                if (written.bytesCleaned() == 0) {
                    break;
                }
            }
            log.release(shard.index());
            failure.check();
            return cleaned;
        }
    }

    private static long bytes(FileAccess files, StoreLayout layout) {
        long bytes = 0;
        try {
            for (Path directory : List.of(layout.journal(), layout.checkpoints())) {
                for (Path file : files.list(directory)) {
                    bytes += FileSizes.of(files, file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Expected to list the store's files, but " + e, e);
        }
        return bytes;
    }

    /** Nothing is appended, so all that can be heard is that the log failed. */
    private static final class Failure implements ShardLog.Listener {
        private volatile @Nullable Throwable cause;

        @Override
        public void committed(long index) {
            // what was there before
        }

        @Override
        public void failed(Throwable failure) {
            cause = failure;
        }

        void check() {
            Throwable failure = cause;
            if (failure != null) {
                throw new IllegalStateException("Expected a journal that works, but " + failure, failure);
            }
        }
    }
}
