// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import io.postrider.conformance.bench.LoadConsumer.Reading;
import java.io.IOException;
import java.util.List;

/**
 * Many queues with one durable message each: how fast they come into being, what they take, how long a start takes after
 * {@code kill -9}.
 *
 * <p>Options: {@code queues=10k}, {@code bytes=100}, {@code java=…}.
 */
public final class ManyQueuesBench {
    private ManyQueuesBench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        run(BenchOptions.of(args));
    }

    static BenchReport run(BenchOptions options) throws IOException, InterruptedException {
        try (BenchReport report = new BenchReport("many-queues", options)) {
            for (long count : options.numbers("queues", 10_000L)) {
                try (BenchStore store = BenchStore.in(options.work())) {
                    report.add(measure(options, store, Loads.queues((int) count)));
                }
            }
            return report;
        }
    }

    private static BenchReport.Row measure(BenchOptions options, BenchStore store, List<String> queues)
            throws IOException, InterruptedException {
        BenchReport.Row row = new BenchReport.Row().with("queues", queues.size());
        try (BrokerProcess broker = store.start(options)) {
            Loads.Cost cost = Loads.send(broker, queues, options.number("bytes", 100), queues.size());
            row.with("queues/s", Math.round(cost.perSecond()))
                    .with("cpu-us", cost.cpuMicros())
                    .with("heap-mib", broker.probe().liveHeapBytes() / 1048576.0)
                    .with("rss-mib", broker.probe().residentBytes() / 1048576.0)
                    .with("disk-mib", store.diskBytes() / 1048576.0)
                    .with("open-files", broker.probe().openFiles());
            broker.kill();
        }
        try (BrokerProcess broker = store.start(options)) {
            // The last one: it is there only if all before it are.
            Loads.receive(broker, List.of(Reading.queue(queues.get(queues.size() - 1))), 1);
            return row.with("restart-s", broker.readySeconds());
        }
    }
}
