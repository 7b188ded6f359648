// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.kit.CommitRecorder;
import io.postrider.store.kit.FaultyFiles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How much disk a journal takes whose checkpoints keep up, counted after every commit, over stops and crashes; and that what it
 * says of itself is exact.
 */
@Timeout(60)
class JournalSpaceTest {
    private static final Path DIRECTORY = Path.of("/journal");
    private static final int SEGMENT_BYTES = 4096;
    private static final JournalSettings SMALL = JournalSettings.DEFAULT.withSegmentBytes(SEGMENT_BYTES);
    private static final int FILES_MAX = 3;

    private enum End {
        CLOSE,
        PROCESS_CRASH,
        POWER_LOSS
    }

    private FaultyFiles files = new FaultyFiles();
    private CommitRecorder commits = new CommitRecorder();
    private long released;
    private long unreleasedBytes;

    @ParameterizedTest
    @ValueSource(ints = {500, 2000, 3500})
    void aSteadyFlowTakesThreeFiles(int releaseEveryBytes) throws Exception {
        try (Journal journal = start()) {
            run(journal, 3000, releaseEveryBytes, new Random(releaseEveryBytes));
        }
        assertBound();
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void stopsAndCrashesKeepTheBound(End end) throws Exception {
        Random random = new Random(end.ordinal());
        for (int round = 0; round < 30; round++) {
            Journal journal = start();
            run(journal, random.nextInt(200), 1 + random.nextInt(2500), random);
            FaultyFiles next = files;
            if (end == End.PROCESS_CRASH) {
                next = files.afterProcessCrash();
            } else if (end == End.POWER_LOSS) {
                next = files.powerLoss(random);
            }
            journal.close();
            files = next;
            assertBound();
        }
    }

    @Test
    void aJournalThatFellBehindGivesTheSpaceBack() throws Exception {
        try (Journal journal = start()) {
            run(journal, 1000, Integer.MAX_VALUE, new Random(1));
            assertTrue(files.paths().size() > 10, "files: " + files.paths());

            journal.release(commits.committed());

            Awaitility.await().until(() -> files.paths().size() <= FILES_MAX);
        }
    }

    @Test
    void largeEntriesDoNotLeaveTheirFiles() throws Exception {
        try (Journal journal = start()) {
            for (int i = 0; i < 100; i++) {
                commits.await(journal.append(ByteBuffer.allocate(i % 3 == 0 ? 10_000 : 1000)));
                journal.release(commits.committed());
            }
            // The large current one, the next, and a spare of the ordinary size.
            Awaitility.await().until(() -> files.paths().size() <= FILES_MAX);
            assertTrue(files.bytes() <= 10_000 + 1000 + 2 * SEGMENT_BYTES, "bytes: " + files.bytes());
        }
    }

    @Test
    void whatASupersededSegmentTookIsFreeAtTheNextStart() throws Exception {
        try (Journal journal = start()) {
            run(journal, 1000, Integer.MAX_VALUE, new Random(1));
            released = commits.committed();
        }
        try (Journal journal = start()) {
            Awaitility.await().until(() -> files.paths().size() <= FILES_MAX);
            assertEquals(0, journal.replayBytes());
        }
    }

    @Test
    void replayBytesAreExact() throws Exception {
        int record = RecordFrame.bytes(1000);
        try (Journal journal = start()) {
            for (int i = 1; i <= 3; i++) {
                commits.await(journal.append(ByteBuffer.allocate(1000)));
                assertEquals((long) i * record, journal.replayBytes());
            }
            journal.release(2);
            assertEquals(record, journal.replayBytes());
            journal.release(1);
            assertEquals(record, journal.replayBytes(), "a release never goes back");

            commits.await(journal.append(ByteBuffer.allocate(1000)));
            assertEquals(SEGMENT_BYTES + record, journal.replayBytes(), "the first segment is only freed as a whole");
            journal.release(3);
            assertEquals(record, journal.replayBytes());
            journal.release(4);
            assertEquals(0, journal.replayBytes());
            released = 4;
        }
        try (Journal journal = start()) {
            assertEquals(0, journal.replayBytes());
            commits.await(journal.append(ByteBuffer.allocate(1000)));
            assertEquals(record, journal.replayBytes());
        }
    }

    private Journal start() {
        Journal journal = Journal.open(files, DIRECTORY, SMALL);
        long last = journal.replay(released, (index, bytes) -> {});
        commits = new CommitRecorder();
        commits.committed(last);
        journal.start(commits);
        return journal;
    }

    private void run(Journal journal, int count, int releaseEveryBytes, Random random) throws Exception {
        for (int i = 0; i < count; i++) {
            int length = 1 + random.nextInt(200);
            commits.await(journal.append(ByteBuffer.allocate(length)));
            unreleasedBytes += RecordFrame.bytes(length);
            if (unreleasedBytes >= releaseEveryBytes) {
                unreleasedBytes = 0;
                released = commits.committed();
                journal.release(released);
            }
            if (releaseEveryBytes <= SEGMENT_BYTES) {
                assertBound();
            }
        }
    }

    private void assertBound() {
        assertTrue(files.paths().size() <= FILES_MAX, "files: " + files.paths());
        assertTrue(
                files.bytes() <= (long) FILES_MAX * SEGMENT_BYTES, "bytes: " + files.bytes() + " in " + files.paths());
    }
}
