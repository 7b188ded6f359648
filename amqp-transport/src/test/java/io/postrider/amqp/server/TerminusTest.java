// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.amqp.kit.Frames;
import io.postrider.amqp.kit.RawPeer;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.SubscriptionKey;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinks;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinksOrMessages;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoMessages;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What lives on behind a link, and until when (AMQP 1.0 §2.6, §3.5), before an in-memory broker. */
class TerminusTest {
    private ListenerFixture fixture;
    private RawPeer peer;

    @BeforeEach
    void start() throws Exception {
        fixture = ListenerFixture.open();
        peer = RawPeer.begun(fixture.port, "container");
    }

    @AfterEach
    void stop() throws Exception {
        peer.close();
        fixture.close();
    }

    private static Attach dynamicReceiver(Object lifetimePolicy, TerminusExpiryPolicy expiry) {
        Source source = new Source();
        source.setDynamic(true);
        source.setExpiryPolicy(expiry);
        if (lifetimePolicy != null) {
            source.setDynamicNodeProperties(Map.of(Symbol.valueOf("lifetime-policy"), lifetimePolicy));
        }
        return Frames.attach("dynamic", 0, Role.RECEIVER, source, new Target());
    }

    private String made(Attach attach) throws Exception {
        peer.send(0, attach);
        Source granted = (Source) peer.expect(Attach.class).getSource();
        return granted.getAddress();
    }

    private void detach(int handle, boolean isClosed) throws Exception {
        peer.send(0, Frames.detach(handle, isClosed));
        assertEquals(isClosed, peer.expect(Detach.class).getClosed());
    }

    private void awaitGone(String address) {
        await().until(() -> !fixture.broker.exists(address));
    }

    // ---- dynamic nodes

    @Test
    void nodeIsThereAgainWhenItsLinkComesBackInTheSession() throws Exception {
        String address = made(dynamicReceiver(null, TerminusExpiryPolicy.SESSION_END));

        detach(0, false);

        assertTrue(fixture.broker.exists(address));
        assertEquals(address, made(dynamicReceiver(null, TerminusExpiryPolicy.SESSION_END)));
        detach(0, true);
        assertFalse(fixture.broker.exists(address));
    }

    @Test
    void nodeGoesWithTheSessionOfItsDetachedLink() throws Exception {
        String address = made(dynamicReceiver(null, TerminusExpiryPolicy.SESSION_END));
        detach(0, false);

        peer.send(0, new End());

        peer.expect(End.class);
        awaitGone(address);
    }

    @Test
    void nodeGoesWithItsLinkWhenThePolicySaysSo() throws Exception {
        String address = made(dynamicReceiver(null, TerminusExpiryPolicy.LINK_DETACH));

        detach(0, false);

        awaitGone(address);
        assertNotEquals(address, made(dynamicReceiver(null, TerminusExpiryPolicy.LINK_DETACH)));
    }

    @Test
    void nodeStaysForItsTimeout() throws Exception {
        Attach attach = dynamicReceiver(null, TerminusExpiryPolicy.LINK_DETACH);
        ((Source) attach.getSource()).setTimeout(UnsignedInteger.valueOf(1));
        String address = made(attach);

        detach(0, false);

        assertTrue(fixture.broker.exists(address));
        awaitGone(address);
    }

    @Test
    void nodeGoesWithTheConnection() throws Exception {
        String address = made(dynamicReceiver(null, TerminusExpiryPolicy.NEVER));

        peer.close();

        awaitGone(address);
    }

    @Test
    void nodeWithLinksStaysUntilTheLastIsGone() throws Exception {
        Attach attach = dynamicReceiver(DeleteOnNoLinks.getInstance(), TerminusExpiryPolicy.LINK_DETACH);
        String address = made(attach);
        peer.attachSender("s", 1, address);

        detach(0, true);
        assertTrue(fixture.broker.exists(address));
        detach(1, true);

        awaitGone(address);
    }

    @Test
    void nodeWithMessagesStaysUntilTheyAreGone() throws Exception {
        String address = made(dynamicReceiver(DeleteOnNoMessages.getInstance(), TerminusExpiryPolicy.LINK_DETACH));
        peer.attachSender("s", 1, address);
        peer.send(0, Frames.transfer(1, 0, false), Frames.message("kept"));
        peer.expect(Disposition.class);

        detach(0, true);
        assertTrue(fixture.broker.exists(address));
        peer.attachReceiver("r", 2, address, 1);
        peer.expect(Transfer.class);
        peer.send(0, Frames.disposition(Role.RECEIVER, 0, 0, true, Accepted.getInstance()));

        awaitGone(address);
    }

    @Test
    void nodeWithLinksOrMessagesOutlivesBothItsLinkAndItsConnection() throws Exception {
        String address =
                made(dynamicReceiver(DeleteOnNoLinksOrMessages.getInstance(), TerminusExpiryPolicy.LINK_DETACH));
        peer.attachSender("s", 1, address);
        peer.send(0, Frames.transfer(1, 0, false), Frames.message("kept"));
        peer.expect(Disposition.class);
        detach(0, true);
        peer.close();

        peer = RawPeer.begun(fixture.port, "other");
        peer.attachReceiver("r", 0, address, 1);
        peer.expect(Transfer.class);
        peer.send(0, Frames.disposition(Role.RECEIVER, 0, 0, true, Accepted.getInstance()));
        assertTrue(fixture.broker.exists(address));
        detach(0, true);

        awaitGone(address);
    }

    @Test
    void askedForPropertiesAreTold() throws Exception {
        peer.send(0, dynamicReceiver(DeleteOnNoLinks.getInstance(), TerminusExpiryPolicy.NEVER));

        Source granted = (Source) peer.expect(Attach.class).getSource();

        assertInstanceOf(
                DeleteOnNoLinks.class, granted.getDynamicNodeProperties().get(Symbol.valueOf("lifetime-policy")));
        assertEquals(TerminusExpiryPolicy.CONNECTION_CLOSE, granted.getExpiryPolicy());
    }

    @Test
    void lifetimePolicyOfTheWrongTypeIsRefused() throws Exception {
        peer.send(0, dynamicReceiver(UnsignedInteger.ONE, TerminusExpiryPolicy.SESSION_END));

        assertNull(peer.expect(Attach.class).getSource());
        assertEquals(
                "amqp:invalid-field",
                peer.expect(Detach.class).getError().getCondition().toString());
    }

    @Test
    void dynamicTerminusWithAnAddressIsRefused() throws Exception {
        Attach attach = dynamicReceiver(null, TerminusExpiryPolicy.SESSION_END);
        ((Source) attach.getSource()).setAddress("mine");
        peer.send(0, attach);

        assertNull(peer.expect(Attach.class).getSource());
        assertEquals(
                "amqp:invalid-field",
                peer.expect(Detach.class).getError().getCondition().toString());
    }

    // ---- durable subscriptions

    private static final SubscriptionKey SUBSCRIPTION = new SubscriptionKey("default", "container", "sub");

    private static Attach durable(TerminusExpiryPolicy expiry, int timeoutS) {
        Source source = new Source();
        source.setAddress("topic://news");
        source.setDurable(TerminusDurability.CONFIGURATION);
        source.setExpiryPolicy(expiry);
        source.setTimeout(UnsignedInteger.valueOf(timeoutS));
        return Frames.attach("sub", 0, Role.RECEIVER, source, new Target());
    }

    @Test
    void subscriptionGoesWithTheSessionIfItExpiresThen() throws Exception {
        peer.send(0, durable(TerminusExpiryPolicy.SESSION_END, 0));
        peer.expect(Attach.class);
        detach(0, false);
        assertTrue(fixture.broker.hasSubscription(SUBSCRIPTION));

        peer.send(0, new End());

        peer.expect(End.class);
        await().until(() -> !fixture.broker.hasSubscription(SUBSCRIPTION));
    }

    @Test
    void subscriptionTakenBackInTimeDoesNotExpire() throws Exception {
        peer.send(0, durable(TerminusExpiryPolicy.CONNECTION_CLOSE, 1));
        peer.expect(Attach.class);
        peer.close();
        await().until(() -> fixture.listener.connectionCount() == 0);

        peer = RawPeer.begun(fixture.port, "container");
        peer.send(0, durable(TerminusExpiryPolicy.NEVER, 0));
        peer.expect(Attach.class);
        detach(0, false);

        // Another one made at the same time expires first.
        peer.send(0, new End());
        peer.expect(End.class);
        peer.send(0, Frames.begin());
        peer.expect(Begin.class);
        String later = made(timed());
        detach(0, false);
        awaitGone(later);
        assertTrue(fixture.broker.hasSubscription(SUBSCRIPTION));
    }

    private static Attach timed() {
        Attach attach = dynamicReceiver(null, TerminusExpiryPolicy.LINK_DETACH);
        ((Source) attach.getSource()).setTimeout(UnsignedInteger.valueOf(2));
        return attach;
    }

    @Test
    void subscriptionThatNeverExpiresStays() throws Exception {
        peer.send(0, durable(TerminusExpiryPolicy.NEVER, 0));
        peer.expect(Attach.class);

        peer.close();

        await().until(() -> fixture.listener.connectionCount() == 0);
        assertTrue(fixture.broker.hasSubscription(SUBSCRIPTION));
    }

    // ---- stealing, refusals

    @Test
    void linkAttachedAgainInItsOwnSessionTakesOver() throws Exception {
        peer.attachSender("s", 0, "q");

        peer.send(0, Frames.sender("s", 5, "q"));

        Detach stolen = peer.expect(Detach.class);
        assertEquals(0, stolen.getHandle().intValue());
        assertEquals("amqp:link:stolen", stolen.getError().getCondition().toString());
        assertEquals("s", peer.expect(Attach.class).getName());
        peer.expect(Flow.class);
        peer.send(0, Frames.transfer(5, 0, false), Frames.message("x"));
        assertEquals(Accepted.getInstance(), peer.expect(Disposition.class).getState());
    }

    private static byte[] messageTo(String address) {
        Properties properties = new Properties();
        properties.setTo(address);
        return Frames.encode(properties, new AmqpValue("x"));
    }

    private Transfer relayed(boolean isSettled) {
        Transfer transfer = Frames.transfer(0, 0, isSettled);
        transfer.setDeliveryTag(new Binary("my tag".getBytes()));
        return transfer;
    }

    private static void assertNamesDelivery(ErrorCondition error) {
        assertEquals("amqp:not-found", error.getCondition().toString());
        Binary tag = (Binary) error.getInfo().get(Symbol.valueOf("delivery-tag"));
        assertArrayEquals("my tag".getBytes(), tag.getArray());
    }

    @Test
    void relayNamesTheDeliveryItRejects() throws Exception {
        peer.attachSender("relay", 0, null);

        peer.send(0, relayed(false), messageTo("missing"));

        Rejected state =
                assertInstanceOf(Rejected.class, peer.expect(Disposition.class).getState());
        assertNamesDelivery(state.getError());
    }

    @Test
    void relayEndsTheLinkOverAPresettledMessageToNowhere() throws Exception {
        peer.attachSender("relay", 0, null);

        peer.send(0, relayed(true), messageTo("missing"));

        assertNamesDelivery(peer.expect(Detach.class).getError());
    }

    @Test
    void relayEndsTheLinkIfTheSourceCannotBeRejected() throws Exception {
        Attach attach = Frames.sender("relay", 0, null);
        ((Source) attach.getSource()).setOutcomes(Accepted.DESCRIPTOR_SYMBOL);
        peer.send(0, attach);
        peer.expect(Attach.class);
        peer.expect(Flow.class);

        peer.send(0, relayed(false), messageTo("missing"));

        assertNamesDelivery(peer.expect(Detach.class).getError());
    }

    // ---- addresses

    @Test
    void deadLettersAreFoundByTheirAzureName() throws Exception {
        fixture.broker.create("orders", AddressKind.QUEUE);

        peer.attachReceiver("r", 0, "orders/$deadletterqueue", 0);

        assertEquals("DLQ", fixture.broker.consumerRequests().get(0).address().name());
    }

    @Test
    void subscriptionOfATopicIsReadByItsName() throws Exception {
        peer.attachReceiver("r", 0, "news::mine", 0);

        var subscription = fixture.broker.consumerRequests().get(0).subscription();
        assertEquals("mine", subscription.name());
        assertTrue(subscription.isShared());
        peer.send(0, Frames.sender("s", 1, "news::mine"));
        assertNull(peer.expect(Attach.class).getTarget());
        assertEquals(
                "amqp:not-allowed",
                peer.expect(Detach.class).getError().getCondition().toString());
    }

    @Test
    void pipelinedPresettledMessageArrives() throws Exception {
        peer.write(Frames.join(
                Frames.frame(0, Frames.sender("s", 0, "q")),
                Frames.frame(0, 0, Frames.transfer(0, 0, true), Frames.message("x")),
                Frames.frame(0, new org.apache.qpid.proton.amqp.transport.Close())));

        peer.expect(Attach.class);
        peer.expect(Flow.class);
        peer.expect(org.apache.qpid.proton.amqp.transport.Close.class);
        await().until(() -> fixture.broker.depth("q") == 1);
    }
}
