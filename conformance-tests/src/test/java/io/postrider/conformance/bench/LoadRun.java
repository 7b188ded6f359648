// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * The result of one timed run: one producer and one consumer on one queue.
 *
 * @param messages received during the measured time
 * @param seconds measured time
 * @param brokerCpuMicros processor time of the broker process during it
 */
record LoadRun(long messages, double seconds, long brokerCpuMicros) {

    double messagesPerSecond() {
        return messages / seconds;
    }

    double cpuMicrosPerMessage() {
        return (double) brokerCpuMicros / messages;
    }

    /** Runs load for a while and measures the whole of it, from the first message on. */
    static LoadRun measure(
            BrokerProcess broker, String queue, int bodyBytes, boolean isDurable, int inFlight, double seconds)
            throws IOException, InterruptedException {
        try (LoadConsumer consumer = new LoadConsumer(broker.port(), queue);
                LoadProducer producer = new LoadProducer(broker.port(), queue, bodyBytes, isDurable, inFlight)) {
            Thread consuming = new Thread(consumer, "bench-consumer");
            Thread producing = new Thread(producer, "bench-producer");
            consuming.start();
            producing.start();
            awaitReceived(consumer, producer, 1);
            long cpuBefore = broker.cpuMicros();
            long receivedBefore = consumer.received();
            long startNs = System.nanoTime();
            TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
            long received = consumer.received() - receivedBefore;
            double elapsed = (System.nanoTime() - startNs) / 1e9;
            long cpu = broker.cpuMicros() - cpuBefore;
            producer.stop();
            producing.join();
            check(producer.failure());
            awaitReceived(consumer, producer, producer.confirmed());
            check(consumer.failure());
            return new LoadRun(received, elapsed, cpu);
        }
    }

    private static void awaitReceived(LoadConsumer consumer, LoadProducer producer, long count)
            throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (consumer.received() < count) {
            check(producer.failure());
            check(consumer.failure());
            if (System.nanoTime() > deadlineNs) {
                throw new IOException("Expected " + count + " messages, but received " + consumer.received());
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private static void check(Throwable failure) throws IOException {
        if (failure != null) {
            throw new IOException("The load client failed", failure);
        }
    }
}
