// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.amqp.kit.Frames;
import io.postrider.amqp.kit.Frames.Frame;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers, frames, open, begin and close (AMQP 1.0 §2.2–2.4): each rule broken once, by bytes, without a socket. */
class ConnectionRulesTest {

    @Test
    void pipelinedOpenAndBeginAreAnsweredInOrder() {
        EngineHarness harness = new EngineHarness();

        harness.feed(Frames.AMQP_HEADER, Frames.frame(0, Frames.open("peer")), Frames.frame(0, Frames.begin()));

        List<Frame> frames = harness.take();
        assertEquals(2, frames.size());
        assertEquals(4096, frames.get(0).as(Open.class).getMaxFrameSize().intValue());
        assertEquals(0, frames.get(1).as(Begin.class).getRemoteChannel().intValue());
    }

    @Test
    void bytesMayArriveInPiecesOfAnySize() {
        byte[] dialogue = Frames.join(
                Frames.AMQP_HEADER,
                Frames.frame(0, Frames.open("peer")),
                Frames.frame(0, Frames.begin()),
                Frames.frame(0, Frames.sender("s", 0, "q")),
                Frames.frame(0, 0, Frames.transfer(0, 0, false), "one".getBytes()),
                Frames.frame(0, 0, Frames.transfer(0, 1, true), "two".getBytes()));
        for (int piece = 1; piece < dialogue.length; piece++) {
            EngineHarness harness = new EngineHarness();
            for (int from = 0; from < dialogue.length; from += piece) {
                harness.engine.input(ByteBuffer.wrap(dialogue, from, Math.min(piece, dialogue.length - from)));
            }
            harness.engine.turnEnd();

            assertEquals(
                    List.of("open peer", "delivery 0 one", "delivery 1 settled two"), harness.events, "piece=" + piece);
        }
    }

    @Test
    void twoPiecesMayMeetAtAnyByte() {
        byte[] dialogue = Frames.join(
                Frames.AMQP_HEADER,
                Frames.frame(0, Frames.open("peer")),
                Frames.frame(0, Frames.begin()),
                Frames.frame(0, Frames.sender("s", 0, "q")),
                Frames.frame(0, 0, Frames.transfer(0, 0, false), "one".getBytes()));
        for (int cut = 1; cut < dialogue.length; cut++) {
            EngineHarness harness = new EngineHarness();
            harness.engine.input(ByteBuffer.wrap(dialogue, 0, cut));
            harness.engine.input(ByteBuffer.wrap(dialogue, cut, dialogue.length - cut));

            assertEquals(List.of("open peer", "delivery 0 one"), harness.events, "cut=" + cut);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n", "AMQP\u0000\u0002\u0000\u0000", "AMQP\u0001\u0001\u0000\u0000"})
    void anotherHeaderIsAnsweredWithTheOneWeSupport(String bytes) {
        EngineHarness harness = new EngineHarness();

        harness.feed(bytes.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

        assertArrayEquals(Frames.SASL_HEADER, harness.takeBytes());
        assertEquals(List.of("ended amqp:connection:framing-error"), harness.events);
    }

    @Test
    void saslHeaderIsAnsweredAndStartsSasl() {
        EngineHarness harness = new EngineHarness();

        harness.feed(Frames.SASL_HEADER, Frames.frame(1, 0, Frames.saslInit("ANONYMOUS", null), new byte[0]));

        assertArrayEquals(Frames.SASL_HEADER, harness.takeBytes());
        assertEquals(List.of("sasl", "SaslInit"), harness.events);
    }

    @Test
    void inputWaitsWhilePausedAndGoesOnBehindTheNewHeader() {
        EngineHarness harness = new EngineHarness();
        harness.feed(Frames.SASL_HEADER);
        harness.engine.pauseInput();

        harness.feed(Frames.AMQP_HEADER, Frames.frame(0, Frames.open("peer")));
        assertEquals(List.of("sasl"), harness.events);
        harness.engine.saslDone();
        harness.engine.resumeInput();

        assertEquals(List.of("sasl", "open peer"), harness.events);
    }

    @Test
    void firstFrameMustBeOpen() {
        EngineHarness harness = new EngineHarness();

        harness.feed(Frames.AMQP_HEADER, Frames.frame(0, Frames.begin()));

        List<Frame> frames = harness.take();
        assertEquals("harness", frames.get(0).as(Open.class).getContainerId());
        assertEquals(
                "amqp:connection:framing-error",
                frames.get(1).as(Close.class).getError().getCondition().toString());
    }

    @Test
    void secondOpenEndsTheConnection() {
        EngineHarness harness = EngineHarness.begun();

        harness.send(Frames.open("again"));

        assertEquals("amqp:illegal-state", harness.takeCloseCondition());
    }

    @Test
    void frameAboveOurLimitIsRefusedBeforeItArrives() {
        EngineHarness harness = EngineHarness.begun();

        harness.feed(new byte[] {0, 0, 0x10, 1, 2, 0, 0, 0});

        assertEquals("amqp:connection:framing-error", harness.takeCloseCondition());
    }

    @Test
    void frameBelowEightBytesIsRefused() {
        EngineHarness harness = EngineHarness.begun();

        harness.feed(new byte[] {0, 0, 0, 7, 2, 0, 0, 0});

        assertEquals("amqp:connection:framing-error", harness.takeCloseCondition());
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 1, 3})
    void dataOffsetOutsideTheFrameIsRefused(byte dataOffset) {
        EngineHarness harness = EngineHarness.begun();

        harness.feed(new byte[] {0, 0, 0, 8, dataOffset, 0, 0, 0});

        assertEquals("amqp:connection:framing-error", harness.takeCloseCondition());
    }

    @Test
    void extendedHeaderIsSkipped() {
        EngineHarness harness = EngineHarness.begun();
        byte[] begin = Frames.encode(Frames.begin());
        ByteBuffer frame = ByteBuffer.allocate(12 + begin.length);
        frame.putInt(frame.capacity())
                .put((byte) 3)
                .put((byte) 0)
                .putShort((short) 1)
                .putInt(-1)
                .put(begin);

        harness.feed(frame.array());

        assertEquals(1, harness.takeOne(Begin.class).getRemoteChannel().intValue());
    }

    @Test
    void unknownFrameTypeIsRefused() {
        EngineHarness harness = EngineHarness.begun();

        harness.feed(new byte[] {0, 0, 0, 8, 2, 9, 0, 0});

        assertEquals("amqp:connection:framing-error", harness.takeCloseCondition());
    }

    @Test
    void emptyFrameIsNothing() {
        EngineHarness harness = EngineHarness.begun();

        harness.feed(new byte[] {0, 0, 0, 8, 2, 0, 0, 0});

        assertEquals(List.of(), harness.take());
        assertTrue(harness.engine.isOpen());
    }

    @Test
    void bodyThatIsNoPerformativeIsAFramingError() {
        EngineHarness harness = EngineHarness.begun();

        harness.feed(Frames.frame(0, "text"));

        assertEquals("amqp:connection:framing-error", harness.takeCloseCondition());
    }

    @Test
    void truncatedPerformativeIsADecodeError() {
        byte[] attach = Frames.encode(Frames.sender("s", 0, "q"));
        for (int length = 1; length < attach.length; length++) {
            EngineHarness harness = EngineHarness.begun();
            byte[] frame = new byte[8 + length];
            ByteBuffer.wrap(frame).putInt(frame.length).putInt(0x02000000).put(attach, 0, length);

            harness.feed(frame);

            assertEquals("amqp:decode-error", harness.takeCloseCondition(), "length=" + length);
        }
    }

    @Test
    void truncatedTransferIsADecodeError() {
        byte[] transfer = Frames.encode(Frames.transfer(0, 0, false));
        for (int length = 3; length < transfer.length; length++) {
            EngineHarness harness = EngineHarness.begun();
            harness.send(Frames.sender("s", 0, "q"));
            harness.take();
            byte[] frame = new byte[8 + length];
            ByteBuffer.wrap(frame).putInt(frame.length).putInt(0x02000000).put(transfer, 0, length);

            harness.feed(frame);

            assertEquals("amqp:decode-error", harness.takeCloseCondition(), "length=" + length);
        }
    }

    @Test
    void channelAboveOurLimitIsRefused() {
        EngineHarness harness = EngineHarness.begun();

        harness.feed(Frames.frame(8, Frames.begin()));

        assertEquals("amqp:connection:framing-error", harness.takeCloseCondition());
    }

    @Test
    void channelInUseIsRefused() {
        EngineHarness harness = EngineHarness.begun();

        harness.send(Frames.begin());

        assertEquals("amqp:connection:framing-error", harness.takeCloseCondition());
    }

    @Test
    void channelWithoutASessionIsRefused() {
        EngineHarness harness = EngineHarness.begun();

        harness.feed(Frames.frame(3, Frames.sender("s", 0, "q")));

        assertEquals("amqp:connection:framing-error", harness.takeCloseCondition());
    }

    @Test
    void beginThatAnswersNothingIsRefused() {
        EngineHarness harness = EngineHarness.begun();
        Begin begin = Frames.begin();
        begin.setRemoteChannel(Frames.ushort(5));

        harness.feed(Frames.frame(1, begin));

        assertEquals("amqp:invalid-field", harness.takeCloseCondition());
    }

    @Test
    void channelIsFreeAgainAfterItsEnd() {
        EngineHarness harness = EngineHarness.begun();

        harness.send(new End());
        harness.send(Frames.begin());

        List<Frame> frames = harness.take();
        frames.get(0).as(End.class);
        frames.get(1).as(Begin.class);
    }

    @Test
    void frameSizeBelowTheMinimumIsRefused() {
        EngineHarness harness = new EngineHarness();
        Open open = Frames.open("peer");
        open.setMaxFrameSize(UnsignedInteger.valueOf(511));

        harness.feed(Frames.AMQP_HEADER, Frames.frame(0, open));

        assertEquals("amqp:frame-size-too-small", harness.takeCloseCondition());
    }

    @Test
    void closeIsAnsweredAndLinksHearOfIt() {
        EngineHarness harness = EngineHarness.begun();
        harness.send(Frames.sender("s", 0, "q")).send(Frames.receiver("r", 1, "q"));
        harness.take();

        harness.send(new Close());

        harness.takeOne(Close.class);
        assertEquals(List.of("incoming lost true", "outgoing lost true", "ended orderly"), harness.events);
    }

    @Test
    void afterOurCloseEverythingButTheirsIsIgnored() {
        EngineHarness harness = EngineHarness.begun();
        harness.send(Frames.sender("s", 0, "q"));
        harness.engine.close(
                new ErrorCondition(org.apache.qpid.proton.amqp.transport.AmqpError.NOT_ALLOWED, "no"), true);
        harness.take();
        harness.events.clear();

        harness.send(Frames.transfer(0, 0, false), new byte[3]);
        harness.send(Frames.begin());
        harness.send(new Close());

        assertEquals(List.of(), harness.take());
        assertEquals(List.of("close answered"), harness.events);
    }

    @Test
    void lostSocketIsTheEndOfEveryLink() {
        EngineHarness harness = EngineHarness.begun();
        harness.send(Frames.receiver("r", 1, "q"));

        harness.engine.disconnected();

        assertEquals(List.of("outgoing lost false", "ended orderly"), harness.events);
    }
}
