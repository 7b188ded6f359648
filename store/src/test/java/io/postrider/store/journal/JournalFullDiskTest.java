// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.io.DiskSpace;
import io.postrider.store.io.DiskSpace.State;
import io.postrider.store.kit.CommitRecorder;
import io.postrider.store.kit.LogLines;
import io.postrider.store.kit.SimulatedDisk;
import io.postrider.store.kit.SimulatedDisk.Fault;
import io.postrider.store.kit.SimulatedDisk.Operation;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A disk that fills up under a journal: it goes on in the space it has, then waits, loses nothing it confirmed, and goes on by itself
 * when there is room. Only a failure in space already taken ends it.
 */
@Timeout(60)
class JournalFullDiskTest {
    private static final Path DIRECTORY = Path.of("/journal");
    private static final int SEGMENT_BYTES = 4096;
    private static final int ENTRY_BYTES = 200;
    private static final JournalSettings SMALL = JournalSettings.DEFAULT.withSegmentBytes(SEGMENT_BYTES);

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final DiskSpace space = new DiskSpace(disk, DIRECTORY, 0);
    private final CommitRecorder commits = new CommitRecorder();
    private long appended;

    @Test
    void itWaitsAndGoesOnWhenThereIsRoomAgain() throws Exception {
        disk.setQuotaBytes(3L * SEGMENT_BYTES + 1000);
        try (LogLines lines = new LogLines();
                Journal journal = start(disk)) {
            appendUntilItWaits(journal);
            long confirmed = commits.committed();

            assertNull(commits.failure());
            assertTrue(journal.pendingBytes() > 0);
            assertEquals(State.LOW, space.state());
            assertEquals(3, disk.paths().size(), "all the space there is was used: " + disk.paths());
            for (long index = 1; index <= confirmed; index++) {
                assertEquals(entry(index), journal.read(index));
            }
            append(journal, 10);
            assertEquals(confirmed, commits.committed());

            disk.setQuotaBytes(Long.MAX_VALUE);
            commits.await(appended);

            assertNull(commits.failure());
            assertFalse(commits.hasGoneBack());
            assertEquals(State.OK, space.state());
            assertEquals(0, journal.pendingBytes());
            append(journal, 100);
            commits.await(appended);
            assertEquals(1, lines.with("PR-STO-011").size(), "told once");
            assertEquals(1, lines.with("PR-STO-012").size());
        }
        assertHolds(disk, appended);
    }

    @Test
    void aReleaseIsRoomEnough() throws Exception {
        disk.setQuotaBytes(3L * SEGMENT_BYTES);
        try (Journal journal = start(disk)) {
            appendUntilItWaits(journal);

            soon().until(() -> {
                journal.release(commits.committed());
                return commits.committed() == appended;
            });
            for (int i = 0; i < 200; i++) {
                append(journal, 1);
                commits.await(appended);
                journal.release(appended);
            }
            assertNull(commits.failure());
        }
    }

    @Test
    void itIsToldBeforeTheSpaceIsNeeded() throws Exception {
        disk.setQuotaBytes(SEGMENT_BYTES);
        try (Journal journal = start(disk)) {
            while (appended < (SEGMENT_BYTES * 3 / 4) / RecordFrame.bytes(ENTRY_BYTES)) {
                append(journal, 1);
                commits.await(appended);
            }
            soon().until(() -> space.state() == State.LOW);

            append(journal, 1);
            commits.await(appended);

            assertEquals(0, journal.pendingBytes(), "there is still room in the current segment");
            disk.setQuotaBytes(Long.MAX_VALUE);
            soon().until(() -> space.state() == State.OK);
        }
    }

    @Test
    void aFirstSegmentAndALargeEntryWaitToo() throws Exception {
        disk.setQuotaBytes(100);
        try (Journal journal = start(disk)) {
            append(journal, 1);
            soon().until(() -> space.state() == State.LOW);
            assertEquals(0, commits.committed());
            disk.setQuotaBytes(3L * SEGMENT_BYTES);
            commits.await(1);

            journal.append(ByteBuffer.allocate(5 * SEGMENT_BYTES));
            soon().until(() -> space.state() == State.LOW);
            disk.setQuotaBytes(10L * SEGMENT_BYTES);
            commits.await(2);
            assertNull(commits.failure());
        }
    }

    @Test
    void whatWasConfirmedOutlivesACrashWhileItWaits() throws Exception {
        disk.setQuotaBytes(4L * SEGMENT_BYTES);
        Journal journal = start(disk);
        appendUntilItWaits(journal);
        long confirmed = commits.committed();

        SimulatedDisk found = disk.crash();
        found.setQuotaBytes(Long.MAX_VALUE);

        journal.close();
        assertHolds(found, confirmed);
    }

    @Test
    void aCloseDoesNotWaitForRoom() throws Exception {
        disk.setQuotaBytes(3L * SEGMENT_BYTES);
        Journal journal = start(disk);
        appendUntilItWaits(journal);
        long confirmed = commits.committed();

        journal.close();

        assertNotNull(commits.failure(), "what was not confirmed never will be");
        assertEquals(confirmed, commits.committed());
        assertEquals(State.OK, space.state(), "nobody waits any more");
        disk.setQuotaBytes(Long.MAX_VALUE);
        assertHolds(disk, confirmed);
    }

    @Test
    void aCloseOnAFullDiskIsInOrderWhenNothingWaits() throws Exception {
        disk.setQuotaBytes(SEGMENT_BYTES);
        Journal journal = start(disk);
        append(journal, 15);
        commits.await(appended);

        journal.close();

        assertNull(commits.failure());
        assertHolds(disk, appended);
    }

    @Test
    void aFullDiskThatSaysItInAnotherLanguageIsUnderstood() throws Exception {
        try (Journal journal = start(disk)) {
            append(journal, 1);
            commits.await(1);
            disk.failAll(Operation.CREATE, Fault.FAIL);
            disk.setUsableBytes(SEGMENT_BYTES - 1);
            append(journal, 40);
            soon().until(() -> space.state() == State.LOW);
            assertNull(commits.failure());

            disk.heal();
            disk.setUsableBytes(-1);
            commits.await(appended);
        }
    }

    @Test
    void noSpaceInSpaceAlreadyTakenIsFinal() throws Exception {
        try (Journal journal = start(disk)) {
            append(journal, 5);
            commits.await(appended);
            disk.failNth(Operation.WRITE, 1, Fault.NO_SPACE);
            append(journal, 1);
            commits.await(appended);

            assertNotNull(commits.failure());
            assertThrows(JournalException.class, () -> append(journal, 1));
            assertEquals(5, commits.committed());
        }
        assertHolds(disk.processCrash(), 5);
    }

    @Test
    void anotherFailureAheadIsTriedAgainAndThenFinal() throws Exception {
        try (Journal journal = start(disk)) {
            append(journal, 1);
            commits.await(1);
            disk.failNth(Operation.CREATE, 1, Fault.FAIL);
            for (int i = 0; i < 40; i++) {
                append(journal, 1);
                commits.await(appended);
            }
            assertNull(commits.failure(), "one failure ahead of time is no harm");

            disk.failAll(Operation.CREATE, Fault.FAIL);
            for (int i = 0; i < 40 && commits.failure() == null; i++) {
                append(journal, 1);
                commits.await(appended);
            }
            Throwable failure = commits.failure();
            assertNotNull(failure);
            assertTrue(String.valueOf(failure.getMessage()).contains("next journal segment"), failure.toString());
        }
        disk.heal();
        assertHolds(disk.processCrash(), commits.committed());
    }

    private static ConditionFactory soon() {
        return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
    }

    private Journal start(SimulatedDisk files) {
        Journal journal = Journal.open(files, DIRECTORY, SMALL, space);
        journal.replay(0, (index, bytes) -> {});
        journal.start(commits);
        return journal;
    }

    private void append(Journal journal, int count) {
        for (int i = 0; i < count; i++) {
            appended = journal.append(entry(appended + 1));
        }
    }

    /** Appends until entries stay unconfirmed for lack of space and the space report says so. */
    private void appendUntilItWaits(Journal journal) throws Exception {
        while (space.state() == State.OK) {
            append(journal, 1);
            soon().until(() -> commits.committed() == appended || space.state() == State.LOW);
        }
        append(journal, SEGMENT_BYTES / ENTRY_BYTES); // more than what is left in the current segment
        soon().until(() -> {
            long before = commits.committed();
            return journal.pendingBytes() > 0
                    && before < appended
                    && journal.stats().segments() == disk.paths().size();
        });
    }

    private static ByteBuffer entry(long index) {
        return ByteBuffer.allocate(ENTRY_BYTES).putLong(0, index);
    }

    /** Everything confirmed comes back, in order, and the journal goes on from there. */
    private static void assertHolds(SimulatedDisk files, long confirmed) throws Exception {
        CommitRecorder again = new CommitRecorder();
        List<Long> found = new ArrayList<>();
        try (Journal journal = Journal.open(files, DIRECTORY, SMALL)) {
            long last = journal.replay(0, (index, bytes) -> {
                assertEquals(index, bytes.getLong(0));
                found.add(index);
            });
            assertTrue(last >= confirmed, last + " of " + confirmed);
            assertEquals(last, found.size());
            journal.start(again);
            again.await(journal.append(entry(last + 1)));
            assertNull(again.failure());
        }
    }
}
