// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.io.FileAccess;
import io.postrider.store.io.RealFiles;
import io.postrider.store.kit.CommitRecorder;
import io.postrider.store.kit.FaultyFiles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reading single entries back: the right bytes, or null once they were released, or an error that says where. Every entry's bytes
 * follow from its index, so that a wrong one cannot pass.
 */
@Timeout(60)
class JournalReadTest {
    private static final Path DIRECTORY = Path.of("/journal");
    private static final JournalSettings SMALL = JournalSettings.DEFAULT.withSegmentBytes(4096);

    private final FaultyFiles memory = new FaultyFiles();
    private final CommitRecorder commits = new CommitRecorder();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Nested
    class WhatIsCommitted {
        @Test
        void comesBackInAnyOrder() throws Exception {
            try (Journal journal = start(memory, DIRECTORY, 0)) {
                append(journal, 1, 500);
                List<Integer> order = new ArrayList<>();
                for (int i = 1; i <= 500; i++) {
                    order.add(i);
                    assertReads(journal, i);
                }
                Collections.shuffle(order, new Random(1));
                for (int index : order) {
                    assertReads(journal, index);
                }
            }
        }

        @Test
        void comesBackWhenItIsLargerThanASegment() throws Exception {
            try (Journal journal = start(memory, DIRECTORY, 0)) {
                int[] lengths = {10, 3_000_000, 4096, 1, 200_000, 10};
                for (int length : lengths) {
                    commits.await(journal.append(entry(commits.committed() + 1, length)));
                }
                for (int index : new int[] {2, 6, 1, 5, 3, 4, 2}) {
                    assertEquals(entry(index, lengths[index - 1]), journal.read(index));
                }
            }
        }

        @Test
        void comesBackAfterAReopenAndAppends() throws Exception {
            try (Journal journal = start(memory, DIRECTORY, 0)) {
                append(journal, 1, 300);
            }
            try (Journal journal = start(memory, DIRECTORY, 200)) {
                append(journal, 301, 400);
                for (int i = 400; i > 200; i--) {
                    assertReads(journal, i);
                }
                assertNull(journal.read(1), "in the checkpoint, and its segment was not even read");
            }
        }

        @Test
        void comesBackBetweenReplayAndStart() throws Exception {
            try (Journal journal = start(memory, DIRECTORY, 0)) {
                append(journal, 1, 20);
            }
            try (Journal journal = Journal.open(memory, DIRECTORY, SMALL)) {
                assertThrows(IllegalStateException.class, () -> journal.read(1));
                journal.replay(0, (index, bytes) -> {});
                assertReads(journal, 20);
            }
        }

        @Test
        void comesBackAfterTheJournalFailed() throws Exception {
            try (Journal journal = start(memory, DIRECTORY, 0)) {
                append(journal, 1, 50);
                memory.plan((operation, count, path) ->
                        operation == FaultyFiles.Operation.FORCE ? FaultyFiles.Fault.FAIL : FaultyFiles.Fault.NONE);
                commits.await(journal.append(entry(51, lengthOf(51))));
                assertNotNull(commits.failure());

                for (int i = 1; i <= 50; i++) {
                    assertReads(journal, i);
                }
                assertThrows(IllegalArgumentException.class, () -> journal.read(51));
            }
        }

        @Test
        void isReadAheadForOneWhoGoesIndexByIndex() throws Exception {
            try (Journal journal = start(memory, DIRECTORY, JournalSettings.DEFAULT, 0)) {
                for (int i = 1; i <= 2000; i++) {
                    journal.append(entry(i, lengthOf(i)));
                }
                commits.await(2000);
                AtomicInteger reads = countReads();
                for (int i = 1; i <= 2000; i++) {
                    assertReads(journal, i);
                }
                assertTrue(reads.get() <= 4, "reads: " + reads);
            }
        }

        private AtomicInteger countReads() {
            AtomicInteger reads = new AtomicInteger();
            memory.plan((operation, count, path) -> {
                if (operation == FaultyFiles.Operation.READ) {
                    reads.incrementAndGet();
                }
                return FaultyFiles.Fault.NONE;
            });
            return reads;
        }

        @Test
        void holdsABoundedNumberOfFilesOpen() throws Exception {
            JournalSettings tiny = JournalSettings.DEFAULT.withSegmentBytes(JournalSettings.SEGMENT_BYTES_MIN);
            JournalReader reader;
            FaultyFiles files = memory;
            RecoveredJournal recovered;
            try (Journal journal = start(files, DIRECTORY, tiny, 0)) {
                append(journal, 1, 100);
            }
            JournalRecovery recovery = new JournalRecovery(files, 0, (index, bytes) -> {});
            recovered = recovery.recover(
                    DIRECTORY, SegmentListing.read(files, DIRECTORY, tiny).segments());
            reader = new JournalReader(files, DIRECTORY, recovered);
            for (int i = 1; i <= 100; i++) {
                assertEntry(i, reader.read(i));
            }
            assertTrue(recovered.sealed().size() > ReadFiles.OPEN_MAX, "segments: " + recovered.sealed());
            assertEquals(ReadFiles.OPEN_MAX, reader.openCount());

            for (RecoveredJournal.Sealed segment : recovered.sealed()) {
                reader.released(segment.entries());
            }
            assertTrue(reader.openCount() <= 1, "only the current one: " + reader.openCount());
            reader.close();
            assertEquals(0, reader.openCount());
            assertThrows(IllegalStateException.class, () -> reader.read(100));
        }
    }

    @Nested
    class WhatIsNotThere {
        @Test
        void anIndexThatIsNotCommittedIsRefused() throws Exception {
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch proceed = new CountDownLatch(1);
            try (Journal journal = start(memory, DIRECTORY, 0)) {
                append(journal, 1, 3);
                hold(FaultyFiles.Operation.FORCE, held, proceed);
                journal.append(entry(4, lengthOf(4)));
                held.await();

                assertThrows(IllegalArgumentException.class, () -> journal.read(4));
                assertThrows(IllegalArgumentException.class, () -> journal.read(0));
                assertReads(journal, 3);

                proceed.countDown();
                commits.await(4);
                assertReads(journal, 4);
            }
        }

        @Test
        void aReleasedEntryIsNullEvenInARecycledFile() throws Exception {
            try (Journal journal = start(memory, DIRECTORY, 0)) {
                for (int i = 1; i <= 600; i += 50) {
                    append(journal, i, i + 49);
                    for (int index = 1; index < i + 50; index++) {
                        ByteBuffer found = journal.read(index);
                        if (found != null) {
                            assertEntry(index, found);
                        } else {
                            assertTrue(index < i, index + " was not released");
                        }
                    }
                    journal.release(i + 49);
                }
                assertNull(journal.read(1));
            }
        }

        @Test
        void anEntryReleasedDuringItsReadIsNull() throws Exception {
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch proceed = new CountDownLatch(1);
            try (Journal journal = start(memory, DIRECTORY, 0)) {
                append(journal, 1, 100);
                hold(FaultyFiles.Operation.READ, held, proceed);
                Future<ByteBuffer> reading = threads.submit(() -> journal.read(1));
                held.await();

                journal.release(100);
                append(journal, 101, 400); // the file is used again meanwhile
                proceed.countDown();

                assertNull(reading.get());
            }
        }

        @Test
        void anEntryWhoseFileFailsAfterTheReleaseIsNull() throws Exception {
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch proceed = new CountDownLatch(1);
            try (Journal journal = start(memory, DIRECTORY, 0)) {
                append(journal, 1, 100);
                memory.plan((operation, count, path) -> {
                    if (operation != FaultyFiles.Operation.READ) {
                        return FaultyFiles.Fault.NONE;
                    }
                    held.countDown();
                    awaitQuietly(proceed);
                    return FaultyFiles.Fault.FAIL;
                });
                Future<ByteBuffer> reading = threads.submit(() -> journal.read(1));
                held.await();

                journal.release(100);
                proceed.countDown();

                assertNull(reading.get());
            }
        }
    }

    @Nested
    class Damage {
        @Test
        void anyFlippedByteOfARecordIsFoundAndSaysWhere() throws Exception {
            try (Journal journal = start(memory, DIRECTORY, 0)) {
                append(journal, 1, 3);
                Path file = DIRECTORY.resolve("journal-0000000001.seg");
                int position = 64 + 48 + RecordFrame.bytes(lengthOf(1));
                for (int at = 0; at < RecordFrame.HEADER_BYTES + lengthOf(2); at++) {
                    memory.flip(file, position + at);
                    JournalException damage = assertThrows(JournalException.class, () -> journal.read(2));
                    String text = String.valueOf(damage.getMessage());
                    assertTrue(text.contains(file.toString()), text);
                    assertTrue(text.contains("position=" + position), text);
                    assertTrue(text.contains("entry 2"), text);
                    assertReads(journal, 1);
                    assertReads(journal, 3);
                    memory.flip(file, position + at);
                }
                assertReads(journal, 2);
            }
        }

        @Test
        void aDiskThatDoesNotAnswerIsAnErrorThatSaysWhere() throws Exception {
            try (Journal journal = start(memory, DIRECTORY, 0)) {
                append(journal, 1, 3);
                memory.plan((operation, count, path) ->
                        operation == FaultyFiles.Operation.READ ? FaultyFiles.Fault.FAIL : FaultyFiles.Fault.NONE);
                JournalException error = assertThrows(JournalException.class, () -> journal.read(1));
                assertTrue(String.valueOf(error.getMessage()).contains("journal-0000000001.seg"), error.getMessage());

                memory.plan((operation, count, path) -> FaultyFiles.Fault.NONE);
                assertReads(journal, 1);
            }
        }
    }

    @Nested
    class Together {
        private static final int LAST = 4000;

        @Test
        void readersSeeOnlyRightEntriesWhileTheLogIsWrittenAndReleased(@TempDir Path directory) throws Exception {
            AtomicLong released = new AtomicLong();
            try (Journal journal = start(new RealFiles(), directory, 0)) {
                List<Future<Integer>> readers = new ArrayList<>();
                append(journal, 1, 20);
                for (int seed = 0; seed < 3; seed++) {
                    readers.add(threads.submit(reader(journal, released, seed)));
                }
                Random random = new Random(7);
                for (int i = 21; i <= LAST; i++) {
                    long index = journal.append(entry(i, lengthOf(i)));
                    if (random.nextInt(100) == 0) {
                        commits.await(index);
                        long upTo = Math.max(released.get(), index - random.nextInt(200));
                        released.set(upTo);
                        journal.release(upTo);
                    }
                }
                commits.await(LAST);
                for (Future<Integer> reader : readers) {
                    assertTrue(reader.get() > 0, "a reader found nothing");
                }
            }
        }

        /** Reads until the log has reached its last index; counts what it found. Even seeds go index by index. */
        private Callable<Integer> reader(Journal journal, AtomicLong released, int seed) {
            return () -> {
                Random random = new Random(seed);
                int found = 0;
                long index = 1;
                while (commits.committed() < LAST || found == 0) {
                    long committed = commits.committed();
                    if (seed % 2 == 0 && index < committed) {
                        index++;
                    } else {
                        index = Math.max(1, committed - random.nextInt(300));
                    }
                    ByteBuffer bytes = journal.read(index);
                    if (bytes == null) {
                        assertTrue(index <= released.get(), index + " is null, but only " + released + " is released");
                    } else {
                        assertEntry(index, bytes);
                        found++;
                    }
                }
                return found;
            };
        }

        @Test
        void anInterruptedReaderDoesNotDisturbTheOthers(@TempDir Path directory) throws Exception {
            try (Journal journal = start(new RealFiles(), directory, 0)) {
                append(journal, 1, 200);
                CountDownLatch running = new CountDownLatch(1);
                AtomicInteger interrupts = new AtomicInteger();
                Future<?> victim = threads.submit(() -> {
                    Random random = new Random(3);
                    running.countDown();
                    while (interrupts.get() < 200) {
                        try {
                            assertReads(journal, 1 + random.nextInt(200));
                        } catch (JournalException e) {
                            assertTrue(Thread.interrupted(), "the flag stays set: " + e);
                            interrupts.incrementAndGet();
                        }
                        if (random.nextInt(4) == 0) {
                            Thread.currentThread().interrupt();
                        }
                    }
                });
                running.await();
                Random random = new Random(4);
                while (!victim.isDone()) {
                    assertReads(journal, 1 + random.nextInt(200));
                }
                victim.get();
                assertEquals(200, interrupts.get());
            }
        }

        @Test
        void aCloseEndsReadersInOrder(@TempDir Path directory) throws Exception {
            Journal journal = start(new RealFiles(), directory, 0);
            append(journal, 1, 200);
            CountDownLatch running = new CountDownLatch(1);
            Future<?> reader = threads.submit(() -> {
                Random random = new Random(5);
                while (true) {
                    assertReads(journal, 1 + random.nextInt(200));
                    running.countDown();
                }
            });
            running.await();

            journal.close();

            ExecutionException end = assertThrows(ExecutionException.class, reader::get);
            assertEquals(IllegalStateException.class, end.getCause().getClass(), "refused, not failed: " + end);
        }
    }

    private Journal start(FileAccess files, Path directory, long afterIndex) {
        return start(files, directory, SMALL, afterIndex);
    }

    private Journal start(FileAccess files, Path directory, JournalSettings settings, long afterIndex) {
        Journal journal = Journal.open(files, directory, settings);
        journal.replay(afterIndex, (index, bytes) -> {});
        journal.start(commits);
        return journal;
    }

    private void append(Journal journal, int from, int to) throws Exception {
        for (int i = from; i <= to; i++) {
            assertEquals(i, journal.append(entry(i, lengthOf(i))));
        }
        commits.await(to);
    }

    private void hold(FaultyFiles.Operation held, CountDownLatch reached, CountDownLatch proceed) {
        memory.plan((operation, count, path) -> {
            if (operation == held && path.toString().contains("journal-")) {
                reached.countDown();
                awaitQuietly(proceed);
            }
            return FaultyFiles.Fault.NONE;
        });
    }

    private static int lengthOf(long index) {
        return 1 + (int) (index * 37 % 211);
    }

    private static ByteBuffer entry(long index, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (index * 31 + i * 7L + (i >> 8));
        }
        return ByteBuffer.wrap(bytes);
    }

    private static void assertReads(Journal journal, long index) {
        assertEntry(index, journal.read(index));
    }

    private static void assertEntry(long index, ByteBuffer found) {
        assertNotNull(found, "entry " + index);
        assertTrue(found.isReadOnly());
        assertEquals(entry(index, lengthOf(index)), found, "entry " + index);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
