// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * Thousands of seeded runs of the whole broker. A failure names its seed: {@code -Dsimulation.seed=N} runs that one alone, and
 * {@code -Dsimulation.seeds=N} sets how many are run.
 */
class BrokerSimulationTest {
    private static final int STEPS = 250;

    @Test
    void nothingPromisedIsBroken() {
        long only = Long.getLong("simulation.seed", -1);
        long first = Math.max(0, only);
        long count = only >= 0 ? 1 : Long.getLong("simulation.seeds", 150);
        long runs = 0;
        for (long seed = first; seed < first + count; seed++) {
            try {
                new BrokerSimulation(seed).run(STEPS);
                runs++;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
            }
        }

        assertTrue(runs > 0, "at least one run");
    }
}
