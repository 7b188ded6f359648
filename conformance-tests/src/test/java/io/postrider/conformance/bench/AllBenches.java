// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The benchmarks of memory, disk and restart, one after the other: {@code only=restart,backlog} picks some, every other word is
 * passed on to them. Limits that do not hold fail the run at its end.
 */
public final class AllBenches {
    private interface Bench {
        BenchReport run(BenchOptions options) throws IOException, InterruptedException;
    }

    private static final Map<String, Bench> BENCHES = benches();

    private AllBenches() {}

    private static Map<String, Bench> benches() {
        Map<String, Bench> benches = new LinkedHashMap<>();
        benches.put("footprint", FootprintBench::run);
        benches.put("backlog", BacklogBench::run);
        benches.put("restart", RestartBench::run);
        benches.put("many-queues", ManyQueuesBench::run);
        benches.put("lagging-subscriber", LaggingSubscriberBench::run);
        benches.put("fan-out", FanOutBench::run);
        benches.put("steady-flow", SteadyFlowBench::run);
        return benches;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        BenchOptions options = BenchOptions.of(args);
        List<String> names =
                options.text("only").map(only -> List.of(only.split(","))).orElse(List.copyOf(BENCHES.keySet()));
        List<String> failures = new ArrayList<>();
        for (String name : names) {
            Bench bench = BENCHES.get(name);
            if (bench == null) {
                throw new IllegalArgumentException("Expected one of " + BENCHES.keySet() + ", but got " + name);
            }
            try {
                bench.run(options);
            } catch (AssertionError e) {
                failures.add(e.getMessage());
            }
        }
        if (!failures.isEmpty()) {
            throw new AssertionError(String.join("; ", failures));
        }
    }
}
