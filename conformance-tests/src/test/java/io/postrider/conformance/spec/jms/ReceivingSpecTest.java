// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Spec;
import jakarta.jms.Connection;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.InvalidSelectorRuntimeException;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** Chapters 3.8, 4 and 8: consumers, selectors, browsers and temporary destinations. */
class ReceivingSpecTest extends JmsSpecTest {

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "it returns null for a message without a body")
    @Spec({JMS, "8.6"})
    void aBodyOfAnotherTypeLeavesTheMessageInPlace() throws JMSException {
        JMSContext context = context();
        Queue queue = context.createQueue(name("q"));
        context.createProducer().send(queue, "text").send(queue, context.createMessage());
        JMSConsumer consumer = context.createConsumer(queue);
        assertThrows(MessageFormatRuntimeException.class, () -> consumer.receiveBody(Integer.class, SOON_MS));
        Message message = consumer.receive(SOON_MS);
        assertEquals("text", text(message));
        assertFalse(message.getJMSRedelivered(), "as if never called");
        assertEquals(1, message.getIntProperty("JMSXDeliveryCount"));
        assertThrows(MessageFormatRuntimeException.class, () -> consumer.receiveBody(String.class, SOON_MS));
        assertNotNull(consumer.receive(SOON_MS));
        assertNull(consumer.receiveBody(String.class, NEVER_MS));
        assertNull(consumer.receiveBodyNoWait(String.class));
        assertNull(consumer.receiveNoWait());
    }

    @Test
    @Spec({JMS, "8.6"})
    void receiveNoWaitSeesWhatTheBrokerHas() throws JMSException {
        Session session = started().createSession();
        MessageConsumer consumer = session.createConsumer(queue(session));
        assertNull(consumer.receiveNoWait());
        send(session, queue(session), "1");
        assertEquals("1", text(consumer.receiveNoWait()));
        assertNull(consumer.receiveNoWait());
    }

    @Test
    @Spec({JMS, "3.8.1"})
    void wrongSelectorsAreRefusedAtOnce() throws JMSException {
        Session session = connect().createSession();
        Topic topic = session.createTopic(name("t"));
        for (String wrong : new String[] {
            "=",
            "a = ",
            "a = 'x",
            "a LIKE 5",
            "(a = 1",
            "a BETWEEN 1",
            "a IN ()",
            "NOT",
            "a = 1 b",
            "a LIKE 'x' ESCAPE 'yz'"
        }) {
            assertThrows(InvalidSelectorException.class, () -> session.createConsumer(queue(session), wrong), wrong);
            assertThrows(InvalidSelectorException.class, () -> session.createConsumer(topic, wrong, true), wrong);
            assertThrows(InvalidSelectorException.class, () -> session.createBrowser(queue(session), wrong), wrong);
        }
        JMSContext context = context();
        assertThrows(
                InvalidSelectorRuntimeException.class,
                () -> context.createConsumer(context.createQueue(name("q")), "="));
    }

    private List<String> selected(Session session, Queue queue, String selector) throws JMSException {
        List<String> found = new ArrayList<>();
        try (QueueBrowser browser = session.createBrowser(queue, selector)) {
            Enumeration<?> all = browser.getEnumeration();
            while (all.hasMoreElements()) {
                found.add(text((Message) all.nextElement()));
            }
        }
        return found;
    }

    @Test
    @Spec({JMS, "3.8.1"})
    void selectorsChooseByHeadersAndProperties() throws JMSException {
        Session session = started().createSession();
        MessageProducer producer = session.createProducer(queue(session));
        for (int i = 0; i < 4; i++) {
            Message message = session.createTextMessage("" + i);
            message.setIntProperty("number", i);
            message.setStringProperty("word", i % 2 == 0 ? "even" : "od%d");
            message.setBooleanProperty("big", i > 1);
            message.setJMSType("type" + i);
            message.setJMSCorrelationID("c" + i);
            if (i == 3) {
                message.setDoubleProperty("extra", 1.5);
            }
            producer.send(message, i % 2 + 1, i, 0);
        }
        Queue queue = queue(session);
        assertEquals(List.of("1"), selected(session, queue, "number = 1"));
        assertEquals(3, selected(session, queue, "number <> 1").size());
        assertEquals(2, selected(session, queue, "number BETWEEN 1 AND 2").size());
        assertEquals(2, selected(session, queue, "number NOT BETWEEN 1 AND 2").size());
        assertEquals(2, selected(session, queue, "word IN ('even', 'none')").size());
        assertEquals(
                2, selected(session, queue, "word LIKE 'od\\%%' ESCAPE '\\'").size());
        assertEquals(List.of("3"), selected(session, queue, "extra IS NOT NULL AND big"));
        assertEquals(3, selected(session, queue, "extra IS NULL").size());
        assertEquals(0, selected(session, queue, "word = 1").size());
        assertEquals(List.of("2"), selected(session, queue, "JMSType = 'type2'"));
        assertEquals(List.of("2"), selected(session, queue, "JMSCorrelationID = 'c2'"));
        assertEquals(List.of("3"), selected(session, queue, "JMSPriority >= 3"));
        assertEquals(
                2,
                selected(session, queue, "JMSDeliveryMode = 'NON_PERSISTENT'").size());
        assertEquals(
                2, selected(session, queue, "number * 2 + 1 > 4 OR number = -1").size());
        assertEquals(4, selected(session, queue, "").size());
        assertEquals(4, selected(session, queue, null).size());

        MessageConsumer consumer = session.createConsumer(queue, "number = 2");
        assertEquals("number = 2", consumer.getMessageSelector());
        assertEquals("2", next(consumer));
        assertNothing(consumer);
        consumer.close();
        assertEquals(3, selected(session, queue, null).size(), "others stay");
        assertNull(session.createConsumer(queue, "").getMessageSelector());
    }

    @Test
    @Spec({JMS, "4.1.6"})
    void browsersShowWithoutTaking() throws JMSException {
        Session session = started().createSession();
        Queue queue = queue(session);
        QueueBrowser browser = session.createBrowser(queue);
        assertEquals(queue, browser.getQueue());
        assertNull(browser.getMessageSelector());
        assertFalse(browser.getEnumeration().hasMoreElements(), "an empty queue");
        send(session, queue, "1", "2");
        for (int round = 0; round < 2; round++) {
            Enumeration<?> all = browser.getEnumeration();
            assertEquals("1", text((Message) all.nextElement()));
            assertTrue(all.hasMoreElements());
            assertEquals("2", text((Message) all.nextElement()));
            assertFalse(all.hasMoreElements());
            assertThrows(NoSuchElementException.class, all::nextElement);
        }
        browser.close();
        browser.close();
        assertThrows(IllegalStateException.class, browser::getEnumeration);
        assertEquals(List.of("1", "2"), next(session.createConsumer(queue), 2));
    }

    @Test
    @KnownDeviation(run = JmsRun.ARTEMIS, why = "it makes a queue of the name of one that was deleted")
    @Spec({JMS, "4.1.5"})
    void temporaryDestinationsBelongToTheirConnection() throws JMSException {
        Connection connection = started();
        Session session = connection.createSession();
        TemporaryQueue queue = session.createTemporaryQueue();
        TemporaryTopic topic = session.createTemporaryTopic();
        Session other = started().createSession();
        assertThrows(JMSException.class, () -> other.createConsumer(queue));
        assertThrows(JMSException.class, () -> other.createConsumer(topic));
        MessageConsumer consumer = connection.createSession().createConsumer(queue);
        MessageConsumer subscriber = session.createConsumer(topic);
        send(other, queue, "1");
        send(other, topic, "2");
        assertEquals("1", next(consumer));
        assertEquals("2", next(subscriber));
        assertThrows(JMSException.class, queue::delete, "it has a consumer");
        assertThrows(JMSException.class, topic::delete, "it has a consumer");
        consumer.close();
        subscriber.close();
        queue.delete();
        topic.delete();
        if (run != JmsRun.QPID) {
            // It does not wait for the deletion, so that what follows sees either state.
            assertThrows(JMSException.class, () -> session.createConsumer(queue));
        }
        assertThrows(JMSException.class, () -> send(other, queue, "3"));
    }

    @Test
    @KnownDeviation(run = JmsRun.ARTEMIS, why = "it makes a queue of the name of one that was deleted")
    @Spec({JMS, "4.1.5"})
    void temporaryQueuesEndWithTheirConnection() throws JMSException {
        Connection connection = connect();
        TemporaryQueue queue = connection.createSession().createTemporaryQueue();
        connection.close();
        Session other = connect().createSession();
        assertThrows(JMSException.class, () -> send(other, queue, "1"));
    }

    @Test
    @Spec({JMS, "4.2.4"})
    void destinationsAreByName() throws JMSException {
        Session session = connect().createSession();
        Queue queue = session.createQueue(name("q"));
        assertEquals(name("q"), queue.getQueueName());
        assertEquals(queue, session.createQueue(name("q")));
        assertEquals(queue.hashCode(), session.createQueue(name("q")).hashCode());
        assertEquals(name("t"), session.createTopic(name("t")).getTopicName());
        assertFalse(queue.equals((Object) session.createTopic(name("q"))));
        assertNotNull(queue.toString());
    }

    @Test
    @Spec({JMS, "8"})
    void aMissingDestinationIsRefused() throws JMSException {
        Session session = connect().createSession();
        assertThrows(InvalidDestinationException.class, () -> session.createConsumer(null));
        assertThrows(InvalidDestinationException.class, () -> session.createConsumer(null, "a = 1"));
        assertThrows(InvalidDestinationException.class, () -> session.createConsumer(null, "a = 1", true));
        assertThrows(InvalidDestinationException.class, () -> session.createBrowser(null));
        assertThrows(InvalidDestinationException.class, () -> session.createSharedConsumer(null, "x"));
        assertThrows(InvalidDestinationException.class, () -> session.createSharedDurableConsumer(null, "x"));
    }

    @Test
    @Spec({JMS, "8.2"})
    void competingConsumersGetEachMessageOnce() throws JMSException {
        Connection connection = started();
        Session session = connection.createSession();
        MessageConsumer first = session.createConsumer(queue(session));
        MessageConsumer second = connection.createSession().createConsumer(queue(session));
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sent.add("" + i);
        }
        send(session, queue(session), sent.toArray(String[]::new));
        List<String> received = new ArrayList<>();
        while (received.size() < 20) {
            Message message = first.receive(NEVER_MS);
            message = message == null ? second.receive(NEVER_MS) : message;
            received.add(text(message));
        }
        received.sort((a, b) -> Integer.parseInt(a) - Integer.parseInt(b));
        assertEquals(sent, received);
    }
}
