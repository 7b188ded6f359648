// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.kit.CommitRecorder;
import io.postrider.store.kit.SimulatedDisk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One journal through many crashes on a simulated disk, with releases and reading back between them: after each, everything
 * confirmed and not released is there, by replay and by single reads. The seed is in every message.
 */
@Timeout(120)
class JournalCrashTest {
    private static final Path DIRECTORY = Path.of("/journal");
    private static final JournalSettings SETTINGS = JournalSettings.DEFAULT.withSegmentBytes(2048);
    private static final int SEEDS = 150;
    private static final int CRASHES = 8;

    @Test
    void everyConfirmedEntrySurvivesEveryCrash() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            SimulatedDisk disk = new SimulatedDisk(seed);
            long confirmed = 0;
            long released = 0;
            for (int crash = 0; crash < CRASHES; crash++) {
                String where = "seed " + seed + ", crash " + crash;
                CommitRecorder commits = new CommitRecorder();
                Journal journal = Journal.open(disk, DIRECTORY, SETTINGS);
                long last = journal.replay(released, (index, bytes) -> assertEquals(entry(index), bytes, where));
                assertTrue(last >= confirmed, where + ": " + last + " of " + confirmed);
                journal.start(commits);
                assertReadsBack(journal, released, last, where);

                commits.committed(last);
                long appended = last;
                int count = random.nextInt(60);
                for (int i = 0; i < count; i++) {
                    appended = journal.append(entry(appended + 1));
                    if (random.nextInt(4) == 0) {
                        commits.await(appended);
                    }
                    if (random.nextInt(12) == 0) {
                        released = Math.max(released, commits.committed() - random.nextInt(20));
                        journal.release(released);
                    }
                }
                assertNull(commits.failure(), where);
                SimulatedDisk found;
                if (random.nextInt(4) == 0) {
                    journal.close();
                    confirmed = appended;
                    found = disk.crash();
                } else {
                    confirmed = commits.committed(); // before the power goes: it may be less than what is durable then
                    found = random.nextBoolean() ? disk.crash() : disk.processCrash();
                    journal.close();
                }
                disk = found;
            }
        }
    }

    private static void assertReadsBack(Journal journal, long released, long last, String where) {
        for (long index = 1; index <= last; index++) {
            ByteBuffer bytes = journal.read(index);
            if (bytes != null) {
                assertEquals(entry(index), bytes, where);
            } else {
                assertTrue(index <= released, where + ": " + index + " cannot be read");
            }
        }
    }

    private static ByteBuffer entry(long index) {
        return ByteBuffer.allocate(8 + (int) (index * 13 % 90)).putLong(0, index);
    }
}
