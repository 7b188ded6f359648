// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Frame;
import io.postrider.conformance.kit.RawAmqpPeer;
import io.postrider.conformance.kit.Spec;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Received;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Part 2, §2.6.12 to §2.6.14 and §2.7.5 to §2.7.6: transfers, deliveries of several frames, settlement. */
class Part2TransferTest extends SpecContract {
    private static final byte[] HEAD = Arrays.copyOf(message("whole"), 7);
    private static final byte[] REST = Arrays.copyOfRange(message("whole"), 7, message("whole").length);

    private static Transfer first(int handle, int id) {
        Transfer transfer = RawAmqpPeer.transfer(handle, id);
        transfer.setMore(true);
        return transfer;
    }

    private static Transfer continuation(int handle) {
        Transfer transfer = new Transfer();
        transfer.setHandle(uint(handle));
        return transfer;
    }

    private void startSender() {
        openAndBegin();
        attachSender(0);
    }

    private void assertAccepted(int id) {
        Disposition disposition = skipTo(Disposition.class);
        assertEquals(uint(id), disposition.getFirst());
        assertEquals(Role.RECEIVER, disposition.getRole());
        assertEquals(true, disposition.getSettled());
        assertEquals(Accepted.getInstance(), disposition.getState());
    }

    private void assertStored(String... texts) {
        attachReceiver(20);
        peer.send(0, RawAmqpPeer.credit(20, 0, texts.length));
        for (String text : texts) {
            Frame frame = peer.readFrame();
            while (!(frame.body() instanceof Transfer)) {
                frame = peer.readFrame();
            }
            assertEquals(text, text(frame), peer::toString);
        }
    }

    // ---- sending to the broker

    @Test
    @Spec({"AMQP 1.0", "2.6.12"})
    void unsettledDeliveryIsSettledWithAnOutcome() {
        startSender();
        send(0, 0, "x");

        assertAccepted(0);
        assertStored("x");
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12", "2.7.5"})
    void presettledDeliveryIsNotAnswered() {
        startSender();
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setSettled(true);
        peer.send(0, transfer, MESSAGE);

        assertNoMoreFrames();
        assertStored("x");
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.14"})
    void deliveryOfSeveralFramesIsOne() {
        startSender();
        peer.send(0, first(0, 0), HEAD);
        peer.send(0, continuation(0), REST);

        assertAccepted(0);
        assertStored("whole");
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.5"})
    void idAndTagMayBeLeftOutOrRepeatedInContinuations() {
        startSender();
        peer.send(0, first(0, 0), HEAD);
        Transfer again = first(0, 0);
        peer.send(0, again, new byte[0]);
        Transfer idOnly = continuation(0);
        idOnly.setDeliveryId(uint(0));
        idOnly.setMore(true);
        peer.send(0, idOnly, new byte[0]);
        peer.send(0, continuation(0), REST);

        assertAccepted(0);
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.14"})
    void deliveriesOfTwoLinksMayInterleave() {
        startSender();
        attachSender(1);
        peer.send(0, first(0, 0), HEAD);
        peer.send(0, first(1, 1), HEAD);
        peer.send(0, continuation(0), REST);
        assertAccepted(0);
        peer.send(0, continuation(1), REST);
        assertAccepted(1);
        assertStored("whole", "whole");
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.14", "2.7.5"})
    void abortedDeliveryIsDiscarded() {
        startSender();
        peer.send(0, first(0, 0), HEAD);
        Transfer abort = continuation(0);
        abort.setAborted(true);
        peer.send(0, abort, REST);
        send(0, 1, "next");

        assertAccepted(1);
        assertStored("next");
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.14"})
    void deliveriesOfOneLinkMayNotInterleave() {
        startSender();
        peer.send(0, first(0, 0), HEAD);
        peer.send(0, first(0, 1), HEAD);

        assertEnded(ILLEGAL_STATE);
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.5"})
    void tagMayNotChangeWithinADelivery() {
        startSender();
        peer.send(0, first(0, 0), HEAD);
        Transfer other = continuation(0);
        other.setDeliveryTag(new Binary(new byte[] {77}));
        peer.send(0, other, REST);

        assertEnded(ILLEGAL_STATE);
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.5"})
    void messageFormatMayNotChangeWithinADelivery() {
        startSender();
        peer.send(0, first(0, 0), HEAD);
        Transfer other = continuation(0);
        other.setMessageFormat(uint(1));
        peer.send(0, other, REST);

        assertDetached(INVALID_FIELD);
    }

    @Test
    @Spec({"AMQP 1.0", "1.4", "2.7.5"})
    void transferWithoutAHandleCannotBeDecoded() {
        startSender();
        peer.sendBody(0, new byte[] {0x00, 0x53, 0x14, 0x45});

        assertClosed(DECODE_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.5"})
    void firstTransferMustCarryAnId() {
        startSender();
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setDeliveryId(null);
        peer.send(0, transfer, MESSAGE);

        assertEnded(INVALID_FIELD);
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.5"})
    void firstTransferMustCarryATag() {
        startSender();
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setDeliveryTag(null);
        peer.send(0, transfer, MESSAGE);

        assertEnded(INVALID_FIELD);
    }

    @Test
    @Spec({"AMQP 1.0", "2.8.7"})
    void tagAbove32BytesIsRefused() {
        startSender();
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setDeliveryTag(new Binary(new byte[33]));
        peer.send(0, transfer, MESSAGE);

        assertEnded(INVALID_FIELD);
    }

    @ParameterizedTest
    @CsvSource({"5, 5", "5, 4", "5, 7"})
    @Spec({"AMQP 1.0", "2.6.12", "2.7.5"})
    void idsMustCountUpByOne(int first, int second) {
        startSender();
        send(0, first, "x");
        assertAccepted(first);
        send(0, second, "y");

        assertEnded(ILLEGAL_STATE);
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12"})
    void tagOfAnUnsettledDeliveryMayNotComeAgain() {
        openAndBegin();
        Attach attach = RawAmqpPeer.senderAttach("second", 0, address);
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        attachSender(attach);
        peer.send(0, tagged(0), MESSAGE);
        assertEquals(false, skipTo(Disposition.class).getSettled());

        peer.send(0, tagged(1), MESSAGE);

        assertDetached(ILLEGAL_STATE);
    }

    private static Transfer tagged(int id) {
        Transfer transfer = RawAmqpPeer.transfer(0, id);
        transfer.setDeliveryTag(new Binary("the same tag".getBytes()));
        return transfer;
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12"})
    void tagMayComeAgainOnceSettled() {
        startSender();
        for (int i = 0; i < 3; i++) {
            peer.send(0, tagged(i), MESSAGE);
            assertAccepted(i);
        }
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12"})
    void sameTagOnTwoLinksIsTwoDeliveries() {
        startSender();
        attachSender(1);
        peer.send(0, tagged(0), MESSAGE);
        Transfer other = tagged(1);
        other.setHandle(uint(1));
        peer.send(0, other, MESSAGE);

        // One disposition for both, or one for each.
        Disposition disposition = skipTo(Disposition.class);
        assertEquals(uint(0), disposition.getFirst());
        if (!uint(1).equals(disposition.getLast())) {
            assertAccepted(1);
        }
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.5"})
    void modeSecondCannotBeAskedForOnALinkInModeFirst() {
        startSender();
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setRcvSettleMode(ReceiverSettleMode.SECOND);
        peer.send(0, transfer, MESSAGE);

        assertDetached(INVALID_FIELD);
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.5", "2.8.3"})
    void modeFirstOfATransferOverridesTheLinks() {
        openAndBegin();
        Attach attach = RawAmqpPeer.senderAttach("second", 0, address);
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        attachSender(attach);
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setRcvSettleMode(ReceiverSettleMode.FIRST);
        peer.send(0, transfer, MESSAGE);

        assertAccepted(0);
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12", "2.8.3"})
    void inModeSecondTheSenderSettlesFirst() {
        openAndBegin();
        Attach attach = RawAmqpPeer.senderAttach("second", 0, address);
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        attachSender(attach);
        send(0, 0, "x");

        Disposition disposition = skipTo(Disposition.class);
        assertEquals(false, disposition.getSettled());
        assertEquals(Accepted.getInstance(), disposition.getState());
        peer.send(0, disposition(Role.SENDER, 0, true, Accepted.getInstance()));
        assertNoMoreFrames();
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.3", "2.7.5"})
    void linkInModeSettledTakesNothingUnsettled() {
        openAndBegin();
        Attach attach = RawAmqpPeer.senderAttach("settled", 0, address);
        attach.setSndSettleMode(SenderSettleMode.SETTLED);
        attachSender(attach);
        send(0, 0, "x");

        assertDetached(INVALID_FIELD);
    }

    @Test
    @Spec({"AMQP 1.0", "3.2.16"})
    void unknownMessageFormatIsNotImplemented() {
        startSender();
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setMessageFormat(uint(1));
        peer.send(0, transfer, MESSAGE);

        assertDetached("amqp:not-implemented");
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.13"})
    void resumedDeliveryOfAFreshLinkIsNotImplemented() {
        startSender();
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setResume(true);
        peer.send(0, transfer, MESSAGE);

        assertDetached("amqp:not-implemented");
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.5"})
    void transferOnALinkOfTheOtherDirectionEndsTheSession() {
        openAndBegin();
        attachReceiver(0);
        peer.send(0, RawAmqpPeer.transfer(0, 0), MESSAGE);

        assertEnded("amqp:not-allowed");
    }

    @Test
    @Spec({"AMQP 1.0", "2.2", "2.6.12"})
    void transferMayBePipelinedBehindItsAttach() {
        openAndBegin();
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setSettled(true);
        peer.send(io.postrider.conformance.kit.Frames.join(
                peer.encodeFrame(0, RawAmqpPeer.senderAttach("s", 0, address), new byte[0]),
                peer.encodeFrame(0, transfer, MESSAGE)));

        next(Attach.class);
        next(Flow.class);
        assertStored("x");
    }

    // ---- receiving from the broker

    private void startReceiver(String... texts) {
        put(texts);
        openAndBegin();
        attachReceiver(0);
        peer.send(0, RawAmqpPeer.credit(0, 0, texts.length));
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12", "2.7.5"})
    void deliveryCarriesIdAndTag() {
        startReceiver("a");

        Transfer transfer = next(Transfer.class);
        assertEquals(uint(0), transfer.getDeliveryId());
        assertTrue(transfer.getDeliveryTag().getLength() <= 32);
        assertEquals(uint(0), transfer.getMessageFormat());
        assertEquals(false, transfer.getSettled());
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12"})
    void whatIsNotSettledComesAgain() {
        startReceiver("a");
        assertEquals("a", nextText());
        peer.send(0, detach(0, true));
        next(Detach.class);

        assertStored("a");
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12", "2.7.6"})
    void settledDeliveryDoesNotComeAgain() {
        startReceiver("a", "b");
        assertEquals("a", nextText());
        assertEquals("b", nextText());
        peer.send(0, disposition(Role.RECEIVER, 0, true, Accepted.getInstance()));
        peer.send(0, detach(0, true));
        next(Detach.class);

        assertStored("b");
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.6"})
    void rangeSettlesEveryDeliveryInIt() {
        startReceiver("a", "b", "c");
        List.of("a", "b", "c").forEach(text -> assertEquals(text, nextText()));
        Disposition all = disposition(Role.RECEIVER, 0, true, Accepted.getInstance());
        all.setLast(uint(2));
        peer.send(0, all);
        put("d");
        peer.send(0, RawAmqpPeer.credit(0, 3, 1));

        assertEquals("d", nextText());
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.6"})
    void widestRangeCostsNothing() {
        startReceiver("a");
        assertEquals("a", nextText());
        Disposition all = disposition(Role.RECEIVER, 0, true, Accepted.getInstance());
        all.setLast(uint(0xffffffffL));
        peer.send(0, all);

        assertNoMoreFrames();
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.6"})
    void rangeMayWrapAround() {
        startReceiver("a");
        assertEquals("a", nextText());
        Disposition wrapping = disposition(Role.RECEIVER, 0xfffffff0L, true, Accepted.getInstance());
        wrapping.setLast(uint(10));
        peer.send(0, wrapping);
        put("b");
        peer.send(0, RawAmqpPeer.credit(0, 1, 1));

        assertEquals("b", nextText());
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.6"})
    void rangeThatRunsBackwardsEndsTheSession() {
        openAndBegin();
        Disposition backwards = disposition(Role.RECEIVER, 5, true, Accepted.getInstance());
        backwards.setLast(uint(3));
        peer.send(0, backwards);

        assertEnded(INVALID_FIELD);
    }

    @Test
    @Spec({"AMQP 1.0", "1.4", "2.7.6"})
    void dispositionWithoutARoleCannotBeDecoded() {
        openAndBegin();
        peer.sendBody(0, new byte[] {0x00, 0x53, 0x15, (byte) 0xc0, 3, 2, 0x40, 0x43});

        assertClosed(DECODE_ERROR);
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12", "2.7.6"})
    void dispositionOfNothingIsIgnored() {
        openAndBegin();
        peer.send(0, disposition(Role.RECEIVER, 1000, true, Accepted.getInstance()));
        peer.send(0, disposition(Role.SENDER, 1000, true, Accepted.getInstance()));

        assertNoMoreFrames();
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12"})
    void outcomeLeftUnsettledIsSettledByUs() {
        startReceiver("a");
        assertEquals("a", nextText());
        peer.send(0, disposition(Role.RECEIVER, 0, false, Accepted.getInstance()));

        Disposition settled = next(Disposition.class);
        assertEquals(Role.SENDER, settled.getRole());
        assertEquals(true, settled.getSettled());
        assertInstanceOf(Accepted.class, settled.getState());
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12", "2.8.3"})
    void inModeSecondWeSettleFirst() {
        put("a");
        openAndBegin();
        Attach attach = RawAmqpPeer.receiverAttach("second", 0, address);
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        attachReceiver(attach);
        peer.send(0, RawAmqpPeer.credit(0, 0, 1));
        assertEquals("a", nextText());
        peer.send(0, disposition(Role.RECEIVER, 0, false, new Rejected()));

        Disposition settled = next(Disposition.class);
        assertEquals(true, settled.getSettled());
        assertInstanceOf(Rejected.class, settled.getState());
        peer.send(0, disposition(Role.RECEIVER, 0, true, new Rejected()));
        assertNoMoreFrames();
    }

    @Test
    @Spec({"AMQP 1.0", "2.7.3", "2.8.2"})
    void inModeSettledDeliveriesComeSettled() {
        put("a");
        openAndBegin();
        Attach attach = RawAmqpPeer.receiverAttach("settled", 0, address);
        attach.setSndSettleMode(SenderSettleMode.SETTLED);
        attachReceiver(attach);
        peer.send(0, RawAmqpPeer.credit(0, 0, 1));

        assertEquals(true, next(Transfer.class).getSettled());
        peer.send(0, detach(0, true));
        next(Detach.class);
        put("b");
        assertStored("b");
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.12", "3.4.1"})
    void stateThatIsNotTerminalLeavesTheDeliveryUnsettled() {
        startReceiver("a");
        assertEquals("a", nextText());
        Received received = new Received();
        received.setSectionNumber(uint(0));
        received.setSectionOffset(UnsignedLong.ZERO);
        peer.send(0, disposition(Role.RECEIVER, 0, false, received));
        assertNoMoreFrames();

        peer.send(0, disposition(Role.RECEIVER, 0, true, Released.getInstance()));
        assertStored("a");
    }

    @Test
    @Spec({"AMQP 1.0", "2.6.14", "2.7.1"})
    void deliveryIsCutToThePeersFrameSize() {
        String text = "0123456789".repeat(20);
        put(text);
        peer.logIn();
        Open open = new Open();
        open.setContainerId("small frames");
        open.setMaxFrameSize(uint(512));
        peer.send(0, open);
        next(Open.class);
        peer.begin(0);
        attachSender(1);
        byte[] large = new byte[4000];
        Arrays.fill(large, (byte) 'y');
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(new byte[] {0x00, 0x53, 0x75, (byte) 0xb0, 0, 0, 0x0f, (byte) 0xa0});
        message.writeBytes(large);
        peer.send(0, RawAmqpPeer.transfer(1, 0), message.toByteArray());
        skipTo(Disposition.class);
        attachReceiver(0);
        peer.send(0, RawAmqpPeer.credit(0, 0, 2));
        assertEquals(text, nextText());

        int size = 0;
        Frame frame;
        do {
            frame = nextFrame(Transfer.class);
            size += frame.payload().length;
            assertTrue(frame.payload().length < 512, peer::toString);
        } while (frame.body(Transfer.class).getMore());
        assertTrue(size >= 4008);
    }
}
