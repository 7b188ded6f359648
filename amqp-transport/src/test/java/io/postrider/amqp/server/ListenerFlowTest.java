// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.amqp.kit.Frames;
import io.postrider.amqp.kit.Frames.Frame;
import io.postrider.amqp.kit.RawPeer;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many messages over real sockets: with connections and broker on one loop and on several, slow readers, large messages. */
class ListenerFlowTest {
    private static final int COUNT = 3000;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void everythingArrivesInOrderWhicheverLoopsAreInvolved(int loops) throws Exception {
        try (ListenerFixture fixture = new ListenerFixture(loops, ListenerFixture.SETTINGS, true);
                RawPeer sender = RawPeer.begun(fixture.port, "s");
                RawPeer receiver = RawPeer.begun(fixture.port, "r")) {
            receiver.attachReceiver("r", 0, "q", 500);
            sender.attachSender("s", 0, "q");

            int settled = 0;
            for (int i = 0; i < COUNT; i++) {
                sender.write(Frames.frame(0, 0, Frames.transfer(0, i, false), Frames.message("m" + i)));
                if (i % 100 == 99) {
                    while (settled <= i) {
                        Frame frame = sender.next();
                        if (frame.body() instanceof Disposition disposition) {
                            settled = disposition.getLast().intValue() + 1;
                        }
                    }
                    receiveHundred(receiver, i - 99);
                }
            }
        }
    }

    private static void receiveHundred(RawPeer receiver, int first) throws Exception {
        for (int i = first; i < first + 100; i++) {
            Frame frame = receiver.next();
            assertEquals(i, frame.as(Transfer.class).getDeliveryId().intValue());
            byte[] bare = Frames.message("m" + i);
            String tail = new String(
                    frame.payload(),
                    frame.payload().length - bare.length,
                    bare.length,
                    java.nio.charset.StandardCharsets.ISO_8859_1);
            assertEquals(new String(bare, java.nio.charset.StandardCharsets.ISO_8859_1), tail);
        }
        receiver.send(0, Frames.disposition(Role.RECEIVER, first, first + 99, true, Accepted.getInstance()));
        var flow = Frames.credit(0, first + 100, 500);
        flow.setNextIncomingId(UnsignedInteger.valueOf(first + 101));
        receiver.send(0, flow);
    }

    @Test
    void slowReaderHoldsUpNobodyElse() throws Exception {
        try (ListenerFixture fixture = ListenerFixture.open();
                RawPeer slow = RawPeer.begun(fixture.port, "slow");
                RawPeer sender = RawPeer.begun(fixture.port, "s");
                RawPeer fast = RawPeer.begun(fixture.port, "f")) {
            slow.attachReceiver("r", 0, "slow-queue", 2000);
            sender.attachSender("s", 0, "slow-queue");
            sender.attachSender("t", 1, "fast-queue");
            fast.attachReceiver("r", 0, "fast-queue", 10);
            byte[] large = Frames.message(100_000);
            for (int i = 0; i < 100; i++) {
                sender.send(0, Frames.transfer(0, i, true), large);
            }

            sender.send(0, Frames.transfer(1, 100, true), Frames.message("fast"));

            fast.expect(Transfer.class);
            for (int i = 0; i < 100; i++) {
                assertEquals(i, slow.expect(Transfer.class).getDeliveryId().intValue());
            }
        }
    }

    @Test
    void messageOfManyFramesPassesThrough() throws Exception {
        int bytes = 5_000_000;
        try (ListenerFixture fixture = ListenerFixture.open();
                RawPeer sender = RawPeer.begun(fixture.port, "s");
                RawPeer receiver = RawPeer.begun(fixture.port, "r")) {
            receiver.attachReceiver("r", 0, "q", 1);
            sender.attachSender("s", 0, "q");
            byte[] message = Frames.encode(new org.apache.qpid.proton.amqp.messaging.AmqpValue("x".repeat(500_000)));
            byte[] whole = new byte[bytes];
            // A data section of five million bytes, written by hand because the kit encodes at most one.
            java.nio.ByteBuffer.wrap(whole)
                    .put((byte) 0)
                    .put((byte) 0x53)
                    .put((byte) 0x75)
                    .put((byte) 0xb0)
                    .putInt(bytes - 8)
                    .put(message);
            int part = 200_000;
            for (int from = 0; from < bytes; from += part) {
                Transfer transfer = from == 0 ? Frames.transfer(0, 0, false) : Frames.continuation(0, true);
                transfer.setMore(from + part < bytes);
                sender.send(0, transfer, java.util.Arrays.copyOfRange(whole, from, Math.min(bytes, from + part)));
            }

            java.io.ByteArrayOutputStream received = new java.io.ByteArrayOutputStream();
            boolean hasMore = true;
            while (hasMore) {
                Frame frame = receiver.next();
                received.writeBytes(frame.payload());
                hasMore = frame.as(Transfer.class).getMore();
            }
            byte[] all = received.toByteArray();
            byte[] tail = java.util.Arrays.copyOfRange(all, all.length - bytes, all.length);
            assertTrue(java.util.Arrays.equals(whole, tail));
            await().until(() -> fixture.broker.depth("q") == 0);
        }
    }
}
