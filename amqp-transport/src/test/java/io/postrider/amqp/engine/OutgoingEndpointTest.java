// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.amqp.kit.Frames;
import io.postrider.amqp.kit.Frames.Frame;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** A link on which we send: credit, drain, fragments, dispositions (AMQP 1.0 §2.6.7, §2.6.12, §2.7.6). */
class OutgoingEndpointTest {

    private static EngineHarness attached(int credit) {
        EngineHarness harness = EngineHarness.begun().send(Frames.receiver("r", 0, "q"));
        if (credit > 0) {
            harness.send(Frames.credit(0, 0, credit));
        }
        harness.take();
        harness.events.clear();
        return harness;
    }

    private static OutgoingEndpoint link(EngineHarness harness) {
        return harness.outgoing.get(0);
    }

    @Test
    void attachIsAnsweredWithAnInitialDeliveryCount() {
        EngineHarness harness = EngineHarness.begun();

        harness.send(Frames.receiver("r", 5, "q"));

        Attach reply = harness.takeOne(Attach.class);
        assertEquals(Role.SENDER, reply.getRole());
        assertEquals(0, reply.getInitialDeliveryCount().intValue());
    }

    @Test
    void creditBoundsWhatIsSent() {
        EngineHarness harness = attached(2);

        EngineHarness.deliver(link(harness), 1, false, new byte[] {3});
        EngineHarness.deliver(link(harness), 2, false, new byte[] {4});

        assertFalse(link(harness).canSend());
        List<Frame> frames = harness.take();
        Transfer transfer = frames.get(0).as(Transfer.class);
        assertEquals(0, transfer.getDeliveryId().intValue());
        assertEquals(0, transfer.getMessageFormat().intValue());
        assertFalse(transfer.getSettled());
        assertArrayEquals(new byte[] {1, 2, 3}, frames.get(0).payload());
        assertEquals(1, frames.get(1).as(Transfer.class).getDeliveryId().intValue());
    }

    @Test
    void creditIsCountedFromTheReceiversDeliveryCount() {
        EngineHarness harness = attached(3);
        EngineHarness.deliver(link(harness), 1, true, new byte[1]);
        EngineHarness.deliver(link(harness), 2, true, new byte[1]);

        // The receiver grants 3 having seen one of the two.
        harness.send(Frames.credit(0, 1, 3));

        assertEquals(2, link(harness).credit());
    }

    @Test
    void creditBelowWhatWasSentIsNone() {
        EngineHarness harness = attached(3);
        EngineHarness.deliver(link(harness), 1, true, new byte[1]);
        EngineHarness.deliver(link(harness), 2, true, new byte[1]);

        harness.send(Frames.credit(0, 0, 1));

        assertEquals(0, link(harness).credit());
        assertFalse(link(harness).canSend());
    }

    @Test
    void largestCreditIsMuchAndNotNegative() {
        EngineHarness harness = attached(0);
        Flow flow = Frames.credit(0, 0, 0);
        flow.setLinkCredit(UnsignedInteger.MAX_VALUE);

        harness.send(flow);

        assertTrue(link(harness).credit() > 1_000_000);
    }

    @Test
    void drainIsAnsweredEvenWithoutCredit() {
        EngineHarness harness = attached(0);
        Flow flow = Frames.credit(0, 0, 0);
        flow.setDrain(true);
        harness.send(flow);

        link(harness).drained();

        Flow reply = harness.takeOne(Flow.class);
        assertTrue(reply.getDrain());
        assertEquals(0, reply.getLinkCredit().intValue());
        assertNotNull(reply.getNextIncomingId());
        assertNotNull(reply.getAvailable());
    }

    @Test
    void drainUsesUpTheRest() {
        EngineHarness harness = attached(0);
        Flow flow = Frames.credit(0, 0, 10);
        flow.setDrain(true);
        harness.send(flow);
        EngineHarness.deliver(link(harness), 1, true, new byte[1]);
        harness.take();

        link(harness).drained();

        Flow reply = harness.takeOne(Flow.class);
        assertEquals(10, reply.getDeliveryCount().intValue());
        assertEquals(0, reply.getLinkCredit().intValue());
        harness.send(Frames.credit(0, 10, 5));
        assertEquals(5, link(harness).credit());
    }

    @Test
    void drainThatWasTakenBackIsNotAnswered() {
        EngineHarness harness = attached(0);
        Flow flow = Frames.credit(0, 0, 10);
        flow.setDrain(true);
        harness.send(flow).send(Frames.credit(0, 0, 10));

        link(harness).drained();

        assertEquals(List.of(), harness.take());
        assertEquals(10, link(harness).credit());
    }

    @Test
    void echoTellsWhatIsAvailable() {
        EngineHarness harness = attached(1);
        link(harness).available(42);
        Flow flow = Frames.credit(0, 0, 1);
        flow.setEcho(true);

        harness.send(flow);

        assertEquals(42, harness.takeOne(Flow.class).getAvailable().intValue());
    }

    @Test
    void largeDeliveryIsSplitByTheirFrameSize() {
        EngineHarness harness = new EngineHarness();
        Open open = Frames.open("peer");
        open.setMaxFrameSize(UnsignedInteger.valueOf(512));
        harness.feed(
                Frames.AMQP_HEADER,
                Frames.frame(0, open),
                Frames.frame(0, Frames.begin(1, 100)),
                Frames.frame(0, Frames.receiver("r", 0, "q")),
                Frames.frame(0, Frames.credit(0, 0, 1)));
        harness.take();
        byte[] large = new byte[2000];
        large[1999] = 7;

        EngineHarness.deliver(link(harness), 1, false, large);

        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        List<Frame> frames = harness.take();
        for (int i = 0; i < frames.size(); i++) {
            Transfer transfer = frames.get(i).as(Transfer.class);
            assertEquals(i < frames.size() - 1, transfer.getMore());
            assertEquals(i == 0, transfer.getDeliveryTag() != null);
            payload.writeBytes(frames.get(i).payload());
        }
        assertEquals(5, frames.size());
        assertEquals(2002, payload.size());
        assertEquals(7, payload.toByteArray()[2001]);
    }

    @Test
    void deliveryGoesOnWhenTheWindowOpens() {
        EngineHarness harness = attached(0);
        Flow flow = Frames.credit(0, 0, 5);
        flow.setIncomingWindow(UnsignedInteger.valueOf(1));
        harness.send(flow);
        EngineHarness.deliver(link(harness), 1, false, new byte[300_000]);
        assertEquals(1, harness.take().size());
        assertTrue(link(harness).isSending());

        harness.send(Frames.sessionFlow(2, 10));
        link(harness).proceed();

        List<Frame> rest = harness.take();
        assertEquals(1, rest.size());
        assertNull(rest.get(0).as(Transfer.class).getDeliveryTag());
        assertFalse(link(harness).isSending());
    }

    @Test
    void nothingIsSentToASlowSocket() {
        EngineHarness harness = attached(5);
        harness.isWritable = false;

        assertFalse(link(harness).canSend());
    }

    @Test
    void detachGivesUpTheDeliveryUnderWay() {
        EngineHarness harness = attached(0);
        Flow flow = Frames.credit(0, 0, 5);
        flow.setIncomingWindow(UnsignedInteger.valueOf(1));
        harness.send(flow);
        EngineHarness.deliver(link(harness), 1, false, new byte[300_000]);
        harness.take();

        link(harness).detach(true, null);

        harness.takeOne(Detach.class);
        harness.send(Frames.sessionFlow(2, 10));
        link(harness).proceed();
        assertEquals(List.of(), harness.take());
    }

    @Test
    void dispositionReachesEveryLiveDeliveryOfItsRange() {
        EngineHarness harness = attached(10);
        for (int i = 0; i < 5; i++) {
            EngineHarness.deliver(link(harness), 100 + i, false, new byte[1]);
        }

        harness.send(Frames.disposition(Role.RECEIVER, 1, 3, true, Accepted.getInstance()));
        harness.send(Frames.disposition(Role.RECEIVER, 0, 9, true, Released.getInstance()));

        assertEquals(
                List.of(
                        "disposition 101 settled",
                        "disposition 102 settled",
                        "disposition 103 settled",
                        "disposition 100 settled",
                        "disposition 104 settled"),
                harness.events);
    }

    @Test
    void widestRangeIsClippedToLiveDeliveries() {
        EngineHarness harness = attached(10);
        EngineHarness.deliver(link(harness), 100, false, new byte[1]);
        EngineHarness.deliver(link(harness), 101, false, new byte[1]);

        harness.send(Frames.disposition(Role.RECEIVER, 0, -1, true, Accepted.getInstance()));

        assertEquals(List.of("disposition 100 settled", "disposition 101 settled"), harness.events);
    }

    @Test
    void rangeBeyondTheLiveOnesIsNothing() {
        EngineHarness harness = attached(10);
        EngineHarness.deliver(link(harness), 100, false, new byte[1]);

        harness.send(Frames.disposition(Role.RECEIVER, 1_000, 2_000_000_000, true, Accepted.getInstance()));

        assertEquals(List.of(), harness.events);
    }

    @Test
    void reversedRangeEndsTheSession() {
        EngineHarness harness = attached(10);
        EngineHarness.deliver(link(harness), 100, false, new byte[1]);
        harness.take();

        harness.send(Frames.disposition(Role.RECEIVER, 5, 4, true, Accepted.getInstance()));

        assertEquals("amqp:invalid-field", harness.takeEndCondition());
    }

    @Test
    void missingLastMeansOne() {
        EngineHarness harness = attached(10);
        EngineHarness.deliver(link(harness), 100, false, new byte[1]);
        EngineHarness.deliver(link(harness), 101, false, new byte[1]);
        Disposition disposition = Frames.disposition(Role.RECEIVER, 1, 1, true, Accepted.getInstance());
        disposition.setLast(null);

        harness.send(disposition);

        assertEquals(List.of("disposition 101 settled"), harness.events);
    }

    @Test
    void unsettledOutcomeIsAnsweredBySettling() {
        EngineHarness harness = attached(10);
        EngineHarness.deliver(link(harness), 100, false, new byte[1]);
        harness.take();

        harness.send(Frames.disposition(Role.RECEIVER, 0, 0, false, Accepted.getInstance()));
        assertEquals(List.of("disposition 100"), harness.events);
        link(harness).settle(harness.dispositions.get(0), Accepted.getInstance());

        Disposition answer = harness.takeOne(Disposition.class);
        assertEquals(Role.SENDER, answer.getRole());
        assertTrue(answer.getSettled());
        assertEquals(Accepted.getInstance(), answer.getState());
    }

    @Test
    void deliveriesOfAnEndedLinkAreForgotten() {
        EngineHarness harness = attached(10);
        EngineHarness.deliver(link(harness), 100, false, new byte[1]);
        link(harness).detach(true, null);
        harness.events.clear();

        harness.send(Frames.disposition(Role.RECEIVER, 0, 0, true, Accepted.getInstance()));

        assertEquals(List.of(), harness.events);
    }

    @Test
    void refusalIsANullSourceAndAClosingDetach() {
        EngineHarness harness = EngineHarness.begun();
        harness.answersLinks = false;
        harness.send(Frames.receiver("r", 0, "q"));

        link(harness)
                .refuse(new org.apache.qpid.proton.amqp.transport.ErrorCondition(
                        org.apache.qpid.proton.amqp.transport.AmqpError.NOT_FOUND, "There is no q"));

        List<Frame> frames = harness.take();
        assertNull(frames.get(0).as(Attach.class).getSource());
        assertTrue(frames.get(1).as(Detach.class).getClosed());
        assertEquals("There is no q", frames.get(1).as(Detach.class).getError().getDescription());
    }

    @Test
    void peersDetachIsLeftToTheOwner() {
        EngineHarness harness = attached(1);

        harness.send(Frames.detach(0, false));
        assertEquals(List.of("detached false"), harness.events);
        assertEquals(List.of(), harness.take());
        link(harness).detach(false, null);

        assertFalse(harness.takeOne(Detach.class).getClosed());
    }
}
