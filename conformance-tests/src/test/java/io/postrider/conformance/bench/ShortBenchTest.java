// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A second of each benchmark load on our broker alone, so that the benchmark itself keeps working. It prints what it saw; such a
 * number proves nothing without a peer beside it, so only that messages flow is checked.
 */
class ShortBenchTest {
    @TempDir
    Path work;

    @Test
    void loadFlowsThroughTheBuiltDistribution() throws Exception {
        Path distribution = Path.of("..", "server-dist", "target", "postrider").toAbsolutePath();
        try (BrokerProcess broker = BrokerProcess.postrider(distribution, work)) {
            for (boolean isDurable : new boolean[] {true, false}) {
                LoadRun run = LoadRun.measure(broker, "bench", 1024, isDurable, 500, 1);

                System.out.printf(
                        Locale.ROOT,
                        "bench, cold: %s 1 KiB %,.0f msgs/s, %.2f us/msg%n",
                        isDurable ? "durable" : "non-durable",
                        run.messagesPerSecond(),
                        run.cpuMicrosPerMessage());
                assertTrue(run.messages() > 0, "messages flow");
            }
        }
    }
}
