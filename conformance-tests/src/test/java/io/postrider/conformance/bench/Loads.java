// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import io.postrider.conformance.bench.LoadConsumer.Reading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Bounded pieces of work for benchmarks: so many messages in, so many out, and what that cost the broker. */
final class Loads {
    private static final int IN_FLIGHT = 500;
    private static final long STALL_LIMIT_SECONDS = 60;

    private Loads() {}

    /** What a piece of work cost. */
    record Cost(long messages, double seconds, long brokerCpuMicros) {
        double perSecond() {
            return messages / seconds;
        }

        double cpuMicros() {
            return (double) brokerCpuMicros / messages;
        }
    }

    static List<String> queues(int count) {
        return IntStream.range(0, count).mapToObj(i -> "queue://bench." + i).toList();
    }

    /** Sends durable messages to the addresses in turn and waits until each is confirmed. */
    static Cost send(BrokerProcess broker, List<String> addresses, int bodyBytes, long count)
            throws IOException, InterruptedException {
        try (LoadProducer producer = new LoadProducer(broker.port(), addresses, bodyBytes, true, IN_FLIGHT, count)) {
            Clock clock = new Clock(broker);
            Thread thread = start(producer, "bench-producer");
            await("confirmed messages", count, producer::confirmed, producer::failure);
            thread.join();
            return clock.stop(count);
        }
    }

    /** Receives and accepts so many messages in all from as many consumers as there are readings. */
    static Cost receive(BrokerProcess broker, List<Reading> readings, long count)
            throws IOException, InterruptedException {
        List<LoadConsumer> consumers = new ArrayList<>();
        try {
            Clock clock = new Clock(broker);
            for (Reading reading : readings) {
                LoadConsumer consumer = new LoadConsumer(broker.port(), reading);
                consumers.add(consumer);
                start(consumer, "bench-consumer");
            }
            await("received messages", count, () -> received(consumers), () -> failure(consumers));
            return clock.stop(count);
        } finally {
            for (LoadConsumer consumer : consumers) {
                consumer.close();
            }
        }
    }

    static long received(List<LoadConsumer> consumers) {
        return consumers.stream().mapToLong(LoadConsumer::received).sum();
    }

    static Throwable failure(List<LoadConsumer> consumers) {
        return consumers.stream()
                .map(LoadConsumer::failure)
                .filter(failure -> failure != null)
                .findFirst()
                .orElse(null);
    }

    static Thread start(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** A count that grows while a load runs. */
    interface Progress {
        long count();
    }

    /** What ended a load; null while it runs. */
    interface Failure {
        Throwable cause();
    }

    /** Waits as long as the count grows. */
    static void await(String what, long wanted, Progress progress, Failure failure)
            throws IOException, InterruptedException {
        long last = -1;
        long lastChangeNs = System.nanoTime();
        for (long now = progress.count(); now < wanted; now = progress.count()) {
            if (failure.cause() != null) {
                throw new IOException("The load client failed after " + now + " " + what, failure.cause());
            }
            if (now != last) {
                last = now;
                lastChangeNs = System.nanoTime();
            } else if (System.nanoTime() - lastChangeNs > TimeUnit.SECONDS.toNanos(STALL_LIMIT_SECONDS)) {
                throw new IOException("Expected " + wanted + " " + what + ", but it stays at " + now + " since "
                        + STALL_LIMIT_SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    /** Wall clock and the broker's processor time from here on. */
    static final class Clock {
        private final BrokerProcess broker;
        private final long cpuMicros;
        private final long startNs = System.nanoTime();

        Clock(BrokerProcess broker) {
            this.broker = broker;
            this.cpuMicros = broker.cpuMicros();
        }

        Cost stop(long messages) {
            return new Cost(messages, (System.nanoTime() - startNs) / 1e9, broker.cpuMicros() - cpuMicros);
        }
    }
}
