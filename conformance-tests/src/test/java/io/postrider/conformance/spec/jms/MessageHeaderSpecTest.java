// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Spec;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotWriteableException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chapter 3.4 and 3.5: what the provider sets, what the application sets, and how properties convert. */
class MessageHeaderSpecTest extends JmsSpecTest {
    private Session session;

    @BeforeEach
    void open() throws JMSException {
        session = started().createSession();
    }

    @Test
    @Spec({JMS, "3.4.11"})
    void sendSetsTheProvidersHeadersAndIgnoresTheApplications() throws JMSException {
        Queue queue = session.createTemporaryQueue();
        MessageProducer producer = session.createProducer(queue);
        producer.setPriority(7);
        producer.setTimeToLive(60_000);
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        Message sent = session.createMessage();
        sent.setJMSDestination(session.createQueue("elsewhere"));
        sent.setJMSPriority(1);
        sent.setJMSExpiration(1);
        sent.setJMSMessageID("ID:mine");
        sent.setJMSTimestamp(1);
        sent.setJMSDeliveryTime(1);
        long before = System.currentTimeMillis();
        producer.send(sent);
        long after = System.currentTimeMillis();
        Message received = session.createConsumer(queue).receive(SOON_MS);

        for (Message message : new Message[] {sent, received}) {
            assertEquals(queue, message.getJMSDestination());
            assertEquals(7, message.getJMSPriority());
            assertEquals(DeliveryMode.NON_PERSISTENT, message.getJMSDeliveryMode());
            assertTrue(message.getJMSMessageID().startsWith("ID:"));
            assertFalse(message.getJMSMessageID().equals("ID:mine"));
            assertTrue(message.getJMSTimestamp() >= before && message.getJMSTimestamp() <= after);
            assertEquals(message.getJMSTimestamp() + 60_000, message.getJMSExpiration());
            assertTrue(message.getJMSDeliveryTime() >= before && message.getJMSDeliveryTime() <= after);
        }
        assertEquals(sent.getJMSMessageID(), received.getJMSMessageID());
        assertEquals(sent.getJMSExpiration(), received.getJMSExpiration());
        assertFalse(received.getJMSRedelivered());
    }

    @Test
    @Spec({JMS, "3.4"})
    void applicationHeadersArrive() throws JMSException {
        TemporaryQueue replyQueue = session.createTemporaryQueue();
        TemporaryTopic replyTopic = session.createTemporaryTopic();
        Message sent = session.createMessage();
        sent.setJMSCorrelationID("my correlation");
        sent.setJMSType("my type");
        sent.setJMSReplyTo(replyQueue);
        Message received = roundTrip(session, sent);
        assertEquals("my correlation", received.getJMSCorrelationID());
        assertEquals("my type", received.getJMSType());
        assertEquals(replyQueue, received.getJMSReplyTo());
        assertInstanceOf(TemporaryQueue.class, received.getJMSReplyTo());

        sent.setJMSReplyTo(replyTopic);
        sent.setJMSCorrelationID(sent.getJMSMessageID());
        received = roundTrip(session, sent);
        assertInstanceOf(TemporaryTopic.class, received.getJMSReplyTo());
        assertTrue(received.getJMSCorrelationID().startsWith("ID:"));

        Topic topic = session.createTopic(name("t"));
        sent.setJMSReplyTo(topic);
        sent.setJMSCorrelationIDAsBytes(new byte[] {1, 2, 3});
        received = roundTrip(session, sent);
        assertEquals(topic, received.getJMSReplyTo());
        assertFalse(received.getJMSReplyTo() instanceof Queue);
        assertArrayEquals(new byte[] {1, 2, 3}, received.getJMSCorrelationIDAsBytes());
    }

    @Test
    @Spec({JMS, "7.6"})
    void idAndTimestampCanBeLeftOut() throws JMSException {
        Queue queue = session.createTemporaryQueue();
        MessageProducer producer = session.createProducer(queue);
        producer.setDisableMessageID(true);
        producer.setDisableMessageTimestamp(true);
        Message sent = session.createMessage();
        producer.send(sent);
        Message received = session.createConsumer(queue).receive(SOON_MS);

        assertNull(sent.getJMSMessageID());
        assertNull(received.getJMSMessageID());
        assertEquals(0, sent.getJMSTimestamp());
        assertEquals(0, received.getJMSTimestamp());
        assertEquals(0, received.getJMSExpiration());
    }

    @Test
    @Spec({JMS, "3.4"})
    void defaultsAreThoseOfTheText() throws JMSException {
        Message received = roundTrip(session, session.createMessage());
        assertEquals(Message.DEFAULT_DELIVERY_MODE, received.getJMSDeliveryMode());
        assertEquals(Message.DEFAULT_PRIORITY, received.getJMSPriority());
        assertEquals(Message.DEFAULT_TIME_TO_LIVE, received.getJMSExpiration());
        assertNull(received.getJMSCorrelationID());
        assertNull(received.getJMSReplyTo());
        assertNull(received.getJMSType());
        assertEquals(1, received.getIntProperty("JMSXDeliveryCount"));
    }

    @Test
    @Spec({JMS, "3.5.4"})
    void propertiesConvertByTheTable() throws JMSException {
        Message sent = session.createMessage();
        sent.setBooleanProperty("boolean", true);
        sent.setByteProperty("byte", (byte) 1);
        sent.setShortProperty("short", (short) 2);
        sent.setIntProperty("int", 3);
        sent.setLongProperty("long", 4);
        sent.setFloatProperty("float", 1.5f);
        sent.setDoubleProperty("double", 2.5);
        sent.setStringProperty("string", "6");
        sent.setObjectProperty("nothing", null);
        Message message = roundTrip(session, sent);

        assertEquals("true", message.getStringProperty("boolean"));
        assertThrows(MessageFormatException.class, () -> message.getIntProperty("boolean"));
        assertEquals(1, message.getShortProperty("byte"));
        assertEquals(1, message.getLongProperty("byte"));
        assertThrows(MessageFormatException.class, () -> message.getBooleanProperty("byte"));
        assertThrows(MessageFormatException.class, () -> message.getByteProperty("short"));
        assertEquals(3, message.getLongProperty("int"));
        assertThrows(MessageFormatException.class, () -> message.getShortProperty("int"));
        assertThrows(MessageFormatException.class, () -> message.getFloatProperty("int"));
        assertThrows(MessageFormatException.class, () -> message.getIntProperty("long"));
        assertEquals(1.5, message.getDoubleProperty("float"));
        assertThrows(MessageFormatException.class, () -> message.getLongProperty("float"));
        assertThrows(MessageFormatException.class, () -> message.getFloatProperty("double"));
        assertEquals(6, message.getByteProperty("string"));
        assertEquals(6.0, message.getDoubleProperty("string"));
        assertFalse(message.getBooleanProperty("string"));
        assertEquals(3, message.getObjectProperty("int"));
        assertThrows(NumberFormatException.class, () -> message.getIntProperty("absent"));
        assertThrows(NullPointerException.class, () -> message.getFloatProperty("absent"));
        assertFalse(message.getBooleanProperty("absent"));
        assertNull(message.getStringProperty("absent"));
        assertNull(message.getObjectProperty("nothing"));
        Set<String> names = new HashSet<>(names(message.getPropertyNames()));
        names.removeIf(name -> name.startsWith("JMS"));
        assertEquals(Set.of("boolean", "byte", "short", "int", "long", "float", "double", "string", "nothing"), names);
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "it takes words of the selector language as names")
    @Spec({JMS, "3.5.1"})
    void propertyNamesAreIdentifiers() throws JMSException {
        Message message = session.createMessage();
        for (String name : new String[] {null, "", "1a", "a-b", "a b", "NULL", "true", "Between", "like", "escape"}) {
            assertThrows(IllegalArgumentException.class, () -> message.setIntProperty(name, 1), String.valueOf(name));
        }
        message.setIntProperty("$_a1é", 1);
        assertThrows(MessageFormatException.class, () -> message.setObjectProperty("list", new ArrayList<>()));
        assertThrows(MessageFormatException.class, () -> message.setObjectProperty("char", 'c'));
    }

    @Test
    @Spec({JMS, "3.5.2"})
    void receivedPropertiesAreReadOnlyUntilCleared() throws JMSException {
        Message sent = session.createTextMessage("body");
        sent.setIntProperty("a", 1);
        Message message = roundTrip(session, sent);
        assertThrows(MessageNotWriteableException.class, () -> message.setIntProperty("b", 1));
        message.setJMSType("headers can be set");

        message.clearProperties();
        assertFalse(message.propertyExists("a"));
        message.setIntProperty("b", 1);
        assertEquals(1, message.getIntProperty("b"));
        assertEquals("body", text(message), "the body stays");
    }

    @Test
    @Spec({JMS, "3.5.9"})
    void groupPropertiesArrive() throws JMSException {
        Message sent = session.createMessage();
        sent.setStringProperty("JMSXGroupID", "g");
        sent.setIntProperty("JMSXGroupSeq", 5);
        Message received = roundTrip(session, sent);
        assertEquals("g", received.getStringProperty("JMSXGroupID"));
        assertEquals(5, received.getIntProperty("JMSXGroupSeq"));
        assertNotNull(received.getObjectProperty("JMSXDeliveryCount"));
    }
}
