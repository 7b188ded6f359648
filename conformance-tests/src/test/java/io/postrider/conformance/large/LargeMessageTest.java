// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.large;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.ProcessProbe;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.JMSContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A broker with a heap of 128 MiB takes and gives messages that are larger, and keeps serving others meanwhile. */
class LargeMessageTest {
    private static final long MIB = 1 << 20;
    private static final long HEAP_ABOVE_IDLE_MAX = 64 * MIB;
    private static final long PING_P99_MS_MAX = 1000;

    @Test
    void threeHundredMebibytesPassThroughASmallHeap() throws Exception {
        passes(300 * MIB);
    }

    @Test
    @Tag("soak")
    void oneGibibytePassesThroughASmallHeap() throws Exception {
        passes(1024 * MIB);
    }

    private static void passes(long bytes) throws Exception {
        try (BrokerUnderTest broker =
                BrokerUnderTest.named("large").withJava("-Xmx128m").start()) {
            ProcessProbe probe = new ProcessProbe(broker.pid());
            long idle = probe.liveHeapBytes();
            try (HeapWatch heap = new HeapWatch(probe);
                    PingPong others = new PingPong(broker);
                    StreamClient sender = new StreamClient(broker).sender("large");
                    StreamClient receiver = new StreamClient(broker).receiver("large")) {
                long startNs = System.nanoTime();
                long sent = sender.send(bytes);
                long midNs = System.nanoTime();
                StreamClient.Received received = receiver.receive();
                long endNs = System.nanoTime();

                assertEquals(new StreamClient.Received(bytes, sent), received);
                long above = heap.end() - idle;
                long p99Ms = others.endAndP99Ms();
                System.out.printf(
                        "large: %d MiB in %d ms to disk, %d ms back; heap %.1f MiB above idle; p99 of others %d ms%n",
                        bytes / MIB,
                        (midNs - startNs) / 1_000_000,
                        (endNs - midNs) / 1_000_000,
                        (double) above / MIB,
                        p99Ms);
                assertTrue(above <= HEAP_ABOVE_IDLE_MAX, "heap above idle: " + above);
                assertTrue(p99Ms <= PING_P99_MS_MAX, "p99 of others in ms: " + p99Ms);
            }
        }
    }

    @Test
    void killedInTheMiddleOfAnUploadNothingIsDeliveredAndTheSpaceComesBack() throws Exception {
        long bytes = 200 * MIB;
        try (BrokerUnderTest broker = BrokerUnderTest.named("large-kill").start()) {
            try (StreamClient sender = new StreamClient(broker).sender("large")) {
                sender.sendPart(bytes, bytes / 2);
                broker.kill();
            }
            long killed = size(broker.data());
            broker.start();
            try (JMSContext context =
                    new PostriderConnectionFactory("amqp://127.0.0.1:" + broker.amqpPort()).createContext()) {
                assertNull(context.createConsumer(context.createQueue("large")).receive(500));
            }
            for (int i = 0; i < 4; i++) {
                try (StreamClient sender = new StreamClient(broker).sender("large")) {
                    sender.sendPart(bytes, bytes / 2);
                }
            }
            long limit = killed + 400 * MIB;
            await().atMost(Duration.ofSeconds(60)).until(() -> size(broker.data()) < limit);
            System.out.printf(
                    "large: %d MiB on disk when killed, %d after four more%n", killed / MIB, size(broker.data()) / MIB);
            try (StreamClient sender = new StreamClient(broker).sender("large");
                    StreamClient receiver = new StreamClient(broker).receiver("large")) {
                long sent = sender.send(5 * MIB);
                assertEquals(new StreamClient.Received(5 * MIB, sent), receiver.receive());
            }
        }
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
