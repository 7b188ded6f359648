// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.amqp.kit.Frames;
import io.postrider.amqp.kit.Frames.Frame;
import java.util.List;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Windows, handles and delivery ids of a session (AMQP 1.0 §2.5, §2.6.2): each rule broken once. */
class SessionRulesTest {

    private static EngineHarness withSender() {
        EngineHarness harness = EngineHarness.begun().send(Frames.sender("s", 0, "q"));
        harness.take();
        return harness;
    }

    @Test
    void handleInUseEndsTheSession() {
        EngineHarness harness = withSender();

        harness.send(Frames.sender("other", 0, "q"));

        assertEquals("amqp:session:handle-in-use", harness.takeEndCondition());
        assertTrue(harness.engine.isOpen());
    }

    @Test
    void handleAboveOurLimitEndsTheConnection() {
        EngineHarness harness = EngineHarness.begun();

        harness.send(Frames.sender("s", 16, "q"));

        assertEquals("amqp:connection:framing-error", harness.takeCloseCondition());
    }

    @Test
    void unattachedHandleEndsTheSession() {
        for (Object body : List.of(Frames.transfer(9, 0, false), Frames.credit(9, 0, 1), Frames.detach(9, true))) {
            EngineHarness harness = withSender();

            harness.send(body);

            assertEquals("amqp:session:unattached-handle", harness.takeEndCondition(), body.toString());
        }
    }

    @Test
    void handleIsFreeAgainAfterDetachBothWays() {
        EngineHarness harness = withSender();

        harness.send(Frames.detach(0, true));
        harness.send(Frames.sender("again", 0, "q"));

        List<Frame> frames = harness.take();
        assertTrue(frames.get(0).as(Detach.class).getClosed());
        assertEquals("again", frames.get(1).as(Attach.class).getName());
        assertEquals(0, frames.get(1).as(Attach.class).getHandle().intValue());
    }

    @Test
    void framesCrossingOurOwnDetachAreIgnored() {
        EngineHarness harness = withSender();
        harness.incoming.get(0).detach(true, null);
        harness.take();

        harness.send(Frames.transfer(0, 0, false), "x".getBytes());
        harness.send(Frames.credit(0, 0, 1));
        harness.send(Frames.detach(0, true));

        assertEquals(List.of(), harness.take());
    }

    @Test
    void idsStayRightBehindADeliveryThatCrossedOurDetach() {
        EngineHarness harness = withSender();
        harness.send(Frames.sender("t", 1, "q"));
        harness.incoming.get(0).detach(true, null);
        harness.take();

        harness.send(Frames.transfer(0, 0, false), "x".getBytes());
        harness.send(Frames.transfer(1, 1, false), "y".getBytes());

        assertEquals("delivery 1 y", harness.events.get(harness.events.size() - 1));
    }

    @Test
    void deliveryIdsMustBeConsecutive() {
        EngineHarness harness = withSender();
        harness.send(Frames.transfer(0, 5, false), "x".getBytes());
        harness.take();

        harness.send(Frames.transfer(0, 7, false), "y".getBytes());

        assertEquals("amqp:illegal-state", harness.takeEndCondition());
    }

    @Test
    void deliveryIdsWrap() {
        EngineHarness harness = withSender();

        harness.send(Frames.transfer(0, -1, true), "x".getBytes());
        harness.send(Frames.transfer(0, 0, true), "y".getBytes());

        assertEquals(List.of("delivery -1 settled x", "delivery 0 settled y"), harness.events);
    }

    @Test
    void firstTransferMustCarryAnId() {
        EngineHarness harness = withSender();
        Transfer transfer = Frames.transfer(0, 0, false);
        transfer.setDeliveryId(null);

        harness.send(transfer, "x".getBytes());

        assertEquals("amqp:invalid-field", harness.takeEndCondition());
    }

    @Test
    void firstTransferMustCarryATag() {
        EngineHarness harness = withSender();
        Transfer transfer = Frames.transfer(0, 0, false);
        transfer.setDeliveryTag(null);

        harness.send(transfer, "x".getBytes());

        assertEquals("amqp:invalid-field", harness.takeEndCondition());
    }

    @Test
    void tagAboveThirtyTwoBytesIsRefused() {
        EngineHarness harness = withSender();
        Transfer transfer = Frames.transfer(0, 0, false);
        transfer.setDeliveryTag(new org.apache.qpid.proton.amqp.Binary(new byte[33]));

        harness.send(transfer, "x".getBytes());

        assertEquals("amqp:invalid-field", harness.takeEndCondition());
    }

    @Test
    void transferOnAReceivingLinkIsRefused() {
        EngineHarness harness = EngineHarness.begun().send(Frames.receiver("r", 0, "q"));
        harness.take();

        harness.send(Frames.transfer(0, 0, false), "x".getBytes());

        assertEquals("amqp:not-allowed", harness.takeEndCondition());
    }

    @Test
    void afterOurEndEverythingIsIgnoredUntilTheirs() {
        EngineHarness harness = withSender();
        harness.send(Frames.transfer(9, 0, false));
        harness.take();

        harness.send(Frames.sender("t", 1, "q"));
        harness.send(new org.apache.qpid.proton.amqp.transport.End());
        assertEquals(List.of(), harness.take());

        harness.send(Frames.begin());
        harness.takeOne(Begin.class);
    }

    @Test
    void windowIsEnforcedAndReplenishedAtHalf() {
        EngineHarness harness = withSender();
        int half = IncomingWindow.FRAMES / 2;
        byte[] fragment = Frames.frame(0, 0, Frames.continuation(0, true), new byte[1]);
        Transfer first = Frames.transfer(0, 0, false);
        first.setMore(true);
        harness.send(first, new byte[1]);

        for (int i = 1; i < half; i++) {
            harness.feed(fragment);
        }
        assertEquals(List.of(), harness.take());
        harness.feed(fragment);

        Flow flow = harness.takeOne(Flow.class);
        assertNull(flow.getHandle());
        assertEquals(IncomingWindow.FRAMES, flow.getIncomingWindow().intValue());
        assertEquals(1 + half + 1, flow.getNextIncomingId().intValue());
    }

    @Test
    void transferBeyondTheWindowEndsTheSession() {
        EngineHarness harness = withSender();
        Transfer first = Frames.transfer(0, 0, false);
        first.setMore(true);
        byte[] fragment = Frames.frame(0, 0, Frames.continuation(0, true), new byte[1]);
        java.io.ByteArrayOutputStream burst = new java.io.ByteArrayOutputStream();
        burst.writeBytes(Frames.frame(0, 0, first, new byte[1]));
        for (int i = 0; i < IncomingWindow.FRAMES; i++) {
            burst.writeBytes(fragment);
        }

        harness.feed(burst.toByteArray());

        assertEquals("amqp:session:window-violation", harness.takeEndCondition());
    }

    @Test
    void echoOfTheSessionIsAnswered() {
        EngineHarness harness = EngineHarness.begun();
        Flow flow = Frames.sessionFlow(1, 50);
        flow.setEcho(true);

        harness.send(flow);

        assertNull(harness.takeOne(Flow.class).getHandle());
    }

    @Test
    void theirWindowHoldsOurTransfersBack() {
        EngineHarness harness = EngineHarness.begun().send(Frames.receiver("r", 0, "q"));
        Flow flow = Frames.credit(0, 0, 10);
        flow.setIncomingWindow(UnsignedInteger.valueOf(2));
        harness.send(flow);
        harness.take();
        harness.events.clear();
        OutgoingEndpoint link = harness.outgoing.get(0);

        EngineHarness.deliver(link, 1, true, new byte[10]);
        EngineHarness.deliver(link, 2, true, new byte[10]);

        assertEquals(2, harness.take().size());
        assertEquals(false, link.canSend());
        harness.send(Frames.sessionFlow(3, 1));
        assertEquals(List.of("window"), harness.events);
        assertTrue(link.canSend());
    }

    @Test
    void flowBeforeTheySawOurBeginCountsFromOurFirstId() {
        EngineHarness harness = EngineHarness.begun().send(Frames.receiver("r", 0, "q"));
        Flow flow = Frames.credit(0, 0, 10);
        flow.setNextIncomingId(null);
        flow.setIncomingWindow(UnsignedInteger.valueOf(1));

        harness.send(flow);

        assertTrue(harness.outgoing.get(0).canSend());
    }
}
