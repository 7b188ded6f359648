// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.store.kit.LogLines;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Slow syncs are told, with file and duration, but not each one of them. */
class SlowSyncsTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final String CODE = "PR-STO-010";

    private final SlowSyncs syncs = new SlowSyncs();
    private final Path file = Path.of("journal-0000000007.seg");

    @Test
    void aSlowSyncIsToldWithFileAndDuration() {
        try (LogLines lines = new LogLines()) {
            syncs.synced(file, SECOND_NS - 1, 5);
            assertEquals(List.of(), lines.with(CODE));

            syncs.synced(file, 1234 * SECOND_NS / 1000, 6);

            String line = lines.with(CODE).get(0);
            assertTrue(line.startsWith("WARN"), line);
            assertTrue(line.contains("journal-0000000007.seg") && line.contains("durationMs=1234"), line);
        }
    }

    @Test
    void manySlowSyncsAreCountedAndToldEveryTenSeconds() {
        try (LogLines lines = new LogLines()) {
            for (int second = 0; second <= 10; second++) {
                syncs.synced(file, SECOND_NS, -3 * SECOND_NS + second * SECOND_NS);
            }

            List<String> told = lines.with(CODE);
            assertEquals(2, told.size());
            assertTrue(told.get(1).contains("slowOnesNotShown=9"), told.get(1));
        }
    }
}
