// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import io.postrider.conformance.kit.Checker.Verdict;
import io.postrider.conformance.kit.Needs;
import io.postrider.conformance.kit.OutsideProgram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Nothing confirmed is lost and nothing confirmed as consumed comes back, however often the broker dies. The seed decides
 * when it is killed; {@code -Dcrash.seed=N} repeats one.
 */
@Needs(OutsideProgram.PYTHON_PROTON)
class CrashTest {

    @Test
    void tenKills() throws InterruptedException {
        run(10);
    }

    @Test
    @Tag("soak")
    void twoHundredKills() throws InterruptedException {
        run(200);
    }

    private static void run(int kills) throws InterruptedException {
        long seed = Long.getLong("crash.seed", System.nanoTime());
        System.out.println("crash: seed=" + seed + " kills=" + kills);
        try (CrashRun run = new CrashRun(seed)) {
            Verdict verdict = run.run(kills);
            System.out.println("crash: " + verdict.summary() + " violations=" + verdict.violationCount());
            verdict.assertClean();
        }
    }
}
