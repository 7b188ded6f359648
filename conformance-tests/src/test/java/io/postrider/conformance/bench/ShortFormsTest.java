// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every benchmark at a size of seconds, so that the benchmarks themselves keep working: they fail by themselves when a message
 * does not come through. Their numbers are printed and not judged, unless a limit such as {@code
 * -Dlimit.restart.ready-s=1.5} says so.
 */
class ShortFormsTest {
    @TempDir
    Path work;

    @Test
    void footprint() throws Exception {
        assertRows(1, FootprintBench.run(options("starts=1 settle-ms=500")));
    }

    @Test
    void backlog() throws Exception {
        assertRows(2, BacklogBench.run(options("messages=20k queues=1,20")));
    }

    @Test
    void restart() throws Exception {
        assertRows(2, RestartBench.run(options("messages=0,50k queues=4")));
    }

    @Test
    void manyQueues() throws Exception {
        assertRows(1, ManyQueuesBench.run(options("queues=1k")));
    }

    @Test
    void fanOut() throws Exception {
        assertRows(2, FanOutBench.run(options("messages=5k subscribers=10")));
    }

    @Test
    void laggingSubscriber() throws Exception {
        assertRows(1, LaggingSubscriberBench.run(options("messages=20k slow=2")));
    }

    @Test
    void steadyFlow() throws Exception {
        assertRows(1, SteadyFlowBench.run(options("seconds=2")));
    }

    private BenchOptions options(String words) throws IOException {
        return BenchOptions.of(words).orElse("work", work.toString());
    }

    private static void assertRows(int count, BenchReport report) {
        List<Map<String, Object>> rows = report.rows();

        assertEquals(count, rows.size(), "one row for each size");
    }
}
