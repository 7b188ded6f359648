// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.kit.CommitRecorder;
import io.postrider.store.kit.SimulatedDisk;
import io.postrider.store.kit.SimulatedDisk.Fault;
import io.postrider.store.kit.SimulatedDisk.Operation;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A kill after a released segment got the name of a spare file, and before that name was durable; the next start cannot sync the
 * directory either; then the power goes.
 */
@Timeout(60)
class SpareAfterKillTest {
    private static final Path DIRECTORY = Path.of("/journal");
    private static final JournalSettings SMALL = JournalSettings.DEFAULT.withSegmentBytes(4096);

    @Test
    void isNotWrittenIntoUnderTwoNames() throws Exception {
        for (int seed = 0; seed < 30; seed++) {
            SimulatedDisk killed = killedWhileRecycling(new SimulatedDisk(seed));
            AtomicInteger syncs = new AtomicInteger();
            killed.plan((operation, count, path) -> operation != Operation.SYNC_DIRECTORY
                    ? Fault.NONE
                    : syncs.incrementAndGet() == 1 ? Fault.FAIL : Fault.POWER_LOSS);
            try (Journal journal = Journal.open(killed, DIRECTORY, SMALL)) {
                journal.replay(2, (index, entry) -> {});
                journal.start(new CommitRecorder());
                journal.append(ByteBuffer.allocate(2500)); // needs a segment
                Awaitility.await().until(() -> syncs.get() > 1);
            }

            SimulatedDisk found = killed.crash();

            try (Journal journal = Journal.open(found, DIRECTORY, SMALL)) {
                assertTrue(journal.replay(2, (index, entry) -> {}) >= 2, "seed " + seed);
            }
        }
    }

    /** Two entries in two segments, of which the first is released. */
    private static SimulatedDisk killedWhileRecycling(SimulatedDisk disk) throws Exception {
        CommitRecorder commits = new CommitRecorder();
        Journal journal = Journal.open(disk, DIRECTORY, SMALL);
        journal.replay(0, (index, entry) -> {});
        journal.start(commits);
        for (int i = 0; i < 3; i++) {
            commits.await(journal.append(ByteBuffer.allocate(2500)));
        }
        AtomicInteger renamed = new AtomicInteger();
        disk.plan((operation, count, path) -> {
            if (operation == Operation.RENAME && SegmentNames.isSpare(path)) {
                renamed.incrementAndGet();
            }
            return operation == Operation.SYNC_DIRECTORY && renamed.get() > 0 ? Fault.POWER_LOSS : Fault.NONE;
        });
        journal.release(2);
        Awaitility.await().until(() -> renamed.get() > 0);
        SimulatedDisk next = disk.processCrash();
        journal.close();
        assertEquals(1, next.paths().stream().filter(SegmentNames::isSpare).count());
        return next;
    }
}
