// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import io.postrider.conformance.bench.LoadConsumer.Reading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A topic with one subscriber that keeps up, one durable subscription that lags by all messages because nobody is there, and
 * durable subscribers that are slow: what the lag takes, and what it costs to catch up.
 *
 * <p>Options: {@code messages=500k}, {@code slow=10}, {@code bytes=1024}.
 */
public final class LaggingSubscriberBench {
    private static final String TOPIC = "topic://bench.lag";
    private static final int SLOW_CREDIT = 10;
    private static final long SLOW_PAUSE_MS = 20;

    private LaggingSubscriberBench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        run(BenchOptions.of(args));
    }

    static BenchReport run(BenchOptions options) throws IOException, InterruptedException {
        try (BenchReport report = new BenchReport("lagging-subscriber", options)) {
            for (long messages : options.numbers("messages", 500_000L)) {
                report.add(measure(options, messages));
            }
            return report;
        }
    }

    private static BenchReport.Row measure(BenchOptions options, long messages)
            throws IOException, InterruptedException {
        int slow = options.number("slow", 10);
        Reading lagging = new Reading(TOPIC, "lagging", 1000, 0);
        List<LoadConsumer> consumers = new ArrayList<>();
        try (BenchStore store = BenchStore.in(options.work());
                BrokerProcess broker = store.start(options)) {
            try (LoadConsumer there = new LoadConsumer(broker.port(), lagging)) {
                there.awaitAttached();
            }
            LoadConsumer live = subscribe(consumers, broker, new Reading(TOPIC, "live", 1000, 0));
            for (int i = 0; i < slow; i++) {
                long pauseNanos = TimeUnit.MILLISECONDS.toNanos(SLOW_PAUSE_MS);
                subscribe(consumers, broker, new Reading(TOPIC, "slow-" + i, SLOW_CREDIT, pauseNanos));
            }
            Loads.Clock clock = new Loads.Clock(broker);
            Loads.send(broker, List.of(TOPIC), options.number("bytes", 1024), messages);
            Loads.await("messages at the live subscriber", messages, live::received, () -> Loads.failure(consumers));
            Loads.Cost in = clock.stop(messages);
            BenchReport.Row row = new BenchReport.Row()
                    .with("messages", messages)
                    .with("slow", slow)
                    .with("live-msgs/s", Math.round(in.perSecond()))
                    .with("live-cpu-us", in.cpuMicros())
                    .with("heap-mib", broker.probe().liveHeapBytes() / 1048576.0)
                    .with("rss-mib", broker.probe().residentBytes() / 1048576.0)
                    .with("disk-bytes/msg", (double) store.diskBytes() / messages);
            Loads.Cost out = Loads.receive(broker, List.of(lagging), messages);
            return row.with("catch-up-msgs/s", Math.round(out.perSecond())).with("catch-up-cpu-us", out.cpuMicros());
        } finally {
            for (LoadConsumer consumer : consumers) {
                consumer.close();
            }
        }
    }

    private static LoadConsumer subscribe(List<LoadConsumer> consumers, BrokerProcess broker, Reading reading)
            throws IOException {
        LoadConsumer consumer = new LoadConsumer(broker.port(), reading);
        consumer.awaitAttached();
        consumers.add(consumer);
        Loads.start(consumer, "bench-" + reading.subscription());
        return consumer;
    }
}
