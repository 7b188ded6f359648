// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import io.postrider.conformance.bench.LoadConsumer.Reading;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;

/**
 * Durable messages pile up, then are drained: cost of either way, and what the pile takes in heap, memory and disk. Each row is
 * a broker of its own.
 *
 * <p>Options: {@code messages=10k,100k,1m}, {@code queues=1}, {@code bytes=1024}, {@code artemis=HOME} for the same beside it
 * with one queue.
 */
public final class BacklogBench {
    private BacklogBench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        run(BenchOptions.of(args));
    }

    static BenchReport run(BenchOptions options) throws IOException, InterruptedException {
        int bytes = options.number("bytes", 1024);
        try (BenchReport report = new BenchReport("backlog", options)) {
            for (long queues : options.numbers("queues", 1L)) {
                for (long messages : options.numbers("messages", 10_000L, 100_000L, 1_000_000L)) {
                    try (BenchStore store = BenchStore.in(options.work());
                            BrokerProcess broker = store.start(options)) {
                        report.add(measure(store, broker, (int) queues, messages, bytes));
                    }
                    if (queues == 1 && options.text("artemis").isPresent()) {
                        Path home = Path.of(options.text("artemis").get());
                        try (BenchStore store = BenchStore.in(options.work());
                                BrokerProcess broker = BrokerProcess.artemis(home, store.directory(), freePort())) {
                            report.add(measure(store, broker, 1, messages, bytes));
                        }
                    }
                }
            }
            return report;
        }
    }

    private static BenchReport.Row measure(BenchStore store, BrokerProcess broker, int queues, long messages, int bytes)
            throws IOException, InterruptedException {
        boolean isOurs = broker.name().equals("postrider");
        List<String> addresses = isOurs ? Loads.queues(queues) : List.of("bench");
        Loads.Cost in = Loads.send(broker, addresses, bytes, messages);
        long heap = isOurs ? broker.probe().liveHeapBytes() : 0;
        long resident = broker.probe().residentBytes();
        long disk = store.diskBytes();
        Loads.Cost out =
                Loads.receive(broker, addresses.stream().map(Reading::queue).toList(), messages);
        return new BenchReport.Row()
                .with("broker", broker.name())
                .with("messages", messages)
                .with("queues", queues)
                .with("in-msgs/s", Math.round(in.perSecond()))
                .with("in-cpu-us", in.cpuMicros())
                .with("out-msgs/s", Math.round(out.perSecond()))
                .with("out-cpu-us", out.cpuMicros())
                .with("heap-mib", heap / 1048576.0)
                .with("rss-mib", resident / 1048576.0)
                .with("disk-bytes/msg", (double) disk / messages);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
