// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Durable messages through one queue at a steady rate, with a consumer that keeps up: how large the store grows although it is
 * always nearly empty, and how many bytes the process writes for each byte of payload.
 *
 * <p>Options: {@code seconds=60}, {@code mib-per-minute=1024}, {@code bytes=1024}.
 */
public final class SteadyFlowBench {
    private static final String QUEUE = "queue://bench.steady";
    private static final int STEPS_PER_SECOND = 20;

    private SteadyFlowBench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        run(BenchOptions.of(args));
    }

    static BenchReport run(BenchOptions options) throws IOException, InterruptedException {
        int seconds = options.number("seconds", 60);
        int bytes = options.number("bytes", 1024);
        long perMinute = options.number("mib-per-minute", 1024) * 1048576L;
        try (BenchReport report = new BenchReport("steady-flow", options);
                BenchStore store = BenchStore.in(options.work());
                BrokerProcess broker = store.start(options)) {
            try (LoadConsumer consumer = new LoadConsumer(broker.port(), QUEUE);
                    LoadProducer producer = new LoadProducer(broker.port(), QUEUE, bytes, true, 500)) {
                long writtenBefore = broker.probe().writtenBytes();
                Loads.Clock clock = new Loads.Clock(broker);
                producer.allow(0);
                Loads.start(consumer, "bench-consumer");
                Thread producing = Loads.start(producer, "bench-producer");
                long diskMax = 0;
                long heldUpMax = 0;
                int steps = seconds * STEPS_PER_SECOND;
                long startNs = System.nanoTime();
                for (int step = 1; step <= steps; step++) {
                    producer.allow(perMinute / bytes * step / STEPS_PER_SECOND / 60);
                    TimeUnit.NANOSECONDS.sleep(startNs + step * 1_000_000_000L / STEPS_PER_SECOND - System.nanoTime());
                    if (step % STEPS_PER_SECOND == 0) {
                        diskMax = Math.max(diskMax, store.diskBytes());
                        heldUpMax = Math.max(heldUpMax, producer.confirmed() - consumer.received());
                    }
                }
                producer.stop();
                producing.join();
                long messages = producer.confirmed();
                Loads.await("received messages", messages, consumer::received, consumer::failure);
                Loads.Cost cost = clock.stop(messages);
                report.add(new BenchReport.Row()
                        .with("seconds", seconds)
                        .with("messages", messages)
                        .with("mib/min", Math.round(messages * (double) bytes / 1048576 / cost.seconds() * 60))
                        .with("cpu-us", cost.cpuMicros())
                        .with("behind-max", heldUpMax)
                        .with("store-max-mib", diskMax / 1048576.0)
                        .with(
                                "write-amplification",
                                (double) (broker.probe().writtenBytes() - writtenBefore) / (messages * (double) bytes))
                        .with("heap-mib", broker.probe().liveHeapBytes() / 1048576.0)
                        .with("rss-mib", broker.probe().residentBytes() / 1048576.0));
            }
            return report;
        }
    }
}
