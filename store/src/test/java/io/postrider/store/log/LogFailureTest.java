// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.journal.JournalException;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.kit.CommitRecorder;
import io.postrider.store.kit.FaultyFiles;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A disk that fails a write or a sync once: from that moment nothing is confirmed any more, and what was confirmed is there
 * when the log is opened again. And a machine that loses power: only synced bytes survive, the rest in any mixture.
 */
class LogFailureTest {
    private static final Path DIRECTORY = Path.of("/journal");
    private static final JournalSettings SETTINGS = JournalSettings.DEFAULT.withSegmentBytes(4096);

    private static ByteBuffer entry(long number) {
        return ByteBuffer.wrap(("entry " + number).getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> reopened(FaultyFiles files) {
        List<String> entries = new ArrayList<>();
        try (LocalShardLog log = LocalShardLog.open(files, DIRECTORY, SETTINGS)) {
            log.replay(0, (index, bytes) -> {
                byte[] text = new byte[bytes.remaining()];
                bytes.get(text);
                entries.add(new String(text, StandardCharsets.UTF_8));
            });
            log.start(new CommitRecorder());
        }
        return entries;
    }

    /** Every confirmed entry is there, and nothing but entries that were appended, in order. */
    private static void assertKeeps(List<String> entries, long confirmed) {
        assertTrue(entries.size() >= confirmed, entries.size() + " of " + confirmed + " confirmed entries");
        for (int i = 0; i < entries.size(); i++) {
            assertEquals("entry " + (i + 1), entries.get(i));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyFiles.Operation.class,
            names = {"WRITE", "FORCE"})
    void aFailedWriteOrSyncStopsConfirmingForGood(FaultyFiles.Operation failing) throws Exception {
        for (int failAt = 1; failAt <= 12; failAt++) {
            FaultyFiles files = new FaultyFiles();
            CommitRecorder recorder = new CommitRecorder();
            int failNow = failAt;
            int[] seen = {0};
            LocalShardLog log = LocalShardLog.open(files, DIRECTORY, SETTINGS);
            log.replay(0, (index, bytes) -> {});
            log.start(recorder);
            files.plan((operation, path, number) ->
                    operation == failing && ++seen[0] == failNow ? FaultyFiles.Fault.FAIL : FaultyFiles.Fault.NONE);

            for (int i = 1; i <= 60 && recorder.failure() == null; i++) {
                try {
                    recorder.await(log.append(entry(i)));
                } catch (JournalException e) {
                    assertNotNull(recorder.failure(), "an append is refused only after the failure");
                }
            }

            if (recorder.failure() != null) {
                long confirmed = recorder.committed();
                assertThrows(JournalException.class, () -> log.append(entry(1000)));
                assertEquals(confirmed, recorder.committed());
                assertEquals(false, recorder.hasGoneBack());
                FaultyFiles after = files.afterProcessCrash();
                assertKeeps(reopened(after), confirmed);
            }
            try {
                log.close();
            } catch (JournalException e) {
                assertNotNull(recorder.failure(), "closing complains only about a failure: " + e);
            }
        }
    }

    @Test
    void powerLossKeepsEveryConfirmedEntry() throws Exception {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            FaultyFiles files = new FaultyFiles();
            CommitRecorder recorder = new CommitRecorder();
            LocalShardLog log = LocalShardLog.open(files, DIRECTORY, SETTINGS);
            log.replay(0, (index, bytes) -> {});
            log.start(recorder);
            int count = 1 + random.nextInt(100);
            for (int i = 1; i <= count; i++) {
                long index = log.append(entry(i));
                if (random.nextInt(3) == 0) {
                    recorder.await(index);
                }
            }
            long confirmed = recorder.committed();

            FaultyFiles after = files.powerLoss(random);

            assertKeeps(reopened(after), confirmed);
            log.close();
        }
    }
}
