// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import io.postrider.conformance.bench.LoadConsumer.Reading;
import java.io.IOException;
import java.util.List;

/**
 * A backlog, {@code kill -9}, a start: time from exec to ready and to the first message received.
 *
 * <p>Options: {@code messages=0,500k} (10m is the long form), {@code queues=1}, {@code bytes=1024}, {@code java=…}.
 */
public final class RestartBench {
    private RestartBench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        run(BenchOptions.of(args));
    }

    static BenchReport run(BenchOptions options) throws IOException, InterruptedException {
        try (BenchReport report = new BenchReport("restart", options)) {
            for (long queues : options.numbers("queues", 1L)) {
                for (long messages : options.numbers("messages", 0L, 500_000L)) {
                    report.add(measure(options, (int) queues, messages));
                }
            }
            return report;
        }
    }

    private static BenchReport.Row measure(BenchOptions options, int queues, long messages)
            throws IOException, InterruptedException {
        try (BenchStore store = BenchStore.in(options.work())) {
            List<String> addresses = Loads.queues(queues);
            try (BrokerProcess broker = store.start(options)) {
                if (messages > 0) {
                    Loads.send(broker, addresses, options.number("bytes", 1024), messages);
                }
                broker.kill();
            }
            long startNs = System.nanoTime();
            try (BrokerProcess broker = store.start(options)) {
                if (messages == 0) {
                    Loads.send(broker, addresses, options.number("bytes", 1024), 1);
                }
                Loads.receive(broker, List.of(new Reading(addresses.get(0), null, 1, 0)), 1);
                double firstSeconds = (System.nanoTime() - startNs) / 1e9;
                long cpuMs = broker.cpuMicros() / 1000;
                return new BenchReport.Row()
                        .with("messages", messages)
                        .with("queues", queues)
                        .with("ready-s", broker.readySeconds())
                        .with("first-message-s", firstSeconds)
                        .with("cpu-ms", cpuMs)
                        .with("heap-mib", broker.probe().liveHeapBytes() / 1048576.0)
                        .with("rss-mib", broker.probe().residentBytes() / 1048576.0)
                        .with("disk-mib", store.diskBytes() / 1048576.0);
            }
        }
    }
}
