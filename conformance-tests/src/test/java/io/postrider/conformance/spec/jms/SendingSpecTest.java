// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Spec;
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidDestinationRuntimeException;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.MessageNotWriteableRuntimeException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Chapter 7: sending, in both styles, at once and asynchronously. */
class SendingSpecTest extends JmsSpecTest {

    @Test
    @Spec({JMS, "7.1"})
    void destinationIsNamedOnceOrWithEachMessage() throws JMSException {
        Session session = connect().createSession();
        MessageProducer identified = session.createProducer(queue(session));
        MessageProducer unidentified = session.createProducer(null);
        Message message = session.createMessage();
        assertEquals(queue(session), identified.getDestination());
        assertNull(unidentified.getDestination());
        assertThrows(UnsupportedOperationException.class, () -> identified.send(queue(session), message));
        assertThrows(UnsupportedOperationException.class, () -> identified.send(queue(session), message, 1, 4, 0));
        assertThrows(UnsupportedOperationException.class, () -> unidentified.send(message));
        assertThrows(UnsupportedOperationException.class, () -> unidentified.send(message, 1, 4, 0));
        assertThrows(
                InvalidDestinationException.class, () -> unidentified.send((jakarta.jms.Destination) null, message));
        assertThrows(MessageFormatException.class, () -> identified.send(null));
        unidentified.send(queue(session), message);
    }

    @Test
    @Spec({JMS, "7"})
    void settingsOutsideTheirRangeAreRefused() throws JMSException {
        Session session = connect().createSession();
        MessageProducer producer = session.createProducer(queue(session));
        Message message = session.createMessage();
        assertThrows(JMSException.class, () -> producer.setPriority(10));
        assertThrows(JMSException.class, () -> producer.setPriority(-1));
        assertThrows(JMSException.class, () -> producer.setDeliveryMode(0));
        assertThrows(JMSException.class, () -> producer.setDeliveryMode(3));
        assertThrows(JMSException.class, () -> producer.send(message, 7, 4, 0));
        assertThrows(JMSException.class, () -> producer.send(message, 1, 11, 0));

        JMSProducer fluent = context().createProducer();
        assertThrows(JMSRuntimeException.class, () -> fluent.setPriority(10));
        assertThrows(JMSRuntimeException.class, () -> fluent.setDeliveryMode(0));
    }

    @Test
    @Spec({JMS, "7"})
    void settingsAreKept() throws JMSException {
        Session session = connect().createSession();
        MessageProducer producer = session.createProducer(queue(session));
        assertEquals(DeliveryMode.PERSISTENT, producer.getDeliveryMode());
        assertEquals(4, producer.getPriority());
        assertEquals(0, producer.getTimeToLive());
        assertEquals(0, producer.getDeliveryDelay());
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        producer.setPriority(9);
        producer.setTimeToLive(5);
        producer.setDeliveryDelay(6);
        producer.setDisableMessageID(true);
        producer.setDisableMessageTimestamp(true);
        assertEquals(DeliveryMode.NON_PERSISTENT, producer.getDeliveryMode());
        assertEquals(9, producer.getPriority());
        assertEquals(5, producer.getTimeToLive());
        assertEquals(6, producer.getDeliveryDelay());
        assertTrue(producer.getDisableMessageID());
        assertTrue(producer.getDisableMessageTimestamp());
    }

    @Test
    @Spec({JMS, "6.2.9"})
    void messagesOfASessionKeepTheirOrder() throws JMSException {
        Session session = started().createSession();
        MessageProducer producer = session.createProducer(queue(session));
        for (int i = 0; i < 200; i++) {
            producer.send(session.createTextMessage("" + i), DeliveryMode.NON_PERSISTENT, 4, 0);
        }
        MessageConsumer consumer = session.createConsumer(queue(session));
        for (int i = 0; i < 200; i++) {
            assertEquals("" + i, next(consumer));
        }
    }

    @Test
    @Spec({JMS, "3.4.10"})
    void higherPriorityGoesFirst() throws JMSException {
        Session session = started().createSession();
        MessageProducer producer = session.createProducer(queue(session));
        for (int priority : new int[] {1, 9, 4, 0, 8}) {
            producer.send(session.createTextMessage("" + priority), DeliveryMode.PERSISTENT, priority, 0);
        }
        assertEquals(List.of("9", "8", "4", "1", "0"), next(session.createConsumer(queue(session)), 5));
    }

    @Test
    @Spec({JMS, "3.4.9"})
    void expiredMessagesAreNotDelivered() throws Exception {
        Session session = started().createSession();
        MessageProducer producer = session.createProducer(queue(session));
        producer.send(session.createTextMessage("short"), DeliveryMode.PERSISTENT, 4, 50);
        Message lasting = session.createTextMessage("lasting");
        producer.send(lasting, DeliveryMode.PERSISTENT, 4, 60_000);
        long expiredAt = System.currentTimeMillis() + 60;
        while (System.currentTimeMillis() < expiredAt) {
            Thread.onSpinWait();
        }
        Message received = session.createConsumer(queue(session)).receive(SOON_MS);
        assertEquals("lasting", text(received));
        assertEquals(lasting.getJMSExpiration(), received.getJMSExpiration());
    }

    @Test
    @Spec({JMS, "7.9"})
    void delayedMessagesAreNotSeenBeforeTheirTime() throws JMSException {
        Session session = started().createSession();
        MessageProducer producer = session.createProducer(queue(session));
        producer.setDeliveryDelay(700);
        Message delayed = session.createTextMessage("delayed");
        long sentAt = System.currentTimeMillis();
        producer.send(delayed);
        producer.setDeliveryDelay(0);
        producer.send(session.createTextMessage("at once"));
        assertTrue(delayed.getJMSDeliveryTime() >= sentAt + 700);

        MessageConsumer consumer = session.createConsumer(queue(session));
        assertEquals("at once", next(consumer));
        assertFalse(session.createBrowser(queue(session)).getEnumeration().hasMoreElements());
        Message received = consumer.receive(SOON_MS);
        assertEquals("delayed", text(received));
        assertTrue(System.currentTimeMillis() >= sentAt + 700);
        assertEquals(delayed.getJMSDeliveryTime(), received.getJMSDeliveryTime());
    }

    @Test
    @Spec({JMS, "7.9"})
    void aDelayedTopicMessageGoesToTheSubscribersAtTheTimeOfSending() throws JMSException {
        Session session = started().createSession();
        Topic topic = session.createTopic(name("t"));
        MessageConsumer early = session.createConsumer(topic);
        MessageProducer producer = session.createProducer(topic);
        producer.setDeliveryDelay(400);
        producer.send(session.createTextMessage("1"));
        MessageConsumer late = session.createConsumer(topic);
        assertEquals("1", next(early));
        assertNothing(late);
    }

    /** Keeps what it is told. */
    private static class Told implements CompletionListener {
        final List<String> events = new CopyOnWriteArrayList<>();
        final CountDownLatch latch;
        volatile Thread thread;

        Told(int count) {
            latch = new CountDownLatch(count);
        }

        @Override
        public void onCompletion(Message message) {
            thread = Thread.currentThread();
            try {
                events.add(text(message));
            } catch (JMSException e) {
                events.add(e.toString());
            }
            latch.countDown();
        }

        @Override
        public void onException(Message message, Exception exception) {
            events.add(exception.toString());
            latch.countDown();
        }
    }

    @Test
    @Spec({JMS, "7.3"})
    void completionsComeInTheOrderOfSendingOnAnotherThread() throws JMSException {
        Session session = started().createSession();
        MessageProducer producer = session.createProducer(queue(session));
        Told told = new Told(50);
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            producer.send(session.createTextMessage("" + i), i % 2 + 1, 4, 0, told);
            sent.add("" + i);
        }
        ConnectionSpecTest.await(told.latch);
        assertEquals(sent, told.events);
        assertNotEquals(Thread.currentThread(), told.thread);
        assertThrows(IllegalArgumentException.class, () -> producer.send(session.createMessage(), null));
    }

    @Test
    @Spec({JMS, "7.3.4"})
    void closeWaitsForTheCompletions() throws Exception {
        for (String what : new String[] {"producer", "session", "connection"}) {
            Connection connection = started();
            Session session = connection.createSession();
            MessageProducer producer = session.createProducer(queue(session));
            Told told = new Told(20);
            for (int i = 0; i < 20; i++) {
                producer.send(session.createTextMessage("" + i), told);
            }
            switch (what) {
                case "producer" -> producer.close();
                case "session" -> session.close();
                default -> connection.close();
            }
            if (run == JmsRun.QPID) { // which calls listeners on a thread of its own, and sometimes returns before
                assertTrue(told.latch.await(5, TimeUnit.SECONDS), what);
            }
            assertEquals(20, told.events.size(), what);
        }
    }

    @Test
    @Spec({JMS, "7.3.4"})
    void aCompletionListenerMayNotCloseItsOwn() throws Exception {
        Connection connection = started();
        Session session = connection.createSession();
        MessageProducer producer = session.createProducer(queue(session));
        CompletableFuture<List<Object>> seen = new CompletableFuture<>();
        producer.send(session.createTextMessage("1"), new CompletionListener() {
            @Override
            public void onCompletion(Message message) {
                seen.complete(List.of(
                        ConnectionSpecTest.outcome(session::close), ConnectionSpecTest.outcome(connection::close)));
            }

            @Override
            public void onException(Message message, Exception exception) {
                seen.completeExceptionally(exception);
            }
        });
        for (Object each : seen.get(SOON_MS, TimeUnit.MILLISECONDS)) {
            assertEquals(IllegalStateException.class, each);
        }
    }

    @Test
    @Spec({JMS, "7.3"})
    void contextsSendAsynchronouslyToo() {
        JMSContext context = context();
        Told told = new Told(3);
        JMSProducer producer = context.createProducer();
        assertNull(producer.getAsync());
        assertSame(producer, producer.setAsync(told));
        assertSame(told, producer.getAsync());
        Queue queue = context.createQueue(name("q"));
        producer.send(queue, "1").send(queue, "2").send(queue, "3");
        ConnectionSpecTest.await(told.latch);
        assertEquals(List.of("1", "2", "3"), told.events);
    }

    @Test
    @Spec({JMS, "7.10"})
    void contextSendsEveryBody() throws JMSException {
        JMSContext context = context();
        Queue queue = context.createQueue(name("q"));
        JMSProducer producer = context.createProducer();
        producer.send(queue, "text")
                .send(queue, Map.of("a", (Object) 1))
                .send(queue, new byte[] {1})
                .send(queue, 7);
        producer.send(queue, (String) null);
        var consumer = context.createConsumer(queue);
        assertEquals("text", consumer.receiveBody(String.class, SOON_MS));
        assertEquals(Map.of("a", 1), consumer.receiveBody(Map.class, SOON_MS));
        assertArrayEquals(new byte[] {1}, consumer.receiveBody(byte[].class, SOON_MS));
        assertEquals(7, consumer.receiveBody(Integer.class, SOON_MS));
        assertNull(consumer.receive(SOON_MS).getBody(String.class));
        assertThrows(MessageFormatRuntimeException.class, () -> producer.send(queue, (Message) null));
        assertThrows(InvalidDestinationRuntimeException.class, () -> producer.send(null, "x"));
    }

    @Test
    @Spec({JMS, "7.5"})
    void producersPropertiesAndHeadersOverrideTheMessages() throws JMSException {
        JMSContext context = context();
        Queue queue = context.createQueue(name("q"));
        Message message = context.createMessage();
        message.setIntProperty("a", 1);
        message.setIntProperty("b", 1);
        message.setJMSType("message's");
        JMSProducer producer = context.createProducer();
        producer.setProperty("a", 2L)
                .setProperty("c", "3")
                .setJMSType("producer's")
                .setJMSCorrelationID("corr");
        producer.setJMSReplyTo(queue).setPriority(6).setTimeToLive(60_000).setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        producer.send(queue, message);
        Message received = context.createConsumer(queue).receive(SOON_MS);

        assertEquals(2L, received.getObjectProperty("a"));
        assertEquals(1, received.getObjectProperty("b"));
        assertEquals("3", received.getObjectProperty("c"));
        assertEquals("producer's", received.getJMSType());
        assertEquals("corr", received.getJMSCorrelationID());
        assertEquals(queue, received.getJMSReplyTo());
        assertEquals(6, received.getJMSPriority());
        assertEquals(DeliveryMode.NON_PERSISTENT, received.getJMSDeliveryMode());
        assertTrue(received.getJMSExpiration() > 0);
        assertThrows(MessageNotWriteableRuntimeException.class, () -> producer.send(queue, received));
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "its set of names can be changed")
    @Spec({JMS, "7.5"})
    void producersPropertiesFollowTheRulesOfMessages() {
        JMSProducer producer = context().createProducer();
        assertThrows(IllegalArgumentException.class, () -> producer.setProperty("", 1));
        assertThrows(IllegalArgumentException.class, () -> producer.setProperty(null, 1));
        assertThrows(MessageFormatRuntimeException.class, () -> producer.setProperty("x", new ArrayList<>()));
        producer.setProperty("int", 5).setProperty("text", "7").setProperty("boolean", true);
        assertEquals(5, producer.getLongProperty("int"));
        assertEquals("5", producer.getStringProperty("int"));
        assertEquals(7, producer.getByteProperty("text"));
        assertThrows(MessageFormatRuntimeException.class, () -> producer.getShortProperty("int"));
        assertThrows(NumberFormatException.class, () -> producer.getIntProperty("absent"));
        assertFalse(producer.getBooleanProperty("absent"));
        assertTrue(producer.propertyExists("boolean"));
        Set<String> names = producer.getPropertyNames();
        assertEquals(Set.of("int", "text", "boolean"), names);
        assertThrows(UnsupportedOperationException.class, () -> names.remove("int"));
        assertSame(producer, producer.clearProperties());
        assertFalse(producer.propertyExists("int"));
        assertTrue(Arrays.asList(producer.getPropertyNames().toArray()).isEmpty());
    }
}
