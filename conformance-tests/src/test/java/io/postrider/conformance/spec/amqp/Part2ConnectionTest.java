// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Frames;
import io.postrider.conformance.kit.RawAmqpPeer;
import io.postrider.conformance.kit.Spec;
import java.nio.ByteBuffer;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Part 2, §2.2 to §2.4: protocol header, frames, and the connection. */
class Part2ConnectionTest extends SpecContract {

    private static Open open() {
        Open open = new Open();
        open.setContainerId("spec");
        return open;
    }

    // ---- §2.2

    @Test
    @Spec({"AMQP 1.0", "2.2"})
    void headerIsAnsweredWithTheSame() {
        peer.send(RawAmqpPeer.AMQP_HEADER);

        assertArrayEquals(RawAmqpPeer.AMQP_HEADER, peer.readHeader());
    }

    @ParameterizedTest
    @ValueSource(strings = {"AMQP\0\0\u0009\u0001", "AMQP\0\u0001\u0001\0", "AMQP\u0009\u0001\0\0", "HELO\0\u0001\0\0"})
    @Spec({"AMQP 1.0", "2.2"})
    void unacceptableHeaderIsAnsweredWithAnAcceptableOneAndTheEnd(String header) {
        peer.send(header.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

        assertArrayEquals(RawAmqpPeer.SASL_HEADER, peer.readHeader());
        assertEquals(0, peer.readBytesToEnd().length);
    }

    @Test
    @Spec({"AMQP 1.0", "2.2", "2.4.1"})
    void everythingUpToTheCloseMayBePipelined() {
        byte[] all = Frames.join(
                RawAmqpPeer.AMQP_HEADER,
                peer.encodeFrame(0, open(), new byte[0]),
                peer.encodeFrame(3, begin(), new byte[0]),
                peer.encodeFrame(0, new Close(), new byte[0]));
        peer.send(all);

        peer.readHeader();
        next(Open.class);
        next(Begin.class);
        next(Close.class);
        assertEquals(0, peer.readBytesToEnd().length);
    }

    // ---- §2.3

    @Test
    @Spec({"AMQP 1.0", "2.3.1", "2.8.16"})
    void frameAboveOurLimitIsAFramingError() {
        long limit = peer.open().getMaxFrameSize().longValue();
        peer.send(Frames.frame((int) limit + 1, 2, Frames.AMQP, 0, new byte[16]));

        assertClosed(FRAMING_ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7})
    @Spec({"AMQP 1.0", "2.3.1"})
    void frameSmallerThanItsHeaderIsAFramingError(int size) {
        peer.open();
        peer.send(Frames.frame(size, 2, Frames.AMQP, 0, new byte[0]));

        assertClosed(FRAMING_ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    @Spec({"AMQP 1.0", "2.3.1"})
    void dataOffsetBelowTwoIsAFramingError(int offset) {
        peer.open();
        peer.send(Frames.frame(16, offset, Frames.AMQP, 0, new byte[8]));

        assertClosed(FRAMING_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "2.3.1"})
    void extendedHeaderIsPassedOver() {
        peer.open();
        byte[] begin = peer.encode(begin());
        byte[] body =
                ByteBuffer.allocate(8 + begin.length).putLong(-1).put(begin).array();
        peer.send(Frames.frame(8 + body.length, 4, Frames.AMQP, 0, body));

        next(Begin.class);
    }

    @Test
    @Spec({"AMQP 1.0", "2.3.2"})
    void bodyThatIsNoPerformativeIsAFramingError() {
        peer.open();
        peer.sendBody(0, new byte[] {0x00, 0x53, 0x19, 0x45});

        assertClosed(FRAMING_ERROR);
    }

    // ---- §2.4

    @Test
    @Spec({"AMQP 1.0", "2.4.1", "2.7.1"})
    void openSaysWhatWeAre() {
        Open open = peer.open();

        assertFalse(open.getContainerId().isEmpty());
        assertTrue(open.getMaxFrameSize().longValue() >= 512);
        assertNotNull(open.getChannelMax());
        assertTrue(open.getIdleTimeOut().longValue() > 0);
    }

    @Test
    @Spec({"AMQP 1.0", "2.4.1", "2.7.1"})
    void openOnAnotherChannelIsAFramingError() {
        peer.logIn();
        peer.send(1, open());

        assertClosed(FRAMING_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "2.4.1"})
    void secondOpenIsNotPermitted() {
        peer.open();
        peer.send(0, open());

        assertClosed(ILLEGAL_STATE);
    }

    @Test
    @Spec({"AMQP 1.0", "2.4.1", "2.4.6"})
    void firstFrameMustBeAnOpen() {
        peer.logIn();
        peer.send(0, begin());

        assertClosed(FRAMING_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "1.4", "2.7.1"})
    void openWithoutAContainerIdCannotBeDecoded() {
        peer.logIn();
        peer.sendBody(0, new byte[] {0x00, 0x53, 0x10, 0x45});

        assertClosed(DECODE_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.1"})
    void maxFrameSizeBelow512IsRefused() {
        peer.logIn();
        Open open = open();
        open.setMaxFrameSize(uint(511));
        peer.send(0, open);

        assertClosed("amqp:frame-size-too-small");
    }

    @Test
    @Spec({"AMQP 1.0", "2.4.3", "2.7.9"})
    void closeIsAnsweredAndTheSocketEnds() {
        peer.open();
        peer.send(0, new Close());

        assertNull(next(Close.class).getError());
        assertEquals(0, peer.readBytesToEnd().length);
    }

    @Test
    @Spec({"AMQP 1.0", "2.4.3"})
    void closeMayComeOnAnyChannel() {
        peer.open();
        peer.send(7, new Close());

        next(Close.class);
        assertEquals(0, peer.readBytesToEnd().length);
    }

    @Test
    @Spec({"AMQP 1.0", "2.4.3"})
    void whatFollowsACloseIsNotLookedAt() {
        peer.open();
        peer.send(Frames.join(
                peer.encodeFrame(0, new Close(), new byte[0]),
                peer.encodeFrame(0, begin(), new byte[0]),
                Frames.frame(3, 0, 9, 0, new byte[0])));

        assertNull(next(Close.class).getError());
        assertEquals(0, peer.readBytesToEnd().length);
    }

    @Test
    @Spec({"AMQP 1.0", "2.4.5"})
    void emptyFramesMayComeOnAnyChannel() {
        peer.open();
        peer.send(Frames.frame(8, 2, Frames.AMQP, 0, new byte[0]));
        peer.send(Frames.frame(8, 2, Frames.AMQP, 5, new byte[0]));

        assertConnectionLives();
    }

    @Test
    @Spec({"AMQP 1.0", "2.4.5"})
    void idleConnectionHearsFromUs() {
        peer.logIn();
        Open open = open();
        open.setIdleTimeOut(uint(1000));
        peer.send(0, open);
        next(Open.class);

        assertNull(peer.readFrame().body());
        assertNull(peer.readFrame().body());
    }

    @Test
    @Spec({"AMQP 1.0", "2.4.5"})
    void idleTimeoutThatCannotBeServedIsRefused() {
        peer.logIn();
        Open open = open();
        open.setIdleTimeOut(uint(1));
        peer.send(0, open);

        assertClosed("amqp:not-allowed");
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.1"})
    void channelAboveOurLimitIsAFramingError() {
        int max = peer.open().getChannelMax().intValue();
        peer.send(max + 1, begin());

        assertClosed(FRAMING_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.1", "2.5.1"})
    void ourChannelsKeepToThePeersLimit() {
        peer.logIn();
        Open open = open();
        open.setChannelMax(UnsignedShort.valueOf((short) 1));
        peer.send(0, open);
        next(Open.class);

        peer.send(40, begin());

        var frame = nextFrame(Begin.class);
        assertTrue(frame.channel() <= 1, peer::toString);
        assertEquals(40, frame.body(Begin.class).getRemoteChannel().intValue());
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.1"})
    void unknownCapabilitiesAndPropertiesAreIgnored() {
        peer.logIn();
        Open open = open();
        open.setDesiredCapabilities(Symbol.valueOf("nobody-has-this"));
        open.setProperties(java.util.Map.of(Symbol.valueOf("color"), "blue"));
        peer.send(0, open);

        next(Open.class);
        assertConnectionLives();
    }
}
