// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * One producer, one consumer, one queue: messages per second and broker processor time per message, for our broker and for
 * Artemis side by side. Both stay up; each is warmed with the same load, then runs alternate; medians are printed.
 *
 * <p>Run with {@code ./mvnw -q -Pbench verify}. Arguments: distribution directory, Artemis home (or {@code none}), working
 * directory, warm-up seconds, measured seconds, rounds.
 */
public final class ThroughputBench {
    private static final int IN_FLIGHT = 500;

    private record Case(String name, int bodyBytes, boolean isDurable) {}

    private static final List<Case> CASES = List.of(
            new Case("durable 1 KiB", 1024, true),
            new Case("non-durable 1 KiB", 1024, false),
            new Case("durable 100 B", 100, true),
            new Case("non-durable 100 B", 100, false));

    private ThroughputBench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path distribution = Path.of(args[0]);
        Path work = Files.createTempDirectory(Files.createDirectories(Path.of(args[2])), "bench");
        double warmUpSeconds = Double.parseDouble(args[3]);
        double seconds = Double.parseDouble(args[4]);
        int rounds = Integer.parseInt(args[5]);
        List<BrokerProcess> brokers = new ArrayList<>();
        try {
            brokers.add(BrokerProcess.postrider(distribution, work.resolve("postrider")));
            if (!args[1].equals("none")) {
                brokers.add(BrokerProcess.artemis(Path.of(args[1]), work.resolve("artemis"), freePort()));
            }
            run(brokers, warmUpSeconds, seconds, rounds);
        } finally {
            brokers.forEach(BrokerProcess::close);
        }
    }

    private static void run(List<BrokerProcess> brokers, double warmUpSeconds, double seconds, int rounds)
            throws IOException, InterruptedException {
        System.out.printf(
                Locale.ROOT,
                "%d cores, Java %s, %d in flight, warm-up %.0f s, %d rounds of %.0f s, medians%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"),
                IN_FLIGHT,
                warmUpSeconds,
                rounds,
                seconds);
        for (BrokerProcess broker : brokers) {
            for (Case load : CASES) {
                LoadRun.measure(
                        broker, "bench", load.bodyBytes, load.isDurable, IN_FLIGHT, warmUpSeconds / CASES.size());
            }
        }
        System.out.printf(Locale.ROOT, "%-20s %-10s %12s %12s%n", "case", "broker", "msgs/s", "CPU us/msg");
        for (Case load : CASES) {
            Map<String, List<LoadRun>> runs = new LinkedHashMap<>();
            for (int round = 0; round < rounds; round++) {
                for (BrokerProcess broker : brokers) {
                    runs.computeIfAbsent(broker.name(), name -> new ArrayList<>())
                            .add(LoadRun.measure(broker, "bench", load.bodyBytes, load.isDurable, IN_FLIGHT, seconds));
                }
            }
            runs.forEach((name, results) -> System.out.printf(
                    Locale.ROOT,
                    "%-20s %-10s %,12.0f %12.2f%n",
                    load.name,
                    name,
                    median(results, LoadRun::messagesPerSecond),
                    median(results, LoadRun::cpuMicrosPerMessage)));
        }
    }

    private static double median(List<LoadRun> runs, ToDoubleFunction<LoadRun> value) {
        List<LoadRun> sorted = new ArrayList<>(runs);
        sorted.sort(Comparator.comparingDouble(value));
        return value.applyAsDouble(sorted.get(sorted.size() / 2));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
