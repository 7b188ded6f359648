// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import io.postrider.conformance.kit.ProcessProbe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a broker without work takes: time from exec to ready, resident memory, threads and processor time, medians of several
 * starts on an empty store.
 *
 * <p>Options: {@code starts=7}, {@code settle-ms=2500} (how long after ready memory is read), {@code java=…}.
 */
public final class FootprintBench {
    private FootprintBench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        run(BenchOptions.of(args));
    }

    static BenchReport run(BenchOptions options) throws IOException, InterruptedException {
        int starts = options.number("starts", 7);
        List<Double> ready = new ArrayList<>();
        List<Double> resident = new ArrayList<>();
        List<Double> cpu = new ArrayList<>();
        List<Double> threads = new ArrayList<>();
        List<Double> heap = new ArrayList<>();
        for (int i = 0; i < starts; i++) {
            try (BenchStore store = BenchStore.in(options.work());
                    BrokerProcess broker = store.start(options)) {
                TimeUnit.MILLISECONDS.sleep(options.number("settle-ms", 2500));
                ProcessProbe probe = broker.probe();
                ready.add(broker.readySeconds());
                resident.add(probe.residentBytes() / 1048576.0);
                threads.add((double) probe.threads());
                cpu.add(broker.cpuMicros() / 1000.0);
                heap.add(probe.liveHeapBytes() / 1048576.0);
            }
        }
        try (BenchReport report = new BenchReport("footprint", options)) {
            report.add(new BenchReport.Row()
                    .with("starts", starts)
                    .with("ready-s", median(ready))
                    .with("rss-mib", median(resident))
                    .with("live-heap-mib", median(heap))
                    .with("cpu-ms", Math.round(median(cpu)))
                    .with("threads", Math.round(median(threads))));
            return report;
        }
    }

    private static double median(List<Double> values) {
        Collections.sort(values);
        return values.get(values.size() / 2);
    }
}
