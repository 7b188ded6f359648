// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postrider.conformance.kit.Spec;
import jakarta.jms.Connection;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Chapters 4.2 and 8.3: the kinds of subscription, and what happens where they meet. */
class SubscriptionSpecTest extends JmsSpecTest {

    private Session session(String clientId) throws JMSException {
        Connection connection = connect();
        if (clientId != null) {
            connection.setClientID(clientId);
        }
        connection.start();
        return connection.createSession();
    }

    private Topic topic(Session session) throws JMSException {
        return session.createTopic(name("t"));
    }

    @Test
    @Spec({JMS, "8.3.1"})
    void everySubscriberGetsACopyFromNowOn() throws JMSException {
        Session session = session(null);
        send(session, topic(session), "before");
        MessageConsumer first = session.createConsumer(topic(session));
        MessageConsumer second = session.createConsumer(topic(session));
        send(session, topic(session), "1", "2");
        assertEquals(List.of("1", "2"), next(first, 2));
        assertEquals(List.of("1", "2"), next(second, 2));
        first.close();
        send(session, topic(session), "3");
        assertEquals("3", next(second));
        assertNothing(session.createConsumer(topic(session)));
    }

    @Test
    @Spec({JMS, "8.3.3"})
    void anUnsharedDurableSubscriptionKeepsWhatItsConsumerMisses() throws JMSException {
        Session session = session(name("client"));
        session.createDurableConsumer(topic(session), "sub").close();
        send(session, topic(session), "1", "2");
        MessageConsumer consumer = session.createDurableConsumer(topic(session), "sub");
        assertEquals("1", next(consumer));
        consumer.close();
        assertEquals("2", next(session.createDurableSubscriber(topic(session), "sub")));
    }

    @Test
    @Spec({JMS, "8.3.3"})
    void anUnsharedDurableSubscriptionNeedsAClientId() throws JMSException {
        Session session = session(null);
        assertThrows(IllegalStateException.class, () -> session.createDurableConsumer(topic(session), "sub"));
        assertThrows(IllegalStateException.class, () -> session.createDurableSubscriber(topic(session), "sub"));
    }

    @Test
    @Spec({JMS, "8.3.3"})
    void anUnsharedDurableSubscriptionHasOneConsumer() throws JMSException {
        Session session = session(name("client"));
        session.createDurableConsumer(topic(session), "sub");
        assertThrows(JMSException.class, () -> session.createDurableConsumer(topic(session), "sub"));
        assertThrows(JMSException.class, () -> session.createSharedDurableConsumer(topic(session), "sub"));
    }

    @Test
    @Spec({JMS, "8.3.3"})
    void anotherTopicOrSelectorMakesItANewSubscription() throws JMSException {
        Session session = session(name("client"));
        session.createDurableConsumer(topic(session), "sub").close();
        send(session, topic(session), "old");
        session.createDurableConsumer(topic(session), "sub", "a = 1", false).close();
        MessageConsumer consumer = session.createDurableConsumer(topic(session), "sub");
        assertNothing(consumer);
        send(session, topic(session), "new");
        assertEquals("new", next(consumer));
    }

    @Test
    @Spec({JMS, "8.3.4"})
    void sharedDurableConsumersDivideTheMessages() throws JMSException {
        for (String client : new String[] {null, name("client")}) {
            String name = name("sub");
            Session session = session(client);
            Topic topic = session.createTopic(name("t" + client));
            MessageConsumer first = session.createSharedDurableConsumer(topic, name);
            MessageConsumer second = session.createSharedDurableConsumer(topic, name);
            send(session, topic, "1", "2", "3", "4");
            List<String> seen = new ArrayList<>();
            while (seen.size() < 4) {
                for (MessageConsumer consumer : List.of(first, second)) {
                    var message = consumer.receive(NEVER_MS);
                    if (message != null) {
                        seen.add(text(message));
                    }
                }
            }
            seen.sort(null);
            assertEquals(List.of("1", "2", "3", "4"), seen);
            first.close();
            second.close();
            send(session, topic, "5");
            assertEquals("5", next(session.createSharedDurableConsumer(topic, name)));
        }
    }

    @Test
    @Spec({JMS, "8.3.4"})
    void aSharedDurableSubscriptionInUseCannotChange() throws JMSException {
        Session session = session(name("client"));
        session.createSharedDurableConsumer(topic(session), "sub");
        Topic other = session.createTopic(name("other"));
        assertThrows(JMSException.class, () -> session.createSharedDurableConsumer(other, "sub"));
        assertThrows(JMSException.class, () -> session.createSharedDurableConsumer(topic(session), "sub", "a = 1"));
        assertThrows(JMSException.class, () -> session.createDurableConsumer(topic(session), "sub"));
    }

    @Test
    @Spec({JMS, "8.3.4"})
    void anotherConnectionCannotChangeASubscriptionInUseEither() throws JMSException {
        Session first = session(null);
        first.createSharedDurableConsumer(topic(first), name("sub"));
        first.createSharedConsumer(topic(first), name("sub"));
        Session second = session(null);
        Topic other = second.createTopic(name("other"));
        assertThrows(JMSException.class, () -> second.createSharedDurableConsumer(other, name("sub")));
        assertThrows(JMSException.class, () -> second.createSharedConsumer(other, name("sub")));
        assertThrows(JMSException.class, () -> second.createSharedConsumer(topic(second), name("sub"), "a = 1"));
    }

    @Test
    @Spec({JMS, "8.3.2"})
    void aSharedVolatileSubscriptionLivesAsLongAsItsConsumers() throws JMSException {
        Session session = session(null);
        MessageConsumer first = session.createSharedConsumer(topic(session), name("sub"));
        MessageConsumer second = session.createSharedConsumer(topic(session), name("sub"));
        send(session, topic(session), "1");
        var message = first.receive(1000);
        assertEquals("1", text(message == null ? second.receive(SOON_MS) : message));
        first.close();
        send(session, topic(session), "2");
        assertEquals("2", next(second));
        Topic other = session.createTopic(name("other"));
        assertThrows(JMSException.class, () -> session.createSharedConsumer(other, name("sub")));
        second.close();
        send(session, topic(session), "3");
        assertNothing(session.createSharedConsumer(topic(session), name("sub")));
    }

    @Test
    @Spec({JMS, "8.3.2"})
    void sharedVolatileAndDurableNamesAreApart() throws JMSException {
        Session session = session(name("client"));
        MessageConsumer durable = session.createSharedDurableConsumer(topic(session), "sub");
        MessageConsumer lasting = session.createSharedConsumer(topic(session), "sub");
        send(session, topic(session), "1");
        assertEquals("1", next(durable));
        assertEquals("1", next(lasting));
    }

    @Test
    @Spec({JMS, "8.3.3"})
    void unsubscribeDeletesWhatNobodyUses() throws JMSException {
        Session session = session(name("client"));
        MessageConsumer consumer = session.createDurableConsumer(topic(session), "sub");
        assertThrows(JMSException.class, () -> session.unsubscribe("sub"));
        consumer.close();
        send(session, topic(session), "1");
        session.unsubscribe("sub");
        assertThrows(InvalidDestinationException.class, () -> session.unsubscribe("sub"));
        assertNothing(session.createDurableConsumer(topic(session), "sub"));
    }

    @Test
    @Spec({JMS, "8.3.4"})
    void unsubscribeDeletesSharedOnesToo() throws JMSException {
        Session session = session(null);
        MessageConsumer consumer = session.createSharedDurableConsumer(topic(session), name("sub"));
        assertThrows(JMSException.class, () -> session.unsubscribe(name("sub")));
        consumer.close();
        session.unsubscribe(name("sub"));
        assertThrows(InvalidDestinationException.class, () -> session.unsubscribe(name("sub")));
    }

    @Test
    @Spec({JMS, "8.3.3"})
    void unsubscribeWaitsForUnacknowledgedMessages() throws JMSException {
        Connection connection = connect();
        connection.setClientID(name("client"));
        connection.start();
        Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = session.createDurableConsumer(topic(session), "sub");
        send(session, topic(session), "1");
        var message = consumer.receive(SOON_MS);
        consumer.close();
        assertThrows(JMSException.class, () -> session.unsubscribe("sub"));
        message.acknowledge();
        session.unsubscribe("sub");
    }

    @Test
    @Spec({JMS, "8.3.1"})
    void noLocalLeavesOutTheConnectionsOwnMessages() throws JMSException {
        Session session = session(name("client"));
        MessageConsumer plain = session.createConsumer(topic(session), null, true);
        MessageConsumer durable = session.createDurableConsumer(topic(session), "sub", null, true);
        send(session, topic(session), "own");
        Session other = session(null);
        send(other, topic(other), "other");
        assertEquals("other", next(plain));
        assertEquals("other", next(durable));
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "it takes an empty subscription name")
    @Spec({JMS, "4.2.4"})
    void subscriptionNamesMayBeLong() throws JMSException {
        Session session = session(name("client"));
        String name = "aZ09_.-".repeat(18) + "ab";
        assertEquals(128, name.length());
        session.createDurableConsumer(topic(session), name).close();
        session.unsubscribe(name);
        assertThrows(JMSException.class, () -> session.createDurableConsumer(topic(session), ""));
        assertThrows(JMSException.class, () -> session.createDurableConsumer(topic(session), null));
        assertThrows(JMSException.class, () -> session.unsubscribe("no such subscription"));
        assertThrows(
                InvalidDestinationException.class,
                () -> session.createDurableConsumer(session.createTemporaryTopic(), "temporary"));
    }
}
