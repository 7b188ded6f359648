// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.amqp.kit.Frames;
import io.postrider.amqp.kit.Frames.Frame;
import io.postrider.amqp.kit.RawPeer;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Durability;
import io.postrider.api.port.ConsumerRequest.Mode;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Links over real sockets: termini, outcomes, subscriptions, refusals, stealing. */
class ListenerLinkTest {
    private ListenerFixture fixture;
    private RawPeer peer;

    @BeforeEach
    void start() throws Exception {
        fixture = ListenerFixture.open();
        peer = RawPeer.begun(fixture.port, "client");
    }

    @AfterEach
    void stop() throws Exception {
        peer.close();
        fixture.close();
    }

    private static Symbol symbol(String name) {
        return Symbol.valueOf(name);
    }

    private String detachCondition() throws Exception {
        Detach detach = peer.expect(Detach.class);
        assertTrue(detach.getClosed());
        return detach.getError().getCondition().toString();
    }

    private static byte[] messageTo(String address) {
        Properties properties = new Properties();
        properties.setTo(address);
        return Frames.encode(properties, new AmqpValue("x"));
    }

    private Frame transferOn(RawPeer receiver) throws Exception {
        Frame frame = receiver.next();
        frame.as(Transfer.class);
        return frame;
    }

    // ---- sending and receiving

    @Test
    void messageGoesThroughAndIsAccepted() throws Exception {
        peer.attachSender("s", 0, "q");
        peer.send(0, Frames.transfer(0, 0, false), Frames.message("hello"));
        assertEquals(Accepted.getInstance(), peer.expect(Disposition.class).getState());

        peer.attachReceiver("r", 1, "q", 10);
        Frame frame = transferOn(peer);

        byte[] payload = frame.payload();
        byte[] bare = Frames.message("hello");
        assertEquals(0x70, payload[2]);
        assertEquals(
                List.of(java.nio.ByteBuffer.wrap(bare)),
                List.of(java.nio.ByteBuffer.wrap(payload, payload.length - bare.length, bare.length)));
        peer.send(0, Frames.disposition(Role.RECEIVER, 0, 0, true, Accepted.getInstance()));
        await().until(() -> fixture.broker.outcomes().equals(List.of(Outcome.ACCEPTED)));
    }

    @Test
    void outcomesReachTheBroker() throws Exception {
        peer.attachSender("s", 0, "q");
        for (int i = 0; i < 4; i++) {
            peer.send(0, Frames.transfer(0, i, true), Frames.message("m" + i));
        }
        Attach attach = Frames.receiver("r", 1, "q");
        Modified failed = new Modified();
        failed.setDeliveryFailed(true);
        ((Source) attach.getSource()).setDefaultOutcome(failed);
        peer.send(0, attach);
        peer.expect(Attach.class);
        peer.send(0, Frames.credit(1, 0, 4));
        for (int i = 0; i < 4; i++) {
            transferOn(peer);
        }

        peer.send(0, Frames.disposition(Role.RECEIVER, 0, 0, true, new Rejected()));
        peer.send(0, Frames.disposition(Role.RECEIVER, 1, 1, true, Released.getInstance()));
        peer.send(0, Frames.disposition(Role.RECEIVER, 2, 2, true, null));
        peer.send(0, Frames.disposition(Role.RECEIVER, 3, 3, true, Accepted.getInstance()));

        await().until(() -> fixture.broker.outcomes().size() == 4);
        assertEquals(
                List.of(new Outcome.Rejected(null, null), Outcome.RELEASED, Outcome.FAILED, Outcome.ACCEPTED),
                fixture.broker.outcomes());
    }

    @Test
    void unsettledOutcomeIsConfirmed() throws Exception {
        peer.attachSender("s", 0, "q");
        peer.send(0, Frames.transfer(0, 0, true), Frames.message("m"));
        peer.attachReceiver("r", 1, "q", 1);
        transferOn(peer);

        peer.send(0, Frames.disposition(Role.RECEIVER, 0, 0, false, Accepted.getInstance()));

        Disposition answer = peer.expect(Disposition.class);
        assertEquals(Role.SENDER, answer.getRole());
        assertTrue(answer.getSettled());
    }

    @Test
    void settledModeTakesAtMostOnce() throws Exception {
        peer.attachSender("s", 0, "q");
        peer.send(0, Frames.transfer(0, 0, true), Frames.message("m"));
        Attach attach = Frames.receiver("r", 1, "q");
        attach.setSndSettleMode(SenderSettleMode.SETTLED);
        peer.send(0, attach);
        assertEquals(SenderSettleMode.SETTLED, peer.expect(Attach.class).getSndSettleMode());
        peer.send(0, Frames.credit(1, 0, 1));

        assertTrue(transferOn(peer).as(Transfer.class).getSettled());
        assertEquals(Mode.AT_MOST_ONCE, fixture.broker.consumerRequests().get(0).mode());
    }

    @Test
    void drainOfAnEmptyQueueIsAnsweredByOneFlow() throws Exception {
        peer.attachReceiver("r", 0, "q", 0);
        Flow flow = Frames.credit(0, 0, 5);
        flow.setDrain(true);
        peer.send(0, flow);

        Flow reply = peer.expect(Flow.class);
        assertTrue(reply.getDrain());
        assertEquals(0, reply.getLinkCredit().intValue());
        assertEquals(5, reply.getDeliveryCount().intValue());
    }

    @Test
    void drainComesBehindTheMessagesThereAre() throws Exception {
        peer.attachSender("s", 0, "q");
        peer.send(0, Frames.transfer(0, 0, true), Frames.message("m"));
        peer.attachReceiver("r", 1, "q", 0);
        Flow flow = Frames.credit(1, 0, 5);
        flow.setDrain(true);
        peer.send(0, flow);

        transferOn(peer);
        assertEquals(5, peer.expect(Flow.class).getDeliveryCount().intValue());
        peer.send(0, Frames.credit(1, 5, 5));
        peer.send(0, Frames.transfer(0, 1, true), Frames.message("n"));
        transferOn(peer);
    }

    @Test
    void loweredCreditGivesWaitingMessagesBack() throws Exception {
        Flow narrow = Frames.credit(1, 0, 10);
        narrow.setIncomingWindow(org.apache.qpid.proton.amqp.UnsignedInteger.ONE);
        peer.attachSender("s", 0, "q");
        peer.attachReceiver("r", 1, "q", 0);
        peer.send(0, narrow);
        for (int i = 0; i < 3; i++) {
            peer.send(0, Frames.transfer(0, i, true), Frames.message("m" + i));
        }
        transferOn(peer);

        Flow none = Frames.credit(1, 1, 0);
        none.setIncomingWindow(org.apache.qpid.proton.amqp.UnsignedInteger.ZERO);
        none.setNextIncomingId(org.apache.qpid.proton.amqp.UnsignedInteger.valueOf(2));
        peer.send(0, none);

        await().until(() -> fixture.broker.depth("q") == 2);
    }

    @Test
    void refusedPublishIsRejectedWithItsReason() throws Exception {
        peer.attachSender("s", 0, "q");
        fixture.broker.refusePublishes(new Rejection(ErrorCode.RESOURCE_LIMIT, "The queue is full"));

        peer.send(0, Frames.transfer(0, 0, false), Frames.message("m"));

        Rejected rejected =
                assertInstanceOf(Rejected.class, peer.expect(Disposition.class).getState());
        assertEquals(
                "amqp:resource-limit-exceeded",
                rejected.getError().getCondition().toString());
    }

    @Test
    void refusedPreSettledPublishEndsTheLink() throws Exception {
        peer.attachSender("s", 0, "q");
        fixture.broker.refusePublishes(new Rejection(ErrorCode.RESOURCE_LIMIT, "The queue is full"));

        peer.send(0, Frames.transfer(0, 0, true), Frames.message("m"));

        assertEquals("amqp:resource-limit-exceeded", detachCondition());
    }

    @Test
    void undecodableMessageIsRejected() throws Exception {
        peer.attachSender("s", 0, "q");

        peer.send(0, Frames.transfer(0, 0, false), new byte[] {1, 2, 3});
        Rejected rejected =
                assertInstanceOf(Rejected.class, peer.expect(Disposition.class).getState());
        assertEquals("amqp:decode-error", rejected.getError().getCondition().toString());
        peer.send(0, Frames.transfer(0, 1, false), new byte[0]);
        assertInstanceOf(Rejected.class, peer.expect(Disposition.class).getState());
    }

    @Test
    void producerCreditIsToppedUpAtHalfAndStopsWhileBlocked() throws Exception {
        peer.attachSender("s", 0, "q");
        for (int i = 0; i < 499; i++) {
            peer.write(Frames.frame(0, 0, Frames.transfer(0, i, true), Frames.message("m")));
        }
        peer.send(0, Frames.transfer(0, 499, true), Frames.message("m"));
        assertEquals(1000, linkFlow().getLinkCredit().intValue());

        fixture.broker.blockProducers("q", true);
        for (int i = 500; i < 1500; i++) {
            peer.write(Frames.frame(0, 0, Frames.transfer(0, i, true), Frames.message("m")));
        }
        await().until(() -> fixture.broker.depth("q") == 1500);
        fixture.broker.blockProducers("q", false);

        Flow flow = linkFlow();
        assertEquals(1500, flow.getDeliveryCount().intValue());
        assertEquals(1000, flow.getLinkCredit().intValue());
    }

    /** Passes by the flows that only renew the session's window. */
    private Flow linkFlow() throws Exception {
        Flow flow = peer.expect(Flow.class);
        while (flow.getHandle() == null) {
            flow = peer.expect(Flow.class);
        }
        return flow;
    }

    // ---- refusals

    @Test
    void unknownAddressIsRefusedWithNullTermini() throws Exception {
        peer.send(0, Frames.sender("s", 0, "missing"));
        assertNull(peer.expect(Attach.class).getTarget());
        assertEquals("amqp:not-found", detachCondition());
        peer.send(0, Frames.receiver("r", 1, "missing"));
        assertNull(peer.expect(Attach.class).getSource());
        assertEquals("amqp:not-found", detachCondition());
    }

    @Test
    void badSelectorIsRefusedAndGoodOneEchoedAlone() throws Exception {
        Attach bad = Frames.receiver("bad", 0, "q");
        ((Source) bad.getSource())
                .setFilter(Map.of(
                        symbol("any-key"),
                        new UnknownDescribedType(symbol("apache.org:selector-filter:string"), "a = = 1")));
        peer.send(0, bad);
        peer.expect(Attach.class);
        Detach detach = peer.expect(Detach.class);
        assertEquals("amqp:invalid-field", detach.getError().getCondition().toString());
        assertEquals(symbol("filter"), detach.getError().getInfo().get(symbol("field")));

        Attach good = Frames.receiver("good", 1, "q");
        ((Source) good.getSource())
                .setFilter(Map.of(
                        symbol("sel"),
                        new UnknownDescribedType(symbol("apache.org:selector-filter:string"), "a = 1"),
                        symbol("other"),
                        new UnknownDescribedType(symbol("example:unknown"), "x")));
        peer.send(0, good);
        Source granted = (Source) peer.expect(Attach.class).getSource();
        assertEquals(java.util.Set.of(symbol("sel")), granted.getFilter().keySet());
        assertEquals("a = 1", fixture.broker.consumerRequests().get(0).selector());
    }

    // ---- anonymous and dynamic

    @Test
    void anonymousLinkRoutesEachMessage() throws Exception {
        assertNull(((Target) peer.attachSender("s", 0, null).getTarget()).getAddress());

        peer.send(0, Frames.transfer(0, 0, false), messageTo("q1"));
        assertEquals(Accepted.getInstance(), peer.expect(Disposition.class).getState());
        peer.send(0, Frames.transfer(0, 1, false), messageTo("q2"));
        assertEquals(Accepted.getInstance(), peer.expect(Disposition.class).getState());

        assertEquals(1, fixture.broker.depth("q1"));
        assertEquals(1, fixture.broker.depth("q2"));
    }

    @Test
    void anonymousLinkRejectsWhatItCannotRoute() throws Exception {
        peer.attachSender("s", 0, null);

        peer.send(0, Frames.transfer(0, 0, false), messageTo("missing"));
        Rejected unknown =
                assertInstanceOf(Rejected.class, peer.expect(Disposition.class).getState());
        assertEquals("amqp:not-found", unknown.getError().getCondition().toString());
        peer.send(0, Frames.transfer(0, 1, false), Frames.message("no address"));
        Rejected none =
                assertInstanceOf(Rejected.class, peer.expect(Disposition.class).getState());
        assertEquals("amqp:precondition-failed", none.getError().getCondition().toString());
    }

    @Test
    void dynamicNodeLivesWithItsLink() throws Exception {
        Source source = new Source();
        source.setDynamic(true);
        peer.send(0, Frames.attach("reply", 0, Role.RECEIVER, source, new Target()));
        Source granted = (Source) peer.expect(Attach.class).getSource();
        assertTrue(granted.getDynamic());
        assertNotNull(granted.getDynamicNodeProperties());
        peer.attachSender("s", 1, granted.getAddress());
        assertTrue(fixture.broker.exists(granted.getAddress()));

        peer.send(0, Frames.detach(0, true));

        assertEquals("amqp:resource-deleted", detachCondition());
        assertNull(peer.expect(Detach.class).getError());
        assertFalse(fixture.broker.exists(granted.getAddress()));
    }

    @Test
    void temporaryQueueOfJmsIsReceivedFromByItsConnectionOnly() throws Exception {
        Target target = new Target();
        target.setDynamic(true);
        target.setCapabilities(symbol("temporary-queue"));
        peer.send(0, Frames.attach("creator", 0, Role.SENDER, new Source(), target));
        String address = ((Target) peer.expect(Attach.class).getTarget()).getAddress();
        Source source = new Source();
        source.setAddress(address);
        source.setCapabilities(symbol("temporary-queue"));

        try (RawPeer other = RawPeer.begun(fixture.port, "other")) {
            other.send(0, Frames.attach("r", 0, Role.RECEIVER, source, new Target()));
            assertNull(other.expect(Attach.class).getSource());
            assertEquals(
                    "amqp:resource-locked",
                    other.expect(Detach.class).getError().getCondition().toString());
        }
        peer.expect(Flow.class);
        peer.send(0, Frames.attach("r", 1, Role.RECEIVER, source, new Target()));
        assertNotNull(peer.expect(Attach.class).getSource());
    }

    // ---- topics and subscriptions

    private static Attach durable(String name, int handle, Symbol... capabilities) {
        Source source = new Source();
        source.setAddress("news");
        source.setDurable(TerminusDurability.UNSETTLED_STATE);
        source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        source.setDistributionMode(symbol("copy"));
        source.setCapabilities(capabilities);
        return Frames.attach(name, handle, Role.RECEIVER, source, new Target());
    }

    @Test
    void copyOnAQueueBrowsesAndOnATopicDoesNot() throws Exception {
        fixture.broker.create("q", io.postrider.api.address.AddressKind.QUEUE);
        fixture.broker.create("news", io.postrider.api.address.AddressKind.TOPIC);
        for (String address : List.of("q", "news")) {
            Attach attach = Frames.receiver("r-" + address, address.equals("q") ? 0 : 1, address);
            ((Source) attach.getSource()).setDistributionMode(symbol("copy"));
            peer.send(0, attach);
            peer.expect(Attach.class);
        }

        List<ConsumerRequest> requests = fixture.broker.consumerRequests();
        assertEquals(Mode.BROWSE, requests.get(0).mode());
        assertEquals(Mode.ACKNOWLEDGE, requests.get(1).mode());
    }

    @Test
    void sharedSubscriptionsAreNamedBeforeTheBar() throws Exception {
        peer.send(0, durable("sub|global", 0, symbol("topic"), symbol("shared"), symbol("global")));
        peer.expect(Attach.class);
        peer.send(0, durable("sub|2", 1, symbol("topic"), symbol("shared")));
        peer.expect(Attach.class);
        Attach volatileShared = Frames.receiver("vol|volatile1", 2, "news");
        ((Source) volatileShared.getSource()).setCapabilities(symbol("topic"), symbol("shared"));
        peer.send(0, volatileShared);
        peer.expect(Attach.class);

        var requests = fixture.broker.consumerRequests();
        assertEquals(
                new ConsumerRequest.SubscriptionRequest(Durability.DURABLE, true, "", "sub"),
                requests.get(0).subscription());
        assertEquals(
                new ConsumerRequest.SubscriptionRequest(Durability.DURABLE, true, "client", "sub"),
                requests.get(1).subscription());
        assertEquals(
                new ConsumerRequest.SubscriptionRequest(Durability.VOLATILE, true, "client", "vol"),
                requests.get(2).subscription());
    }

    @Test
    void durableSubscriptionOutlivesItsLinkUntilAClosingDetach() throws Exception {
        SubscriptionKey key = new SubscriptionKey("default", "client", "sub");
        peer.send(0, durable("sub", 0, symbol("topic")));
        peer.expect(Attach.class);

        peer.send(0, Frames.detach(0, false));
        assertFalse(peer.expect(Detach.class).getClosed());
        assertTrue(fixture.broker.hasSubscription(key));
        peer.send(0, durable("sub", 0, symbol("topic")));
        peer.expect(Attach.class);
        peer.send(0, Frames.detach(0, true));

        assertTrue(peer.expect(Detach.class).getClosed());
        assertFalse(fixture.broker.hasSubscription(key));
    }

    @Test
    void nullSourceFindsASubscriptionAndDeletesIt() throws Exception {
        SubscriptionKey key = new SubscriptionKey("default", "client", "sub");
        peer.send(0, durable("sub", 0, symbol("topic")));
        peer.expect(Attach.class);
        peer.send(0, Frames.detach(0, false));
        peer.expect(Detach.class);
        Attach lookUp = Frames.attach("sub", 0, Role.RECEIVER, null, new Target());

        peer.send(0, lookUp);
        Source stored = (Source) peer.expect(Attach.class).getSource();
        assertEquals("news", stored.getAddress());
        peer.send(0, Frames.detach(0, true));
        assertNull(peer.expect(Detach.class).getError());
        assertFalse(fixture.broker.hasSubscription(key));

        peer.send(0, lookUp);
        assertNull(peer.expect(Attach.class).getSource());
        assertEquals("amqp:not-found", detachCondition());
    }

    @Test
    void unsubscribeOfABusySubscriptionFailsInTheDetach() throws Exception {
        peer.send(0, durable("sub", 0, symbol("topic")));
        peer.expect(Attach.class);
        try (RawPeer other = RawPeer.begun(fixture.port, "client")) {
            other.send(0, Frames.attach("sub", 0, Role.RECEIVER, null, new Target()));
            other.expect(Attach.class);
            other.send(0, Frames.detach(0, true));

            assertEquals(
                    "amqp:resource-locked",
                    other.expect(Detach.class).getError().getCondition().toString());
        }
    }

    // ---- endings

    @Test
    void linkOfTheSameNameIsStolen() throws Exception {
        peer.send(0, durable("sub", 0, symbol("topic")));
        peer.expect(Attach.class);

        try (RawPeer newcomer = RawPeer.begun(fixture.port, "client")) {
            newcomer.send(0, durable("sub", 0, symbol("topic")));

            assertNotNull(newcomer.expect(Attach.class).getSource());
            assertEquals("amqp:link:stolen", detachCondition());
        }
    }

    @Test
    void linkOfAnotherUserIsNotStolen() throws Exception {
        peer.send(0, durable("sub", 0, symbol("topic")));
        peer.expect(Attach.class);

        try (RawPeer thief = RawPeer.begunAs(fixture.port, "client", "bob")) {
            thief.send(0, durable("sub", 0, symbol("topic")));

            assertNull(thief.expect(Attach.class).getSource());
            assertEquals(
                    "amqp:resource-locked",
                    thief.expect(Detach.class).getError().getCondition().toString());
        }
    }

    @Test
    void endAndCloseAreOrderlyAndALostSocketIsNot() throws Exception {
        peer.attachReceiver("r", 0, "q", 1);
        peer.send(0, new End());
        peer.expect(End.class);
        await().until(() -> fixture.broker.closes().equals(List.of("ORDERLY")));
        try (RawPeer lost = RawPeer.begun(fixture.port, "lost")) {
            lost.attachReceiver("r", 0, "q", 1);
        }

        await().until(() -> fixture.broker.closes().equals(List.of("ORDERLY", "LOST")));
    }
}
