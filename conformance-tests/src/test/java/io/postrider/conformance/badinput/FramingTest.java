// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.badinput;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Frames;
import io.postrider.conformance.kit.ProcessProbe;
import io.postrider.conformance.kit.RawAmqpPeer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that are no frames and performatives that cannot be read (AMQP 1.0 §2.3, §1.6) on an open connection. */
class FramingTest extends BadInputContract {
    private static final byte[] LIST_OF_A_BEGIN = {0x00, 0x53, 0x11, (byte) 0xc0};

    @BeforeEach
    void open() {
        peer.open();
    }

    @Test
    void frameLargerThanAllowed() {
        peer.send(Frames.frame(LimitedBroker.MAX_FRAME_SIZE_BYTES + 1, 2, Frames.AMQP, 0, new byte[16]));

        assertClosed(FRAMING_ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x7fffffff, 0x80000000, 0xffffffff})
    void frameOfAbsurdSize(int size) {
        peer.send(Frames.frame(size, 2, Frames.AMQP, 0, new byte[0]));

        assertClosed(FRAMING_ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void frameSmallerThanItsHeader(int size) {
        peer.send(Frames.frame(size, 2, Frames.AMQP, 0, new byte[0]));

        assertClosed(FRAMING_ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void dataOffsetInsideTheHeader(int dataOffset) {
        peer.send(Frames.frame(16, dataOffset, Frames.AMQP, 0, new byte[8]));

        assertClosed(FRAMING_ERROR);
    }

    @Test
    void dataOffsetBeyondTheFrame() {
        peer.send(Frames.frame(16, 200, Frames.AMQP, 0, new byte[8]));

        assertClosed(FRAMING_ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {Frames.SASL, 2, 255})
    void frameTypeThatIsNotAmqp(int type) {
        peer.send(Frames.frame(8 + LIST_OF_A_BEGIN.length, 2, type, 0, LIST_OF_A_BEGIN));

        assertClosed(FRAMING_ERROR);
    }

    @Test
    void performativeThatEndsEarly() {
        byte[] whole = peer.encode(begin());
        peer.sendBody(1, Arrays.copyOf(whole, whole.length - 3));

        assertClosed(DECODE_ERROR);
    }

    @Test
    void performativeCutAtEveryByte() {
        byte[] whole = peer.encode(RawAmqpPeer.senderAttach("cut", 0, "badinput.cut"));
        for (int length = 1; length < whole.length; length++) {
            try (RawAmqpPeer cut = RawAmqpPeer.connect(broker)) {
                cut.open();
                cut.begin(0);
                cut.sendBody(0, Arrays.copyOf(whole, length));
                cut.readToEnd();
                assertShowsNoInsides(cut);
            }
        }
        assertConnectionLives();
    }

    @Test
    void bodyThatIsNoPerformative() {
        peer.sendBody(0, new byte[] {(byte) 0xa1, 3, 'a', 'b', 'c'});

        assertClosed(FRAMING_ERROR);
    }

    @Test
    void bodyThatIsAnotherDescribedType() {
        SaslMechanisms mechanisms = new SaslMechanisms();
        mechanisms.setSaslServerMechanisms(Symbol.valueOf("PLAIN"));
        peer.sendBody(0, peer.encode(mechanisms));

        assertClosed(FRAMING_ERROR);
    }

    @Test
    void wrongTypeInAField() {
        // begin with a string where next-outgoing-id must be a uint
        byte[] fields = {0x40, (byte) 0xa1, 1, 'x', 0x43, 0x43};
        byte[] body = ByteBuffer.allocate(6 + fields.length)
                .put(LIST_OF_A_BEGIN)
                .put((byte) (fields.length + 1))
                .put((byte) 4)
                .put(fields)
                .array();
        peer.sendBody(1, body);

        assertClosed(DECODE_ERROR);
    }

    @Test
    void missingMandatoryField() {
        peer.sendBody(1, new byte[] {0x00, 0x53, 0x11, 0x45});

        assertClosed(DECODE_ERROR);
    }

    @Test
    void secondOpen() {
        Open open = new Open();
        open.setContainerId("again");
        peer.send(0, open);

        assertTrue(peer.readToEnd().size() <= 1, peer::toString);
    }

    @Test
    void noiseInsteadOfFrames() {
        byte[] noise = new byte[20_000];
        new Random(7).nextBytes(noise);
        peer.trySend(noise);

        peer.readToEnd();
    }

    @Test
    void deeplyNestedListsDoNotOverflowTheStack() {
        byte[] fields = nestedLists(10_000);
        peer.sendBody(0, beginWithProperties(fields));

        peer.readToEnd();
    }

    @Test
    void hugeArrayOfNothingDoesNotFillTheHeap() {
        long before = new ProcessProbe(broker.pid()).liveHeapBytes();
        // array32 of 2^31-1 elements of type null, which take no bytes at all
        byte[] array = {(byte) 0xf0, 0, 0, 0, 5, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x40};
        for (int i = 0; i < 20; i++) {
            try (RawAmqpPeer bomber = RawAmqpPeer.connect(broker)) {
                bomber.open();
                bomber.sendBody(0, beginWithProperties(array));
                bomber.readToEnd();
            }
        }

        long grown = new ProcessProbe(broker.pid()).liveHeapBytes() - before;
        assertTrue(grown < 8L << 20, () -> "heap grew by " + grown + " bytes");
    }

    /** A begin whose properties are the given value, which is not even a map. */
    private static byte[] beginWithProperties(byte[] value) {
        byte[] head = {0x40, 0x43, 0x43, 0x43, 0x43, 0x40, 0x40};
        return ByteBuffer.allocate(12 + head.length + value.length)
                .put(new byte[] {0x00, 0x53, 0x11, (byte) 0xd0})
                .putInt(4 + head.length + value.length)
                .putInt(8)
                .put(head)
                .put(value)
                .array();
    }

    private static byte[] nestedLists(int depth) {
        // list8 of one element reaches 255 bytes only, so every level is a list32: constructor, size, count
        ByteBuffer buffer = ByteBuffer.allocate(depth * 9 + 1);
        int max = (LimitedBroker.MAX_FRAME_SIZE_BYTES - 100) / 9;
        int levels = Math.min(depth, max);
        for (int level = 0; level < levels; level++) {
            int inner = (levels - level - 1) * 9 + 1;
            buffer.put((byte) 0xd0).putInt(4 + inner).putInt(1);
        }
        buffer.put((byte) 0x45);
        return Arrays.copyOf(buffer.array(), buffer.position());
    }
}
