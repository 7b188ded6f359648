// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.RealFiles;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.kit.CommitRecorder;
import io.postrider.store.kit.FaultyFiles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a shard may rely on when it uses its log: in memory where the disk is to be held up, on real files elsewhere. */
@Timeout(60)
class LocalShardLogTest {
    private static final Path DIRECTORY = Path.of("journal");
    private static final JournalSettings SMALL = JournalSettings.DEFAULT.withSegmentBytes(4096);

    private final FaultyFiles memory = new FaultyFiles();
    private final CommitRecorder commits = new CommitRecorder();

    @Nested
    class Appending {
        @Test
        void committedEntriesComeBackInOrder() throws Exception {
            try (LocalShardLog log = open(memory, SMALL)) {
                for (int i = 1; i <= 300; i++) {
                    assertEquals(i, log.append(entry(i, 10 + i)));
                }
                commits.await(300);
            }

            assertEquals(entries(1, 300), read(memory, SMALL, 0));
            assertEquals(entries(201, 300), read(memory, SMALL, 200));
            assertFalse(commits.hasGoneBack());
        }

        @Test
        void whatArrivesDuringASyncFormsTheNextBatch() throws Exception {
            CountDownLatch firstForce = new CountDownLatch(1);
            CountDownLatch proceed = new CountDownLatch(1);
            AtomicInteger forces = new AtomicInteger();
            JournalSettings settings =
                    JournalSettings.DEFAULT.withSegmentBytes(64 * 1024).withIdleMarkerMs(60_000);
            try (LocalShardLog log = open(memory, settings)) {
                log.append(entry(1, 10));
                commits.await(1);
                memory.plan((operation, count, path) -> {
                    if (operation == FaultyFiles.Operation.FORCE
                            && path.toString().contains("journal-0000000001")) {
                        forces.incrementAndGet();
                        firstForce.countDown();
                        awaitQuietly(proceed);
                    }
                    return FaultyFiles.Fault.NONE;
                });
                log.append(entry(2, 10));
                firstForce.await();
                for (int i = 3; i <= 102; i++) {
                    log.append(entry(i, 100));
                }
                long pendingWhileHeld = log.pendingBytes();

                proceed.countDown();
                commits.await(102);

                assertTrue(pendingWhileHeld > 100 * 100, "pending bytes: " + pendingWhileHeld);
                assertEquals(0, log.pendingBytes());
                assertEquals(2, forces.get());
            }
        }

        @Test
        void anAppendWaitsWhenTheBufferIsFull() throws Exception {
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch proceed = new CountDownLatch(1);
            memory.plan((operation, count, path) -> {
                if (operation == FaultyFiles.Operation.FORCE && path.toString().contains("journal-")) {
                    held.countDown();
                    awaitQuietly(proceed);
                }
                return FaultyFiles.Fault.NONE;
            });
            try (LocalShardLog log = open(memory, SMALL.withBufferBytes(256, 1024))) {
                log.append(entry(1, 10));
                held.await();
                Thread appender = new Thread(() -> {
                    for (int i = 2; i <= 50; i++) {
                        log.append(entry(i, 100));
                    }
                });
                appender.start();
                Awaitility.await().until(() -> appender.getState() == Thread.State.WAITING);
                long pending = log.pendingBytes();

                proceed.countDown();
                appender.join();
                commits.await(50);

                assertTrue(pending <= 1024 + 200, "pending bytes: " + pending);
            }
            assertEquals(entries(1, 50), read(memory, SMALL, 0));
        }

        @Test
        void anEntryLargerThanBufferAndSegmentIsKept() throws Exception {
            JournalSettings settings = SMALL.withBufferBytes(256, 1024);
            try (LocalShardLog log = open(memory, settings)) {
                log.append(entry(1, 100));
                log.append(entry(2, 1_000_000));
                log.append(entry(3, 4096));
                log.append(entry(4, 100));
            }

            List<Integer> lengths = new ArrayList<>();
            try (LocalShardLog log = LocalShardLog.open(memory, DIRECTORY, settings)) {
                log.replay(0, (index, bytes) -> {
                    lengths.add(bytes.remaining());
                    byte[] expected = entry((int) index, bytes.remaining()).array();
                    byte[] found = new byte[bytes.remaining()];
                    bytes.get(found);
                    assertArrayEquals(expected, found);
                });
            }
            assertEquals(List.of(100, 1_000_000, 4096, 100), lengths);
        }

        @Test
        void closeMakesEverythingDurable() {
            LocalShardLog log = open(memory, SMALL);
            for (int i = 1; i <= 500; i++) {
                log.append(entry(i, 20));
            }

            log.close();

            assertEquals(500, commits.committed());
            assertEquals(entries(1, 500), read(memory.powerLoss(new Random(1)), SMALL, 0));
        }

        @Test
        void aClosedLogTakesNothing() {
            LocalShardLog log = open(memory, SMALL);
            log.close();
            log.close();

            assertThrows(IllegalStateException.class, () -> log.append(entry(1, 10)));
        }

        @Test
        void anIdleLogNotesOnDiskWhatIsSynced() throws Exception {
            try (LocalShardLog log = open(memory, SMALL.withIdleMarkerMs(5))) {
                log.append(entry(1, 10));
                commits.await(1);
                Awaitility.await().until(() -> log.stats().syncs() == 2);

                // The marker lies behind the entry, so damage to the entry is now known to be damage.
                FaultyFiles copy = memory.copy();
                Path segment = DIRECTORY.resolve("journal-0000000001.seg");
                byte[] bytes = copy.content(segment);
                bytes[64 + 48 + 35] ^= 1;
                copy.put(segment, bytes);
                assertThrows(RuntimeException.class, () -> read(copy, SMALL, 0));
            }
        }

        @Test
        void realFilesKeepWhatIsCommitted(@TempDir Path directory) throws Exception {
            Path path = directory.resolve("data/journal");
            JournalSettings settings = JournalSettings.DEFAULT.withSegmentBytes(256 * 1024);
            try (LocalShardLog log = LocalShardLog.open(new RealFiles(), path, settings)) {
                log.replay(0, (index, bytes) -> {});
                log.start(commits);
                for (int i = 1; i <= 2000; i++) {
                    log.append(entry(i, 1000));
                }
                commits.await(2000);
                log.release(1500);
            }

            try (LocalShardLog log = LocalShardLog.open(new RealFiles(), path, settings)) {
                List<Long> seen = new ArrayList<>();
                assertEquals(2000, log.replay(1500, (index, bytes) -> seen.add(index)));
                assertEquals(500, seen.size());
            }
        }
    }

    @Nested
    class Releasing {
        @Test
        void wholeSegmentsAreRecycledAndReadBackCorrectly() throws Exception {
            try (LocalShardLog log = open(memory, SMALL)) {
                for (int i = 1; i <= 400; i++) {
                    log.append(entry(i, 100));
                    commits.await(i);
                    if (i % 50 == 0) {
                        log.release(i);
                    }
                }
                assertTrue(log.replayBytes() < 3 * 4096, "replay bytes: " + log.replayBytes());
            }

            long segments = memory.paths().stream()
                    .filter(path -> path.toString().contains("journal-"))
                    .count();
            assertTrue(segments <= 3, "files: " + memory.paths());
            assertTrue(memory.paths().size() <= 3, "files: " + memory.paths());
            assertEquals(List.of(), read(memory, SMALL, 400));
        }

        @Test
        void aReleaseFreesReplayBytesOfTheCurrentSegmentToo() throws Exception {
            try (LocalShardLog log = open(memory, SMALL)) {
                log.append(entry(1, 100));
                commits.await(1);
                long before = log.replayBytes();
                log.release(1);

                assertTrue(before >= 100, "replay bytes before: " + before);
                assertTrue(log.replayBytes() <= 64, "replay bytes after: " + log.replayBytes());
            }
        }

        @Test
        void aLogThatBeginsBehindTheCheckpointIsRefused() throws Exception {
            try (LocalShardLog log = open(memory, SMALL)) {
                for (int i = 1; i <= 200; i++) {
                    log.append(entry(i, 100));
                }
                commits.await(200);
                log.release(150);
            }

            RuntimeException refusal = assertThrows(RuntimeException.class, () -> read(memory, SMALL, 10));

            assertTrue(refusal.getMessage().contains("go on with index 11"), refusal.getMessage());
        }
    }

    private LocalShardLog open(FileAccess files, JournalSettings settings) {
        LocalShardLog log = LocalShardLog.open(files, DIRECTORY, settings);
        log.replay(0, (index, bytes) -> {});
        log.start(commits);
        return log;
    }

    private static List<Integer> read(FileAccess files, JournalSettings settings, long afterIndex) {
        List<Integer> values = new ArrayList<>();
        try (LocalShardLog log = LocalShardLog.open(files, DIRECTORY, settings)) {
            log.replay(afterIndex, (index, bytes) -> {
                assertEquals(index, bytes.getInt(0));
                values.add(bytes.getInt(0));
            });
        }
        return values;
    }

    private static List<Integer> entries(int from, int to) {
        List<Integer> values = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            values.add(i);
        }
        return values;
    }

    private static ByteBuffer entry(int value, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.max(4, length));
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, (byte) (value + i));
        }
        return bytes.putInt(0, value);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
