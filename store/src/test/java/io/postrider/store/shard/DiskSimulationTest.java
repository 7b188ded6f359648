// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * Hundreds of seeded runs of the whole store over a disk that does everything wrong. A failure names its seed: {@code -Dsimulation.disk.seed=N}
 * runs that one alone, and {@code -Dsimulation.disk.seeds=N} sets how many are run.
 */
class DiskSimulationTest {
    @Test
    void nothingConfirmedIsLost() {
        long only = Long.getLong("simulation.disk.seed", -1);
        long first = Math.max(0, only);
        long count = only >= 0 ? 1 : Long.getLong("simulation.disk.seeds", 300);
        long runs = 0;
        for (long seed = first; seed < first + count; seed++) {
            try {
                new DiskSimulation(seed).run();
                runs++;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
            }
        }

        assertTrue(runs > 0, "at least one run");
    }
}
