// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Frames;
import io.postrider.conformance.kit.RawAmqpPeer;
import io.postrider.conformance.kit.Spec;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Part 2, §2.6.1 to §2.6.11: links, their handles, and flow control. */
class Part2LinkTest extends SpecContract {

    @BeforeEach
    void start() {
        openAndBegin();
    }

    // ---- §2.6.1 to §2.6.6

    @Test
    @Spec({"AMQP 1.0", "2.6.3", "2.7.3"})
    void attachOfASenderIsAnsweredByAReceiver() {
        Attach reply = attachSender(0);

        assertEquals("sender-0", reply.getName());
        assertEquals(Role.RECEIVER, reply.getRole());
        assertNotNull(reply.getSource());
        assertNotNull(reply.getTarget());
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.3", "2.7.3"})
    void attachOfAReceiverIsAnsweredByASender() {
        Attach reply = attachReceiver(0);

        assertEquals("receiver-0", reply.getName());
        assertEquals(Role.SENDER, reply.getRole());
        assertEquals(address, ((Source) reply.getSource()).getAddress());
        assertEquals(uint(0), reply.getInitialDeliveryCount());
    }

    @ParameterizedTest
    @ValueSource(bytes = {0x45, (byte) 0xc0})
    @Spec({"AMQP 1.0", "1.4", "2.7.3"})
    void attachWithoutItsFieldsCannotBeDecoded(byte list) {
        byte[] onlyName = {0x00, 0x53, 0x12, (byte) 0xc0, 4, 1, (byte) 0xa1, 1, 'n'};
        peer.sendBody(0, list == 0x45 ? new byte[] {0x00, 0x53, 0x12, 0x45} : onlyName);

        assertClosed(DECODE_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "1.4", "2.7.3"})
    void attachWithoutARoleCannotBeDecoded() {
        peer.sendBody(0, new byte[] {0x00, 0x53, 0x12, (byte) 0xc0, 6, 3, (byte) 0xa1, 1, 'n', 0x43, 0x40});

        assertClosed(DECODE_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "1.6", "2.7.3"})
    void fieldOfTheWrongTypeCannotBeDecoded() {
        peer.sendBody(0, new byte[] {0x00, 0x53, 0x12, (byte) 0xc0, 6, 3, (byte) 0xa1, 1, 'n', 0x41, 0x42});

        assertClosed(DECODE_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.3"})
    void senderMustSayItsDeliveryCount() {
        Attach attach = RawAmqpPeer.senderAttach("s", 0, address);
        attach.setInitialDeliveryCount(null);
        peer.send(0, attach);

        assertRefused(INVALID_FIELD, Role.SENDER);
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.2", "2.8.16"})
    void handleAboveOurLimitIsAFramingError() {
        peer.send(0, RawAmqpPeer.senderAttach("s", 1 << 20, address));

        assertClosed(FRAMING_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.2", "2.8.17"})
    void handleInUseEndsTheSession() {
        attachSender(0);
        peer.send(0, RawAmqpPeer.senderAttach("another", 0, address));

        assertEnded("amqp:session:handle-in-use");
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.2", "2.6.6"})
    void handleIsFreeAfterBothDetached() {
        attachSender(0);
        peer.send(0, detach(0, true));
        assertTrue(next(Detach.class).getClosed());

        attachSender(0);
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.2", "2.8.17"})
    void transferOnAnUnattachedHandleEndsTheSession() {
        peer.send(0, RawAmqpPeer.transfer(5, 0), MESSAGE);

        assertEnded("amqp:session:unattached-handle");
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.4", "2.8.17"})
    void flowOnAnUnattachedHandleEndsTheSession() {
        peer.send(0, RawAmqpPeer.credit(0x7fffffff, 0, 1));

        assertEnded("amqp:session:unattached-handle");
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.6", "2.8.17"})
    void detachOfAnUnattachedHandleEndsTheSession() {
        peer.send(0, detach(5, true));

        assertEnded("amqp:session:unattached-handle");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Spec({"AMQP 1.0", "2.6.4", "2.6.5", "2.6.6"})
    void detachIsAnsweredInKind(boolean isClosed) {
        attachReceiver(0);
        peer.send(0, detach(0, isClosed));

        Detach reply = next(Detach.class);
        assertEquals(isClosed, reply.getClosed());
        assertNull(reply.getError());
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.5"})
    void framesThatCrossOurDetachAreDropped() {
        attachSender(0);
        Transfer bad = RawAmqpPeer.transfer(0, 0);
        bad.setMessageFormat(uint(77));
        peer.send(Frames.join(
                peer.encodeFrame(0, bad, MESSAGE),
                peer.encodeFrame(0, RawAmqpPeer.transfer(0, 1), MESSAGE),
                peer.encodeFrame(0, RawAmqpPeer.credit(0, 0, 5), new byte[0])));

        assertDetached("amqp:not-implemented");
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.1", "2.8.18"})
    void linkAttachedInAnotherConnectionIsStolen() {
        try (RawAmqpPeer first = another()) {
            first.logIn();
            open(first, "thief");
            first.begin(0);
            first.send(0, RawAmqpPeer.senderAttach("stolen", 0, address));
            first.expect(Attach.class);

            RawAmqpPeer second = another();
            second.logIn();
            open(second, "thief");
            second.begin(0);
            second.send(0, RawAmqpPeer.senderAttach("stolen", 0, address));
            second.expect(Attach.class);
            second.close();

            Detach detach = first.expect(Detach.class);
            assertEquals(true, detach.getClosed());
            assertCondition("amqp:link:stolen", detach.getError());
        }
    }

    private static void open(RawAmqpPeer peer, String container) {
        var open = new org.apache.qpid.proton.amqp.transport.Open();
        open.setContainerId(container);
        peer.send(0, open);
        peer.expect(org.apache.qpid.proton.amqp.transport.Open.class);
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.1", "2.8.18"})
    void linkAttachedAgainInItsSessionIsStolen() {
        Attach attached = attachSender(0);
        Attach again = RawAmqpPeer.senderAttach("sender-0", 1, address);
        peer.send(0, again);

        Detach stolen = next(Detach.class);
        assertEquals(attached.getHandle(), stolen.getHandle());
        assertCondition("amqp:link:stolen", stolen.getError());
        assertNotEquals(attached.getHandle(), next(Attach.class).getHandle());
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.1"})
    void sameNameInTheOtherDirectionIsAnotherLink() {
        attachSender(RawAmqpPeer.senderAttach("both", 0, address));
        attachReceiver(RawAmqpPeer.receiverAttach("both", 1, address));

        assertNoMoreFrames();
    }

    @ParameterizedTest
    @EnumSource(SenderSettleMode.class)
    @Spec({"AMQP 1.0", "2.7.3", "2.8.2", "2.8.3"})
    void settleModesAreGrantedAsAskedFor(SenderSettleMode mode) {
        for (ReceiverSettleMode receiver : ReceiverSettleMode.values()) {
            int handle = receiver.ordinal();
            Attach attach = RawAmqpPeer.receiverAttach("modes-" + handle, handle, address);
            attach.setSndSettleMode(mode);
            attach.setRcvSettleMode(receiver);

            Attach reply = attachReceiver(attach);

            assertEquals(mode, reply.getSndSettleMode());
            assertEquals(receiver, reply.getRcvSettleMode());
        }
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.3"})
    void receiverWithAnEmptyAddressIsRefused() {
        peer.send(0, RawAmqpPeer.receiverAttach("r", 0, ""));

        assertRefused(INVALID_FIELD, Role.RECEIVER);
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.3"})
    void senderWithoutATargetIsRefused() {
        Attach attach = RawAmqpPeer.senderAttach("s", 0, address);
        attach.setTarget(null);
        peer.send(0, attach);

        assertRefused(INVALID_FIELD, Role.SENDER);
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.13", "2.7.3"})
    void deliveriesOfALinkWeNeverSawCannotBeResumed() {
        Attach attach = RawAmqpPeer.senderAttach("s", 0, address);
        attach.setUnsettled(Map.of(new Binary(new byte[] {1}), Accepted.getInstance()));
        peer.send(0, attach);

        assertRefused("amqp:not-implemented", Role.SENDER);
    }

    // ---- §2.6.7 to §2.6.11

    @Test
    @Spec({"AMQP 1.0", "2.6.7"})
    void nothingComesWithoutCredit() {
        put("a");
        attachReceiver(0);
        assertNoMoreFrames();

        peer.send(0, RawAmqpPeer.credit(0, 0, 1));

        assertEquals("a", nextText());
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.7"})
    void noMoreComesThanCreditAllows() {
        put("a", "b", "c");
        attachReceiver(0);
        peer.send(0, RawAmqpPeer.credit(0, 0, 2));

        assertEquals("a", nextText());
        assertEquals("b", nextText());
        assertNoMoreFrames();
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.7"})
    void creditIsReckonedFromTheReceiversCount() {
        put("a", "b", "c");
        attachReceiver(0);
        peer.send(0, RawAmqpPeer.credit(0, 0, 1));
        assertEquals("a", nextText());

        // Sent before the first delivery was seen: it is that one's credit over again.
        peer.send(0, RawAmqpPeer.credit(0, 0, 1));
        assertNoMoreFrames();
        peer.send(0, RawAmqpPeer.credit(0, 1, 1));
        assertEquals("b", nextText());
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.7"})
    void drainOfNothingIsAnsweredAtOnce() {
        attachReceiver(0);
        Flow flow = RawAmqpPeer.credit(0, 0, 5);
        flow.setDrain(true);
        peer.send(0, flow);

        assertDrained(5);
    }

    private void assertDrained(int deliveryCount) {
        Flow reply = next(Flow.class);
        assertEquals(uint(0), reply.getLinkCredit());
        assertEquals(uint(deliveryCount), reply.getDeliveryCount());
        assertEquals(true, reply.getDrain());
        assertNotNull(reply.getHandle());
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.7"})
    void drainWithoutCreditIsAnsweredToo() {
        attachReceiver(0);
        Flow flow = RawAmqpPeer.credit(0, 0, 0);
        flow.setDrain(true);
        peer.send(0, flow);

        assertDrained(0);
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.7"})
    void drainSendsWhatThereIsFirst() {
        put("a", "b");
        attachReceiver(0);
        Flow flow = RawAmqpPeer.credit(0, 0, 5);
        flow.setDrain(true);
        peer.send(0, flow);

        assertEquals("a", nextText());
        assertEquals("b", nextText());
        assertDrained(5);
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.8"})
    void synchronousGetWithATimeout() {
        attachReceiver(0);
        peer.send(0, RawAmqpPeer.credit(0, 0, 1));
        Flow drain = RawAmqpPeer.credit(0, 0, 1);
        drain.setDrain(true);
        peer.send(0, drain);
        assertDrained(1);

        put("late");
        assertNoMoreFrames();
        peer.send(0, RawAmqpPeer.credit(0, 1, 1));
        assertEquals("late", nextText());
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.9"})
    void asynchronousNotification() {
        attachReceiver(0);
        peer.send(0, RawAmqpPeer.credit(0, 0, 2));
        put("a", "b", "c");
        assertEquals("a", nextText());
        assertEquals("b", nextText());

        peer.send(0, RawAmqpPeer.credit(0, 2, 2));

        assertEquals("c", nextText());
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.10"})
    void stoppedLinkStaysStopped() {
        put("a");
        attachReceiver(0);
        peer.send(0, RawAmqpPeer.credit(0, 0, 5));
        assertEquals("a", nextText());
        Flow stop = RawAmqpPeer.credit(0, 1, 0);
        stop.setEcho(true);
        peer.send(0, stop);
        Flow echo = next(Flow.class);
        assertEquals(uint(0), echo.getLinkCredit());
        assertEquals(uint(1), echo.getDeliveryCount());

        put("b");

        assertNoMoreFrames();
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.4"})
    void echoOfALinkIsAnswered() {
        attachReceiver(0);
        Flow flow = RawAmqpPeer.credit(0, 0, 1);
        flow.setEcho(true);
        peer.send(0, flow);

        Flow reply = next(Flow.class);
        assertEquals(uint(0), reply.getHandle());
        assertEquals(uint(1), reply.getLinkCredit());
        assertNotNull(reply.getAvailable());
        assertEquals(false, reply.getEcho());
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.4"})
    void echoOfASendersLinkIsAnsweredToo() {
        attachSender(0);
        Flow flow = RawAmqpPeer.credit(0, 0, 0);
        flow.setLinkCredit(null);
        flow.setEcho(true);
        peer.send(0, flow);

        Flow reply = next(Flow.class);
        assertEquals(uint(0), reply.getHandle());
        assertTrue(reply.getLinkCredit().longValue() > 0);
    }

    private long creditOf(int handle) {
        peer.send(0, RawAmqpPeer.senderAttach("credit", handle, address));
        next(Attach.class);
        return next(Flow.class).getLinkCredit().longValue();
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.7"})
    void creditComesBackAsDeliveriesAreSettled() {
        long credit = creditOf(0);
        boolean isToppedUp = false;
        for (int i = 0; i < credit + 10; i++) {
            send(0, i, "m");
            Disposition disposition = skipTo(Disposition.class);
            assertEquals(Accepted.getInstance(), disposition.getState());
            isToppedUp |= peer.frames().get(peer.frames().size() - 1).body() instanceof Flow;
        }
        long flows =
                peer.frames().stream().filter(f -> f.body() instanceof Flow).count();
        assertTrue(isToppedUp || flows > 1, peer::toString);
    }
}
