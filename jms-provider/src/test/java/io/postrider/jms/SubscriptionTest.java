// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.jms.kit.ScriptedPeer;
import jakarta.jms.Connection;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.Topic;
import java.util.Arrays;
import java.util.List;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.engine.Link;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the links of consumers, subscriptions, browsers and temporary destinations look like on the wire. */
@Timeout(30)
class SubscriptionTest {
    private final ScriptedPeer peer = new ScriptedPeer();
    private Connection connection;

    @AfterEach
    void closeAll() throws JMSException {
        if (connection != null) {
            connection.close();
        }
        peer.close();
    }

    private Session session(String clientId) throws JMSException {
        connection = new PostriderConnectionFactory(peer.uri()).createConnection();
        if (clientId != null) {
            connection.setClientID(clientId);
        }
        connection.start();
        return connection.createSession();
    }

    private Source source(String link) {
        return (Source) peer.connection().link(link).getRemoteSource();
    }

    private static List<String> capabilities(Source source) {
        return Arrays.stream(source.getCapabilities()).map(Symbol::toString).toList();
    }

    @Test
    void plainConsumerEndsWithItsLink() throws JMSException {
        Session session = session(null);
        session.createConsumer(session.createTopic("t"), "a = 1", true);

        Source source = source("postrider:receiver");
        assertEquals("t", source.getAddress());
        assertEquals(List.of("topic"), capabilities(source));
        assertEquals(TerminusDurability.NONE, source.getDurable());
        assertEquals(TerminusExpiryPolicy.LINK_DETACH, source.getExpiryPolicy());
        assertEquals(true, ((Modified) source.getDefaultOutcome()).getDeliveryFailed());
        assertEquals(4, source.getOutcomes().length);
        DescribedType selector = (DescribedType) source.getFilter().get(Symbol.valueOf("jms-selector"));
        assertEquals(UnsignedLong.valueOf(0x0000468C00000004L), selector.getDescriptor());
        assertEquals("a = 1", selector.getDescribed());
        DescribedType noLocal = (DescribedType) source.getFilter().get(Symbol.valueOf("no-local"));
        assertEquals(UnsignedLong.valueOf(0x0000468C00000003L), noLocal.getDescriptor());
    }

    @Test
    void exclusiveDurableSubscriptionIsNamedByItsLinkAndSurvivesClose() throws JMSException {
        Session session = session("me");
        Topic topic = session.createTopic("t");
        MessageConsumer consumer = session.createDurableConsumer(topic, "sub");

        Source source = source("sub");
        assertEquals(TerminusDurability.UNSETTLED_STATE, source.getDurable());
        assertEquals(TerminusExpiryPolicy.NEVER, source.getExpiryPolicy());
        assertEquals("copy", source.getDistributionMode().toString());
        assertEquals(SenderSettleMode.UNSETTLED, peer.connection().link("sub").getRemoteSenderSettleMode());
        assertThrows(IllegalStateException.class, () -> session.createDurableConsumer(topic, "sub"));
        assertThrows(JMSException.class, () -> session.unsubscribe("sub"));

        consumer.close();
        assertEquals(List.of("sub"), peer.connection().detachedLinks());
        session.createDurableConsumer(topic, "sub");
    }

    @Test
    void namesOfSharedSubscriptionsWithAClientId() throws JMSException {
        Session session = session("me");
        Topic topic = session.createTopic("t");
        for (int i = 0; i < 3; i++) {
            session.createSharedDurableConsumer(topic, "d");
            session.createSharedConsumer(topic, "v");
        }

        assertEquals(List.of("topic", "shared"), capabilities(source("d|2")));
        assertEquals(TerminusExpiryPolicy.NEVER, source("d|3").getExpiryPolicy());
        assertEquals(TerminusExpiryPolicy.LINK_DETACH, source("v|volatile1").getExpiryPolicy());
        assertEquals(List.of("topic", "shared"), capabilities(source("v|volatile3")));
    }

    @Test
    void namesOfSharedSubscriptionsWithoutAClientId() throws JMSException {
        Session session = session(null);
        Topic topic = session.createTopic("t");
        session.createSharedDurableConsumer(topic, "d");
        session.createSharedDurableConsumer(topic, "d");
        session.createSharedConsumer(topic, "v");

        assertEquals(List.of("topic", "shared", "global"), capabilities(source("d|global2")));
        assertEquals(List.of("topic", "shared", "global"), capabilities(source("v|global-volatile1")));
        assertThrows(IllegalStateException.class, () -> session.createDurableConsumer(topic, "d"));
    }

    @Test
    void badNamesAreRefused() throws JMSException {
        Session session = session("me");
        Topic topic = session.createTopic("t");

        assertThrows(JMSException.class, () -> session.createSharedConsumer(topic, null));
        assertThrows(JMSException.class, () -> session.createSharedConsumer(topic, ""));
        assertThrows(JMSException.class, () -> session.createDurableConsumer(topic, "a|b"));
        assertThrows(
                InvalidDestinationException.class,
                () -> session.createDurableConsumer(session.createTemporaryTopic(), "a"));
        assertThrows(InvalidDestinationException.class, () -> session.createSharedConsumer(null, "a"));
    }

    @Test
    void brokerWithoutSharedSubscriptionsIsNotAskedForThem() throws JMSException {
        peer.offering("ANONYMOUS-RELAY");
        Session session = session(null);

        assertThrows(IllegalStateException.class, () -> session.createSharedConsumer(session.createTopic("t"), "s"));
    }

    @Test
    void unsubscribeLooksUpByNullSourceAndClosesForGood() throws JMSException {
        peer.refusingLinks(link -> {
            boolean isUnknown =
                    link.getRemoteSource() == null && !link.getName().equals("known");
            return isUnknown ? new ErrorCondition(Symbol.valueOf("amqp:not-found"), "no such") : null;
        });
        Session session = session("me");

        session.unsubscribe("known");

        assertEquals(List.of("known"), peer.connection().closedLinks());
        assertThrows(InvalidDestinationException.class, () -> session.unsubscribe("other"));
    }

    @Test
    void unsubscribeWithoutClientIdAsksForTheGlobalName() throws JMSException {
        Session session = session(null);

        session.unsubscribe("s");

        assertEquals(List.of("s|global"), peer.connection().closedLinks());
    }

    @Test
    void browserTakesCopiesSettled() throws JMSException {
        Session session = session(null);
        var enumeration =
                session.createBrowser(session.createQueue("q"), "a = 1").getEnumeration();

        Link link = peer.connection().link("postrider:browser");
        Source source = (Source) link.getRemoteSource();
        assertEquals("copy", source.getDistributionMode().toString());
        assertEquals(SenderSettleMode.SETTLED, link.getRemoteSenderSettleMode());
        assertEquals(false, enumeration.hasMoreElements());
        assertEquals(1, peer.connection().closedLinks().size());
    }

    @Test
    void temporaryDestinationsLiveWithTheirLink() throws JMSException {
        Session session = session(null);
        TemporaryQueue queue = session.createTemporaryQueue();

        Target target = (Target)
                peer.connection().link("postrider:temporary-queue-creator").getRemoteTarget();
        assertTrue(target.getDynamic());
        assertNull(target.getAddress());
        assertEquals("temporary-queue", target.getCapabilities()[0].toString());
        assertTrue(queue.getQueueName().startsWith("temporary-"));

        MessageConsumer consumer = session.createConsumer(queue);
        assertThrows(JMSException.class, queue::delete);
        consumer.close();
        queue.delete();
        assertThrows(InvalidDestinationException.class, () -> session.createConsumer(queue));
    }
}
