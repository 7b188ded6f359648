// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import io.postrider.conformance.bench.LoadConsumer.Reading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One producer, a topic, many durable or volatile subscribers that keep up: processor time per delivery, and disk per message
 * where subscriptions are durable.
 *
 * <p>Options: {@code messages=50k}, {@code subscribers=10,100}, {@code bytes=1024}.
 */
public final class FanOutBench {
    private static final String TOPIC = "topic://bench.fan-out";

    private FanOutBench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        run(BenchOptions.of(args));
    }

    static BenchReport run(BenchOptions options) throws IOException, InterruptedException {
        try (BenchReport report = new BenchReport("fan-out", options)) {
            for (long subscribers : options.numbers("subscribers", 10L, 100L)) {
                for (boolean isDurable : new boolean[] {false, true}) {
                    report.add(measure(options, (int) subscribers, isDurable));
                }
            }
            return report;
        }
    }

    private static BenchReport.Row measure(BenchOptions options, int subscribers, boolean isDurable)
            throws IOException, InterruptedException {
        long messages = options.numbers("messages", 50_000L).get(0);
        int bytes = options.number("bytes", 1024);
        List<LoadConsumer> consumers = new ArrayList<>();
        try (BenchStore store = BenchStore.in(options.work());
                BrokerProcess broker = store.start(options)) {
            for (int i = 0; i < subscribers; i++) {
                LoadConsumer consumer = new LoadConsumer(
                        broker.port(), new Reading(TOPIC, isDurable ? "subscriber-" + i : null, 1000, 0));
                consumer.awaitAttached();
                consumers.add(consumer);
                Loads.start(consumer, "bench-subscriber-" + i);
            }
            long writtenBefore = broker.probe().writtenBytes();
            Loads.Clock clock = new Loads.Clock(broker);
            Loads.send(broker, List.of(TOPIC), bytes, messages);
            Loads.await(
                    "deliveries",
                    messages * subscribers,
                    () -> Loads.received(consumers),
                    () -> Loads.failure(consumers));
            Loads.Cost cost = clock.stop(messages * subscribers);
            return new BenchReport.Row()
                    .with("subscribers", subscribers)
                    .with("durable", isDurable ? "yes" : "no")
                    .with("messages", messages)
                    .with("deliveries/s", Math.round(cost.perSecond()))
                    .with("cpu-us/delivery", cost.cpuMicros())
                    .with("written-bytes/msg", (double) (broker.probe().writtenBytes() - writtenBefore) / messages)
                    .with("disk-bytes/msg", (double) store.diskBytes() / messages)
                    .with("heap-mib", broker.probe().liveHeapBytes() / 1048576.0);
        } finally {
            for (LoadConsumer consumer : consumers) {
                consumer.close();
            }
        }
    }
}
