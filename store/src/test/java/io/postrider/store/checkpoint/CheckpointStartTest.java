// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.RealFiles;
import io.postrider.store.io.StoreFile;
import io.postrider.store.segment.SegmentSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start reads the manifest and the state, however much the segments hold. */
class CheckpointStartTest {
    private static final int LOGS = 200;

    @Test
    void twoHundredSegmentsAreNotRead(@TempDir Path directory) throws IOException {
        CheckpointModel model = new CheckpointModel();
        for (int logId = 0; logId < LOGS; logId++) {
            model.add(logId, new byte[70_000]);
        }
        SegmentSettings settings = new SegmentSettings(60_000, 60_000, LOGS, 100_000, 1_000, 0, 10_000, 4);
        try (FileCheckpoints store = FileCheckpoints.open(new RealFiles(), directory, 0, settings)) {
            store.write(model.plan());
            assertEquals(LOGS, store.stats().segments());
        }
        CountingFiles files = new CountingFiles();

        long start = System.nanoTime();
        try (FileCheckpoints store = FileCheckpoints.open(files, directory, 0, settings)) {
            assertEquals(LOGS, store.load().extents().size());
        }

        System.out.printf(
                "Loading a checkpoint of %d segments took %.1f ms%n", LOGS, (System.nanoTime() - start) / 1e6);
        assertTrue(files.bytesRead.get() < 25_000, files.bytesRead + " bytes read");
    }

    /** Counts the bytes that are read. */
    private static final class CountingFiles implements FileAccess {
        private final FileAccess real = new RealFiles();
        private final AtomicLong bytesRead = new AtomicLong();

        @Override
        public StoreFile open(Path path, Mode mode) throws IOException {
            StoreFile file = real.open(path, mode);
            return new StoreFile() {
                @Override
                public Path path() {
                    return file.path();
                }

                @Override
                public long size() throws IOException {
                    return file.size();
                }

                @Override
                public int read(ByteBuffer target, long position) throws IOException {
                    int bytes = file.read(target, position);
                    bytesRead.addAndGet(bytes);
                    return bytes;
                }

                @Override
                public void write(ByteBuffer source, long position) throws IOException {
                    file.write(source, position);
                }

                @Override
                public void force(boolean withMetadata) throws IOException {
                    file.force(withMetadata);
                }

                @Override
                public void close() throws IOException {
                    file.close();
                }
            };
        }

        @Override
        public void createDirectories(Path directory) throws IOException {
            real.createDirectories(directory);
        }

        @Override
        public boolean exists(Path path) {
            return real.exists(path);
        }

        @Override
        public List<Path> list(Path directory) throws IOException {
            return real.list(directory);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            real.rename(from, to);
        }

        @Override
        public void delete(Path path) throws IOException {
            real.delete(path);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            real.syncDirectory(directory);
        }
    }
}
