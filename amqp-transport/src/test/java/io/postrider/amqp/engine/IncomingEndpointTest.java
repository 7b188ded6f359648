// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.amqp.kit.Frames;
import io.postrider.amqp.kit.Frames.Frame;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** A link on which the peer sends: credit, assembly, settlement (AMQP 1.0 §2.6.7, §2.6.12, §2.6.14, §2.7.5). */
class IncomingEndpointTest {

    private static EngineHarness attached() {
        EngineHarness harness = EngineHarness.begun().send(Frames.sender("s", 0, "q"));
        harness.take();
        return harness;
    }

    private static Transfer first(int id, boolean hasMore) {
        Transfer transfer = Frames.transfer(0, id, false);
        transfer.setMore(hasMore);
        return transfer;
    }

    private static Detach detachOf(EngineHarness harness) {
        List<Frame> frames = harness.take();
        return frames.get(frames.size() - 1).as(Detach.class);
    }

    @Test
    void attachIsAnsweredWithTheOtherRoleAndCredit() {
        EngineHarness harness = EngineHarness.begun();

        harness.send(Frames.sender("s", 3, "q"));

        List<Frame> frames = harness.take();
        Attach reply = frames.get(0).as(Attach.class);
        assertEquals(Role.RECEIVER, reply.getRole());
        assertEquals("s", reply.getName());
        assertNull(reply.getInitialDeliveryCount());
        Flow flow = frames.get(1).as(Flow.class);
        assertEquals(EngineHarness.CREDIT, flow.getLinkCredit().intValue());
        assertEquals(0, flow.getDeliveryCount().intValue());
        assertNotNull(flow.getNextIncomingId());
    }

    @Test
    void deliveryCountStartsWhereTheSenderSays() {
        EngineHarness harness = EngineHarness.begun();
        Attach attach = Frames.sender("s", 0, "q");
        attach.setInitialDeliveryCount(UnsignedInteger.valueOf(0xfffffffeL));
        harness.send(attach);
        harness.take();

        for (int i = 0; i < 3; i++) {
            harness.send(Frames.transfer(0, i, true), "x".getBytes());
        }
        harness.incoming.get(0).grant(7);

        Flow flow = harness.takeOne(Flow.class);
        assertEquals(1, flow.getDeliveryCount().intValue());
        assertEquals(7, flow.getLinkCredit().intValue());
    }

    @Test
    void fragmentsBecomeOneDelivery() {
        EngineHarness harness = attached();

        harness.send(first(0, true), "a".getBytes());
        harness.send(Frames.continuation(0, true), "b".getBytes());
        harness.send(Frames.continuation(0, true), new byte[0]);
        harness.send(Frames.continuation(0, false), "c".getBytes());

        assertEquals(List.of("delivery 0 abc"), harness.events);
    }

    @Test
    void payloadMayBeCutIntoFramesAnywhere() {
        String text = "the quick brown fox jumps over the lazy dog";
        for (int cut = 0; cut <= text.length(); cut++) {
            EngineHarness harness = attached();

            harness.send(first(0, true), text.substring(0, cut).getBytes());
            harness.send(Frames.continuation(0, false), text.substring(cut).getBytes());

            assertEquals(List.of("delivery 0 " + text), harness.events, "cut=" + cut);
        }
    }

    @Test
    void fragmentsOfTwoLinksMayInterleave() {
        EngineHarness harness = attached().send(Frames.sender("t", 1, "q"));
        Transfer other = Frames.transfer(1, 1, false);
        other.setMore(true);

        harness.send(first(0, true), "a".getBytes());
        harness.send(other, "1".getBytes());
        harness.send(Frames.continuation(0, false), "b".getBytes());
        harness.send(Frames.continuation(1, false), "2".getBytes());

        assertEquals(List.of("delivery 0 ab", "delivery 1 12"), harness.events);
    }

    @Test
    void abortedDeliveryIsDroppedAndUsesACredit() {
        EngineHarness harness = attached();
        Transfer abort = Frames.continuation(0, false);
        abort.setAborted(true);

        harness.send(first(0, true), "a".getBytes());
        harness.send(abort, new byte[0]);
        harness.send(Frames.transfer(0, 1, false), "b".getBytes());

        assertEquals(List.of("delivery 1 b"), harness.events);
        assertEquals(EngineHarness.CREDIT - 2, harness.incoming.get(0).credit());
    }

    @Test
    void settledOnAnyFragmentHolds() {
        EngineHarness harness = attached();
        Transfer last = Frames.continuation(0, false);
        last.setSettled(true);

        harness.send(first(0, true), "a".getBytes());
        harness.send(last, "b".getBytes());

        assertEquals(List.of("delivery 0 settled ab"), harness.events);
    }

    @Test
    void continuationWithAnotherIdEndsTheSession() {
        EngineHarness harness = attached();
        harness.send(first(0, true), "a".getBytes());

        harness.send(first(1, false), "b".getBytes());

        assertEquals("amqp:illegal-state", harness.takeEndCondition());
    }

    @Test
    void continuationWithAnotherTagEndsTheSession() {
        EngineHarness harness = attached();
        harness.send(first(0, true), "a".getBytes());
        Transfer next = first(0, false);
        next.setDeliveryTag(new Binary(new byte[] {9}));

        harness.send(next, "b".getBytes());

        assertEquals("amqp:illegal-state", harness.takeEndCondition());
    }

    @Test
    void transferBeyondCreditEndsTheLinkOnly() {
        EngineHarness harness = attached().send(Frames.sender("t", 1, "q"));
        for (int i = 0; i < EngineHarness.CREDIT; i++) {
            harness.send(Frames.transfer(0, i, true), "x".getBytes());
        }
        harness.take();
        harness.events.clear();

        harness.send(Frames.transfer(0, EngineHarness.CREDIT, true), "x".getBytes());

        Detach detach = harness.takeOne(Detach.class);
        assertEquals(
                "amqp:link:transfer-limit-exceeded",
                detach.getError().getCondition().toString());
        assertTrue(detach.getClosed());
        harness.send(Frames.transfer(1, EngineHarness.CREDIT + 1, true), "y".getBytes());
        assertEquals(List.of("incoming lost true", "delivery 11 settled y"), harness.events);
    }

    @Test
    void tooLargeMessageEndsTheLinkWhileItArrives() {
        EngineHarness harness = attached();
        byte[] part = new byte[4000];
        harness.send(first(0, true), part);
        for (int i = 0; i < 4; i++) {
            harness.send(Frames.continuation(0, true), part);
        }
        assertEquals(List.of(), harness.take());

        harness.send(Frames.continuation(0, true), new byte[1]);

        assertEquals(
                "amqp:link:message-size-exceeded",
                detachOf(harness).getError().getCondition().toString());
    }

    @Test
    void partsOnManyLinksTogetherAreLimitedToo() {
        EngineHarness harness = attached();
        byte[] part = new byte[4000];
        for (int link = 1; link <= 4; link++) {
            harness.send(Frames.sender("s" + link, link, "q"));
            Transfer transfer = Frames.transfer(link, link - 1, false);
            transfer.setMore(true);
            harness.send(transfer, part);
        }
        harness.take();
        Transfer more = Frames.continuation(1, true);
        harness.send(more, part);
        assertEquals(List.of(), harness.take());

        harness.send(more, new byte[1]);

        assertEquals(
                "amqp:resource-limit-exceeded",
                detachOf(harness).getError().getCondition().toString());
        harness.events.clear();
        harness.send(Frames.continuation(2, false), part);
        assertEquals(1, harness.events.size());
    }

    @Test
    void unknownMessageFormatEndsTheLink() {
        EngineHarness harness = attached();
        Transfer transfer = Frames.transfer(0, 0, false);
        transfer.setMessageFormat(UnsignedInteger.valueOf(0x80013700L));

        harness.send(transfer, "x".getBytes());

        assertEquals(
                "amqp:not-implemented",
                detachOf(harness).getError().getCondition().toString());
    }

    @Test
    void resumedDeliveryEndsTheLink() {
        EngineHarness harness = attached();
        Transfer transfer = Frames.transfer(0, 0, false);
        transfer.setResume(true);

        harness.send(transfer, "x".getBytes());

        assertEquals(
                "amqp:not-implemented",
                detachOf(harness).getError().getCondition().toString());
    }

    @Test
    void unsettledMapIsRefusedWithANullTarget() {
        EngineHarness harness = EngineHarness.begun();
        Attach attach = Frames.sender("s", 0, "q");
        attach.setUnsettled(Map.of(new Binary(new byte[] {1}), Accepted.getInstance()));

        harness.send(attach);

        List<Frame> frames = harness.take();
        assertNull(frames.get(0).as(Attach.class).getTarget());
        assertTrue(frames.get(1).as(Detach.class).getClosed());
        assertEquals(
                "amqp:not-implemented",
                frames.get(1).as(Detach.class).getError().getCondition().toString());
    }

    @Test
    void sameNameTwiceOnOneSessionIsForTheOwnerToDecide() {
        EngineHarness harness = attached();

        harness.send(Frames.sender("s", 1, "q"));

        assertEquals(2, harness.incoming.size());
    }

    @Test
    void transferBehindAnUnansweredAttachWaitsForTheAnswer() {
        EngineHarness harness = EngineHarness.begun();
        harness.answersLinks = false;
        harness.feed(
                Frames.frame(0, Frames.sender("s", 0, "q")),
                Frames.frame(0, 0, Frames.transfer(0, 0, true), "x".getBytes()),
                Frames.frame(0, 0, Frames.transfer(0, 1, true), "y".getBytes()),
                Frames.frame(0, new org.apache.qpid.proton.amqp.transport.Close()));
        assertEquals(List.of("held true"), harness.events);

        Attach reply = new Attach();
        reply.setTarget(new org.apache.qpid.proton.amqp.messaging.Target());
        harness.incoming.get(0).accept(reply);
        harness.incoming.get(0).grant(5);

        List<Frame> frames = harness.take();
        assertEquals(
                List.of("held true", "held false", "delivery 0 settled x", "delivery 1 settled y"),
                harness.events.subList(0, 4));
        assertEquals(
                List.of("Attach", "Flow", "Close"),
                frames.stream().map(f -> f.body().getClass().getSimpleName()).toList());
    }

    @Test
    void tagOfAnUnsettledDeliveryMayNotComeAgain() {
        EngineHarness harness = attached();
        harness.send(Frames.transfer(0, 0, false), "x".getBytes());
        Transfer again = Frames.transfer(0, 1, false);
        again.setDeliveryTag(Frames.transfer(0, 0, false).getDeliveryTag());

        harness.send(again, "y".getBytes());

        assertEquals(
                "amqp:illegal-state",
                detachOf(harness).getError().getCondition().toString());
    }

    @Test
    void tagMayComeAgainOnceSettled() {
        EngineHarness harness = attached();
        byte[] longTag = "a tag of more than seven bytes".getBytes();
        for (int i = 0; i < 5; i++) {
            Transfer transfer = Frames.transfer(0, i, false);
            transfer.setDeliveryTag(new Binary(longTag));
            harness.send(transfer, "x".getBytes());
            harness.incoming.get(0).settle(i, Accepted.getInstance());
        }

        assertEquals(5, harness.events.size());
    }

    @Test
    void messageFormatMayNotChangeWithinADelivery() {
        EngineHarness harness = attached();
        harness.send(first(0, true), "a".getBytes());
        Transfer next = Frames.continuation(0, false);
        next.setMessageFormat(UnsignedInteger.ONE);

        harness.send(next, "b".getBytes());

        assertEquals(
                "amqp:invalid-field",
                detachOf(harness).getError().getCondition().toString());
    }

    @Test
    void transferMaySettleFirstOnALinkInModeSecond() {
        EngineHarness harness = EngineHarness.begun();
        Attach attach = Frames.sender("s", 0, "q");
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        harness.send(attach);
        harness.take();
        Transfer transfer = Frames.transfer(0, 0, false);
        transfer.setRcvSettleMode(ReceiverSettleMode.FIRST);
        harness.send(transfer, "x".getBytes());

        harness.incoming.get(0).settle(0, Accepted.getInstance());

        assertEquals(true, harness.takeOne(Disposition.class).getSettled());
    }

    @Test
    void unsettledDeliveryOnASettledLinkEndsTheLink() {
        EngineHarness harness = EngineHarness.begun();
        Attach attach = Frames.sender("s", 0, "q");
        attach.setSndSettleMode(SenderSettleMode.SETTLED);
        harness.send(attach);
        harness.take();

        harness.send(Frames.transfer(0, 0, false), "x".getBytes());

        assertEquals(
                "amqp:invalid-field",
                detachOf(harness).getError().getCondition().toString());
    }

    @Test
    void sameNameInBothRolesAreTwoLinks() {
        EngineHarness harness = attached();

        harness.send(Frames.receiver("s", 1, "q"));

        assertEquals(Role.SENDER, harness.takeOne(Attach.class).getRole());
    }

    @Test
    void acceptedDeliveriesInARowAreOneDisposition() {
        EngineHarness harness = attached();
        for (int i = 0; i < 5; i++) {
            harness.send(Frames.transfer(0, i, false), "x".getBytes());
        }

        for (int i = 0; i < 5; i++) {
            harness.incoming.get(0).settle(i, Accepted.getInstance());
        }

        Disposition disposition = harness.takeOne(Disposition.class);
        assertEquals(Role.RECEIVER, disposition.getRole());
        assertEquals(0, disposition.getFirst().intValue());
        assertEquals(4, disposition.getLast().intValue());
        assertTrue(disposition.getSettled());
        assertEquals(Accepted.getInstance(), disposition.getState());
    }

    @Test
    void anotherOutcomeOrAGapBeginsAnotherDisposition() {
        EngineHarness harness = attached();
        for (int i = 0; i < 6; i++) {
            harness.send(Frames.transfer(0, i, false), "x".getBytes());
        }
        IncomingEndpoint link = harness.incoming.get(0);

        link.settle(0, Accepted.getInstance());
        link.settle(1, Accepted.getInstance());
        link.settle(2, new Rejected());
        link.settle(4, Accepted.getInstance());
        link.settle(3, Accepted.getInstance());
        link.settle(5, Released.getInstance());

        List<Integer> firsts = harness.take().stream()
                .map(frame -> frame.as(Disposition.class).getFirst().intValue())
                .toList();
        assertEquals(List.of(0, 2, 4, 3, 5), firsts);
    }

    @Test
    void settledDeliveriesAndUnknownOnesGetNoDisposition() {
        EngineHarness harness = attached();
        harness.send(Frames.transfer(0, 0, true), "x".getBytes());

        harness.incoming.get(0).settle(0, Accepted.getInstance());
        harness.incoming.get(0).settle(77, Accepted.getInstance());

        assertEquals(List.of(), harness.take());
    }

    @Test
    void senderMaySettleFirst() {
        EngineHarness harness = attached();
        harness.send(Frames.transfer(0, 0, false), "x".getBytes());

        harness.send(Frames.disposition(Role.SENDER, 0, 0, true, null));
        harness.incoming.get(0).settle(0, Accepted.getInstance());

        assertEquals(List.of(), harness.take());
        assertEquals("settled by peer 0", harness.events.get(1));
    }

    @Test
    void inModeSecondTheSenderSettlesLast() {
        EngineHarness harness = EngineHarness.begun();
        Attach attach = Frames.sender("s", 0, "q");
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        harness.send(attach).send(Frames.transfer(0, 0, false), "x".getBytes());
        harness.take();

        harness.incoming.get(0).settle(0, Accepted.getInstance());
        assertFalse(harness.takeOne(Disposition.class).getSettled());
        harness.send(Frames.disposition(Role.SENDER, 0, 0, true, Accepted.getInstance()));

        assertEquals("settled by peer 0", harness.events.get(1));
    }

    @Test
    void dispositionsPrecedeTheDetach() {
        EngineHarness harness = attached();
        harness.send(Frames.transfer(0, 0, false), "x".getBytes());
        IncomingEndpoint link = harness.incoming.get(0);

        link.settle(0, Accepted.getInstance());
        link.detach(true, null);

        List<Frame> frames = harness.take();
        frames.get(0).as(Disposition.class);
        frames.get(1).as(Detach.class);
    }

    @Test
    void senderThatGaveUpCreditIsFollowed() {
        EngineHarness harness = attached();
        Flow flow = Frames.credit(0, EngineHarness.CREDIT, 0);

        harness.send(flow);

        assertEquals(0, harness.incoming.get(0).credit());
    }

    @Test
    void echoOfTheLinkIsAnswered() {
        EngineHarness harness = attached();
        Flow flow = Frames.credit(0, 0, 0);
        flow.setEcho(true);

        harness.send(flow);

        Flow reply = harness.takeOne(Flow.class);
        assertEquals(EngineHarness.CREDIT, reply.getLinkCredit().intValue());
        assertEquals(0, reply.getHandle().intValue());
    }

    @Test
    void detachBeforeTheAnswerIsAnsweredInFull() {
        EngineHarness harness = EngineHarness.begun();
        harness.answersLinks = false;
        harness.send(Frames.sender("s", 0, "q"));
        assertEquals(List.of(), harness.take());

        harness.send(Frames.detach(0, true));

        List<Frame> frames = harness.take();
        assertNull(frames.get(0).as(Attach.class).getTarget());
        assertTrue(frames.get(1).as(Detach.class).getClosed());
    }

    @Test
    void veryLongNameIsRefused() {
        char[] name = new char[4097];
        Arrays.fill(name, 'n');

        Attach attach = Frames.sender(new String(name), 1, "q");
        EngineHarness wide = new EngineHarness(new EngineSettings("wide", 65536, 7, 15, 1000, 0));
        wide.feed(
                Frames.AMQP_HEADER,
                Frames.frame(0, Frames.open("peer")),
                Frames.frame(0, Frames.begin()),
                Frames.frame(0, attach));

        assertEquals(
                "amqp:invalid-field", detachOf(wide).getError().getCondition().toString());
    }
}
