// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.badinput;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Frames;
import io.postrider.conformance.kit.ProcessProbe;
import io.postrider.conformance.kit.RawAmqpPeer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.junit.jupiter.api.Test;

/**
 * A hundred thousand bad connections of every kind leave nothing behind: the live heap after a full collection is what it
 * was after the first few thousand, and so is the number of open files.
 */
class FloodTest extends BadInputContract {
    private static final int ATTEMPTS = Integer.getInteger("flood.attempts", 100_000);
    private static final int WARM_UP = 5_000;
    private static final int THREADS = 3;
    private static final long HEAP_TOLERANCE_BYTES = 4L << 20;
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Test
    void heapStaysFlat() throws InterruptedException, ExecutionException {
        ProcessProbe probe = new ProcessProbe(broker.pid());
        attempt(WARM_UP);
        int filesBefore = probe.openFiles();
        long heapBefore = probe.liveHeapBytes();
        long start = System.nanoTime();

        attempt(ATTEMPTS);

        System.out.printf("flood: %d attempts in %d s%n", ATTEMPTS, (System.nanoTime() - start) / 1_000_000_000L);
        await().atMost(Duration.ofSeconds(30)).until(() -> probe.openFiles() <= filesBefore + THREADS);
        long heapAfter = probe.liveHeapBytes();
        System.out.printf("flood: live heap %d KiB before, %d KiB after%n", heapBefore >> 10, heapAfter >> 10);
        assertTrue(
                heapAfter - heapBefore < HEAP_TOLERANCE_BYTES,
                () -> "live heap grew from " + heapBefore + " to " + heapAfter + " bytes:\n" + probe.topOfHeap(25));
    }

    private void attempt(int count) throws InterruptedException, ExecutionException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(() -> {
                    for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                        if (System.nanoTime() > deadline) {
                            throw new AssertionError("Expected " + count + " attempts within " + LIMIT + ", made " + n);
                        }
                        // Another loopback address now and then, because closed connections keep their port for a
                        // while.
                        misbehave(n, RawAmqpPeer.connect(broker, "127.0.0." + (2 + n / 1000 % 200)));
                    }
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void misbehave(int n, RawAmqpPeer peer) {
        switch (n % 10) {
            case 0 -> peer.trySend("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            case 1 -> peer.trySend(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
            case 2 -> peer.trySend(new byte[64]);
            case 3 -> {
                peer.trySend(RawAmqpPeer.SASL_HEADER).trySend(Frames.frame(50_000_000, 2, Frames.SASL, 0, new byte[8]));
            }
            case 4 -> {
                peer.expectMechanisms();
                peer.sendSasl(BeforeOpenTest.init("NONSENSE", "x"));
            }
            case 5 -> {
                peer.expectMechanisms();
                peer.sendSasl(BeforeOpenTest.init("PLAIN", "no zero bytes"));
            }
            case 6 -> {
                peer.open();
                peer.trySend(Frames.frame(7, 2, Frames.AMQP, 0, new byte[0]));
            }
            case 7 -> {
                peer.open();
                peer.sendBody(0, new byte[] {0x00, 0x53, 0x11, (byte) 0xc0, 9, 9, 0x40});
            }
            case 8 -> {
                peer.open();
                peer.begin(0);
                peer.send(0, RawAmqpPeer.senderAttach("flood-" + n, 0, "badinput.flood"));
                peer.expect(Attach.class);
                peer.trySend(Frames.frame(9, 0, Frames.AMQP, 0, new byte[1]));
            }
            default -> {
                // Gone in the middle of a frame.
                peer.open();
                peer.trySend(new byte[] {0, 0, 1, 0, 2, 0});
                peer.abort();
                return;
            }
        }
        peer.readBytesToEnd();
        peer.abort();
    }
}
