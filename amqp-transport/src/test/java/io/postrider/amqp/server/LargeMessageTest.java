// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.amqp.kit.Frames;
import io.postrider.amqp.kit.Frames.Frame;
import io.postrider.amqp.kit.RawPeer;
import io.postrider.api.address.AddressKind;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large messages over real sockets: they go to the body store and back in chunks, and no end of a link leaves anything behind. */
class LargeMessageTest {
    private ListenerFixture fixture;
    private RawPeer sender;
    private RawPeer receiver;

    @BeforeEach
    void open() throws Exception {
        fixture = ListenerFixture.open();
        sender = RawPeer.begun(fixture.port, "s");
        receiver = RawPeer.begun(fixture.port, "r");
        sender.attachSender("s", 0, "q");
    }

    @AfterEach
    void close() throws Exception {
        sender.close();
        receiver.close();
        fixture.close();
    }

    /** One data section, written by hand because the kit encodes at most one megabyte. */
    private static byte[] message(int bytes) {
        byte[] whole = new byte[bytes];
        new Random(bytes).nextBytes(whole);
        ByteBuffer.wrap(whole)
                .put((byte) 0)
                .put((byte) 0x53)
                .put((byte) 0x75)
                .put((byte) 0xb0)
                .putInt(bytes - 8);
        return whole;
    }

    private void send(int id, byte[] message, int part, int until) throws Exception {
        for (int at = 0; at < until; at += part) {
            int end = Math.min(message.length, at + part);
            Transfer transfer = at == 0 ? Frames.transfer(0, id, false) : Frames.continuation(0, true);
            transfer.setMore(end < message.length);
            sender.send(0, transfer, Arrays.copyOfRange(message, at, end));
        }
    }

    private Disposition outcome() throws Exception {
        Frame frame = sender.next();
        while (frame.body() instanceof Flow) {
            frame = sender.next();
        }
        return frame.as(Disposition.class);
    }

    private byte[] receive() throws Exception {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        boolean hasMore = true;
        while (hasMore) {
            Frame frame = receiver.next();
            Transfer transfer = frame.as(Transfer.class);
            assertTrue(!transfer.getAborted(), "not aborted");
            received.writeBytes(frame.payload());
            hasMore = transfer.getMore();
        }
        return received.toByteArray();
    }

    private static void assertEndsWith(byte[] expected, byte[] found) {
        assertArrayEquals(expected, Arrays.copyOfRange(found, found.length - expected.length, found.length));
        assertTrue(found.length - expected.length < 64, "a header precedes it and nothing else");
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 65_536, 200_000, 262_000})
    void isTheSameForItsReceiverInPiecesOfAnySize(int part) throws Exception {
        byte[] large = message(1_500_000 + part);
        receiver.attachReceiver("r", 0, "q", 10);

        send(0, large, part, large.length);

        assertInstanceOf(Accepted.class, outcome().getState());
        assertEquals(1, fixture.broker.bodies().count());
        assertEndsWith(large, receive());
        assertTrue(fixture.broker.bodies().addedBytes() > large.length - 300_000, "most of it was in chunks");
    }

    @Test
    void smallOnesAreNotStaged() throws Exception {
        byte[] small = message(200_000);
        receiver.attachReceiver("r", 0, "q", 10);

        send(0, small, 50_000, small.length);

        assertInstanceOf(Accepted.class, outcome().getState());
        assertEndsWith(small, receive());
        assertEquals(0, fixture.broker.bodies().addedBytes());
    }

    @Test
    void abortedInTheMiddleLeavesNothing() throws Exception {
        send(0, message(2_000_000), 200_000, 1_000_000);
        Transfer aborted = Frames.continuation(0, false);
        aborted.setAborted(true);
        sender.send(0, aborted);
        sender.send(0, Frames.transfer(0, 1, false), Frames.message("next"));

        assertEquals(1, outcome().getFirst().intValue());

        assertEquals(1, fixture.broker.bodies().abandoned());
        assertEquals(0, fixture.broker.bodies().count());
        assertEquals(1, fixture.broker.depth("q"));
    }

    @Test
    void detachedInTheMiddleLeavesNothing() throws Exception {
        send(0, message(2_000_000), 200_000, 1_000_000);
        sender.send(0, Frames.detach(0, true));
        Frame frame = sender.next();
        while (frame.body() instanceof Flow) {
            frame = sender.next();
        }
        frame.as(Detach.class);

        assertEquals(1, fixture.broker.bodies().abandoned());
        assertEquals(0, fixture.broker.depth("q"));
    }

    @Test
    void lostConnectionInTheMiddleLeavesNothing() throws Exception {
        send(0, message(2_000_000), 200_000, 1_000_000);
        await().until(() -> fixture.broker.bodies().addedBytes() > 0);
        sender.close();

        await().until(() -> fixture.broker.bodies().abandoned() == 1);
        assertEquals(0, fixture.broker.depth("q"));
    }

    @Test
    void refusedPublishFreesTheBody() throws Exception {
        fixture.broker.refusePublishes(new Rejection(ErrorCode.RESOURCE_LIMIT, "full"));
        byte[] large = message(1_000_000);

        send(0, large, 200_000, large.length);

        assertInstanceOf(Rejected.class, outcome().getState());
        assertEquals(0, fixture.broker.bodies().count());
    }

    @Test
    void failedUploadIsRejectedAndTheLinkGoesOn() throws Exception {
        fixture.broker.bodies().refuse(new Rejection(ErrorCode.RESOURCE_LIMIT, "the disk is full"));
        byte[] large = message(3_000_000);

        send(0, large, 200_000, large.length);
        assertInstanceOf(Rejected.class, outcome().getState());

        fixture.broker.bodies().refuse(null);
        send(1, large, 200_000, large.length);
        assertInstanceOf(Accepted.class, outcome().getState());
        assertEquals(1, fixture.broker.bodies().count());
    }

    @Test
    void toATopicItGoesWhole() throws Exception {
        fixture.broker.create("t", AddressKind.TOPIC);
        sender.attachSender("t", 1, "t");
        receiver.attachReceiver("r", 0, "t", 10);
        byte[] large = message(1_000_000);
        for (int at = 0; at < large.length; at += 200_000) {
            Transfer transfer = at == 0 ? Frames.transfer(1, 0, false) : Frames.continuation(1, true);
            transfer.setMore(at + 200_000 < large.length);
            sender.send(0, transfer, Arrays.copyOfRange(large, at, at + 200_000));
        }

        assertInstanceOf(Accepted.class, outcome().getState());
        assertEndsWith(large, receive());
        assertEquals(0, fixture.broker.bodies().addedBytes());
    }

    @Test
    void windowIsHeldWhileTheDiskStandsStillAndTheConnectionLives() throws Exception {
        fixture.broker.bodies().hold(true);
        byte[] large = message(40_000_000);
        Thread writing = new Thread(() -> {
            try {
                send(0, large, 60_000, large.length);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        writing.start();
        await().until(() -> fixture.broker.bodies().addedBytes() > 7 << 20);
        receiver.attachReceiver("r", 0, "other", 10);
        long added = fixture.broker.bodies().addedBytes();

        assertTrue(added < 12 << 20, "no more than the bound is on its way: " + added);
        fixture.broker.bodies().hold(false);

        assertInstanceOf(Accepted.class, outcome().getState());
        writing.join();
        assertEquals(1, fixture.broker.depth("q"));
    }

    @Test
    void deliveryIsAbortedWhenTheBodyIsGone() throws Exception {
        byte[] large = message(4_000_000);
        send(0, large, 200_000, large.length);
        outcome();
        fixture.broker.bodies().clear();
        receiver.attachReceiver("r", 0, "q", 1);

        Transfer last = receiver.expect(Transfer.class);
        while (last.getMore()) {
            last = receiver.expect(Transfer.class);
        }

        assertTrue(last.getAborted());
    }

    @Test
    void otherLinksOfTheReceiverGoOn() throws Exception {
        byte[] large = message(20_000_000);
        send(0, large, 200_000, large.length);
        outcome();
        sender.attachSender("t", 1, "other");
        sender.send(0, Frames.transfer(1, 1, true), Frames.message("small"));
        await().until(() -> fixture.broker.depth("other") == 1);
        receiver.attachReceiver("r", 0, "q", 0);
        receiver.attachReceiver("o", 1, "other", 0);

        Flow narrow = Frames.credit(0, 0, 1);
        narrow.setIncomingWindow(UnsignedInteger.valueOf(3));
        receiver.send(0, narrow);
        for (int frame = 0; frame < 3; frame++) {
            assertTrue(receiver.expect(Transfer.class).getMore(), "the large one waits for the session's window");
        }
        Flow wide = Frames.credit(1, 0, 1);
        wide.setNextIncomingId(UnsignedInteger.valueOf(4));
        receiver.send(0, wide);

        int frames = 0;
        int smallAt = -1;
        boolean hasMore = true;
        while (hasMore) {
            Transfer transfer = receiver.expect(Transfer.class);
            frames++;
            boolean isSmall = transfer.getHandle().intValue() == 1;
            smallAt = isSmall ? frames : smallAt;
            hasMore = isSmall || transfer.getMore();
        }
        assertTrue(smallAt > 0 && smallAt < frames, "the small one came before the large one's end");
    }

    @Test
    void earlySettledDeliveryIsGivenUp() throws Exception {
        byte[] large = message(60_000_000);
        send(0, large, 200_000, large.length);
        outcome();
        receiver.attachReceiver("r", 0, "q", 0);
        Flow narrow = Frames.credit(0, 0, 1);
        narrow.setIncomingWindow(UnsignedInteger.valueOf(1));
        receiver.send(0, narrow);
        Transfer first = receiver.expect(Transfer.class);
        receiver.send(
                0,
                Frames.disposition(
                        Role.RECEIVER,
                        first.getDeliveryId().intValue(),
                        first.getDeliveryId().intValue(),
                        true,
                        Accepted.getInstance()));
        receiver.send(0, Frames.sessionFlow(2, 2048));

        Transfer last = first;
        while (last.getMore()) {
            last = receiver.expect(Transfer.class);
        }

        assertTrue(last.getAborted());
        assertEquals(1, fixture.broker.outcomes().size());
    }
}
