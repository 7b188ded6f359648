// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Frames;
import io.postrider.conformance.kit.RawAmqpPeer;
import io.postrider.conformance.kit.Spec;
import java.io.ByteArrayOutputStream;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Part 2, §2.5: sessions, their windows and ends. */
class Part2SessionTest extends SpecContract {

    @Test
    @Spec({"AMQP 1.0", "2.5.1", "2.7.2"})
    void beginIsAnsweredWithThePeersChannel() {
        peer.open();
        peer.send(37, begin());

        Begin reply = next(Begin.class);
        assertEquals(37, reply.getRemoteChannel().intValue());
        assertNotNull(reply.getNextOutgoingId());
        assertTrue(reply.getIncomingWindow().longValue() > 0);
        assertNotNull(reply.getOutgoingWindow());
        assertNotNull(reply.getHandleMax());
    }

    @Test
    @Spec({"AMQP 1.0", "1.4", "2.7.2"})
    void beginWithoutItsFieldsCannotBeDecoded() {
        peer.open();
        peer.sendBody(0, new byte[] {0x00, 0x53, 0x11, 0x45});

        assertClosed(DECODE_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "2.5.1"})
    void beginOnAChannelInUseIsAFramingError() {
        openAndBegin();
        peer.send(0, begin());

        assertClosed(FRAMING_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "2.5.1"})
    void beginThatAnswersNothingIsRefused() {
        peer.open();
        Begin begin = begin();
        begin.setRemoteChannel(RawAmqpPeer.channel(4));
        peer.send(0, begin);

        assertClosed(INVALID_FIELD);
    }

    @Test
    @Spec({"AMQP 1.0", "2.5.1"})
    void frameOnAChannelWithoutASessionIsAFramingError() {
        peer.open();
        peer.send(3, RawAmqpPeer.senderAttach("s", 0, address));

        assertClosed(FRAMING_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "2.5.2", "2.7.7"})
    void endIsAnsweredAndTheChannelIsFreeAgain() {
        openAndBegin();
        attachSender(0);
        peer.send(0, new End());

        assertNull(next(End.class).getError());
        peer.send(0, begin());
        next(Begin.class);
    }

    @Test
    @Spec({"AMQP 1.0", "2.5.4"})
    void whatFollowsOurEndIsDroppedUntilThePeersOwn() {
        openAndBegin();
        peer.send(Frames.join(
                peer.encodeFrame(0, RawAmqpPeer.transfer(9, 0), MESSAGE),
                peer.encodeFrame(0, RawAmqpPeer.senderAttach("s", 0, address), new byte[0]),
                peer.encodeFrame(0, RawAmqpPeer.transfer(0, 1), MESSAGE),
                peer.encodeFrame(0, new End(), new byte[0])));

        assertCondition("amqp:session:unattached-handle", next(End.class).getError());
        assertConnectionLives();
    }

    @Test
    @Spec({"AMQP 1.0", "2.5.6"})
    void ourTransfersStopAtThePeersWindow() {
        put("a", "b", "c");
        openAndBegin();
        attachReceiver(0);
        Flow flow = RawAmqpPeer.credit(0, 0, 10);
        flow.setNextIncomingId(uint(1));
        flow.setIncomingWindow(uint(2));
        peer.send(0, flow);

        assertEquals("a", nextText());
        assertEquals("b", nextText());
        Flow echo = sessionFlow();
        echo.setNextIncomingId(uint(3));
        echo.setIncomingWindow(uint(0));
        echo.setEcho(true);
        peer.send(0, echo);
        next(Flow.class);

        Flow more = sessionFlow();
        more.setNextIncomingId(uint(3));
        more.setIncomingWindow(uint(1));
        peer.send(0, more);
        assertEquals("c", nextText());
    }

    @Test
    @Spec({"AMQP 1.0", "2.5.6"})
    void windowIsGivenAgainAsItIsUsed() {
        openAndBegin();
        attachSender(0);
        int window = 8192;
        byte[] head = peer.encodeFrame(0, first(0), MESSAGE);
        byte[] middle = peer.encodeFrame(0, more(), new byte[0]);
        ByteArrayOutputStream burst = new ByteArrayOutputStream();
        burst.writeBytes(head);
        for (int i = 0; i < window / 2; i++) {
            burst.writeBytes(middle);
        }
        peer.send(burst.toByteArray());

        Flow flow = next(Flow.class);
        assertNull(flow.getHandle());
        assertTrue(flow.getIncomingWindow().longValue() >= window / 2);
        assertTrue(flow.getNextIncomingId().longValue() > 1);
    }

    private static Transfer first(int id) {
        Transfer transfer = RawAmqpPeer.transfer(0, id);
        transfer.setMore(true);
        return transfer;
    }

    private static Transfer more() {
        Transfer transfer = new Transfer();
        transfer.setHandle(uint(0));
        transfer.setMore(true);
        return transfer;
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.4"})
    void echoOfTheSessionIsAnswered() {
        openAndBegin();
        Flow flow = sessionFlow();
        flow.setEcho(true);
        peer.send(0, flow);

        Flow reply = next(Flow.class);
        assertNull(reply.getHandle());
        assertEquals(false, reply.getEcho());
        assertNotNull(reply.getNextIncomingId());
    }

    @Test
    @Spec({"AMQP 1.0", "1.4", "2.7.4"})
    void flowWithoutItsFieldsCannotBeDecoded() {
        openAndBegin();
        peer.sendBody(0, new byte[] {0x00, 0x53, 0x13, 0x45});

        assertClosed(DECODE_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.4"})
    void flowOfTheSessionMayNotTellOfALink() {
        openAndBegin();
        Flow flow = sessionFlow();
        flow.setLinkCredit(uint(5));
        peer.send(0, flow);

        assertEnded(INVALID_FIELD);
    }

    @Test
    @Spec({"AMQP 1.0", "2.5.5"})
    void otherSessionsOutliveOneThatFails() {
        openAndBegin();
        peer.begin(1);
        peer.send(1, RawAmqpPeer.senderAttach("other", 0, address));
        peer.expect(org.apache.qpid.proton.amqp.transport.Attach.class);
        next(Flow.class);
        peer.send(0, RawAmqpPeer.transfer(9, 0), MESSAGE);
        skipTo(End.class);

        peer.send(1, RawAmqpPeer.transfer(0, 0), MESSAGE);

        assertEquals(Accepted.getInstance(), next(Disposition.class).getState());
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12", "2.5.6"})
    void idsMayWrapAround() {
        peer.open();
        Begin begin = begin();
        begin.setNextOutgoingId(uint(0xfffffffeL));
        peer.send(0, begin);
        next(Begin.class);
        attachSender(0);
        for (int i = -2; i < 3; i++) {
            Transfer transfer = RawAmqpPeer.transfer(0, 0);
            transfer.setDeliveryId(org.apache.qpid.proton.amqp.UnsignedInteger.valueOf(i));
            peer.send(0, transfer, MESSAGE);
            Disposition disposition = next(Disposition.class);
            assertEquals(i, disposition.getFirst().intValue());
            assertEquals(Role.RECEIVER, disposition.getRole());
        }
    }
}
