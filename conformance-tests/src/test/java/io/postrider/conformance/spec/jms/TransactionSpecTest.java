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
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Chapter 6.2.7: transacted sessions. */
class TransactionSpecTest extends JmsSpecTest {

    private Session transacted() throws JMSException {
        return started().createSession(true, 0);
    }

    @Test
    @Spec({JMS, "6.2.7"})
    void aTransactedSessionSaysSo() throws JMSException {
        Session session = connect().createSession(true, Session.CLIENT_ACKNOWLEDGE);
        assertTrue(session.getTransacted());
        assertEquals(Session.SESSION_TRANSACTED, session.getAcknowledgeMode());
        assertThrows(IllegalStateException.class, session::recover);
        session.commit();
        session.rollback();
    }

    @Test
    @Spec({JMS, "6.2.7"})
    void messagesSentAreSeenAfterTheCommit() throws JMSException {
        Session session = transacted();
        Session other = started().createSession();
        MessageConsumer consumer = other.createConsumer(queue(other));
        send(session, queue(session), "1", "2");
        assertNothing(consumer);
        session.commit();
        assertEquals(List.of("1", "2"), next(consumer, 2));
        send(session, queue(session), "3");
        session.rollback();
        send(session, queue(session), "4");
        session.commit();
        assertEquals("4", next(consumer));
        assertNothing(consumer);
    }

    @Test
    @Spec({JMS, "6.2.7"})
    void messagesReceivedComeAgainInOrderAfterARollback() throws JMSException {
        Session session = transacted();
        send(session, queue(session), "1", "2", "3", "4");
        session.commit();
        MessageConsumer consumer = session.createConsumer(queue(session));
        assertEquals("1", next(consumer));
        session.commit();
        assertEquals(List.of("2", "3"), next(consumer, 2));
        session.rollback();

        Message second = consumer.receive(SOON_MS);
        assertEquals("2", text(second));
        assertTrue(second.getJMSRedelivered());
        assertEquals(2, second.getIntProperty("JMSXDeliveryCount"));
        Message third = consumer.receive(SOON_MS);
        assertEquals("3", text(third));
        assertTrue(third.getJMSRedelivered());
        Message fourth = consumer.receive(SOON_MS);
        assertEquals("4", text(fourth));
        assertFalse(fourth.getJMSRedelivered());
        session.commit();
        assertNothing(consumer);
        session.rollback();
        assertNothing(consumer);
    }

    @Test
    @Spec({JMS, "6.2.7"})
    void sendingAndReceivingAreOneWhole() throws JMSException {
        Session session = transacted();
        send(session, queue(session), "in");
        session.commit();
        MessageConsumer consumer = session.createConsumer(queue(session));
        var out = session.createQueue(name("out"));
        for (int attempt = 0; attempt < 2; attempt++) {
            assertEquals("in", next(consumer));
            send(session, out, "out" + attempt);
            if (attempt == 0) {
                session.rollback();
            } else {
                session.commit();
            }
        }
        Session other = started().createSession();
        MessageConsumer results = other.createConsumer(out);
        assertEquals("out1", next(results));
        assertNothing(results);
        assertNothing(other.createConsumer(queue(other)));
    }

    @Test
    @Spec({JMS, "6.2.15"})
    void closingRollsBack() throws JMSException {
        Connection connection = started();
        Session session = connection.createSession(true, 0);
        send(session, queue(session), "1");
        session.commit();
        MessageConsumer consumer = session.createConsumer(queue(session));
        assertEquals("1", next(consumer));
        send(session, queue(session), "2");
        consumer.close();
        session.close();
        MessageConsumer other = connection.createSession().createConsumer(queue(connection.createSession()));
        Message first = other.receive(SOON_MS);
        assertEquals("1", text(first));
        assertTrue(first.getJMSRedelivered());
        assertNothing(other);
    }

    @Test
    @Spec({JMS, "6.2.7"})
    void aClosedConsumersMessagesArePartOfTheTransaction() throws JMSException {
        Session session = transacted();
        send(session, queue(session), "1", "2");
        session.commit();
        MessageConsumer consumer = session.createConsumer(queue(session));
        assertEquals("1", next(consumer));
        consumer.close();
        session.commit();
        MessageConsumer second = session.createConsumer(queue(session));
        assertEquals("2", next(second));
        second.close();
        session.rollback();
        MessageConsumer third = session.createConsumer(queue(session));
        assertEquals("2", next(third));
        session.commit();
    }

    @Test
    @Spec({JMS, "8.7"})
    void aListenerMayCommitAndRollBack() throws Exception {
        Connection connection = started();
        Session session = connection.createSession(true, 0);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        session.createConsumer(queue(session)).setMessageListener(message -> {
            try {
                seen.add(text(message) + " " + message.getJMSRedelivered());
                if (message.getJMSRedelivered()) {
                    session.commit();
                } else {
                    session.rollback();
                }
            } catch (JMSException e) {
                seen.add(e.toString());
            }
        });
        Session sender = connection.createSession();
        send(sender, queue(sender), "1", "2");
        for (String expected : List.of("1 false", "1 true", "2 false", "2 true")) {
            assertEquals(expected, seen.poll(SOON_MS, TimeUnit.MILLISECONDS));
        }
        assertNull(seen.poll(NEVER_MS, TimeUnit.MILLISECONDS));
    }

    @Test
    @Spec({JMS, "6.2.7"})
    void acknowledgeChangesNothing() throws JMSException {
        Session session = transacted();
        send(session, queue(session), "1");
        session.commit();
        MessageConsumer consumer = session.createConsumer(queue(session));
        consumer.receive(SOON_MS).acknowledge();
        session.rollback();
        assertEquals("1", next(consumer));
        session.commit();
    }

    @Test
    @Spec({JMS, "7.3.4"})
    void commitWaitsForCompletionsAndMayNotComeFromOne() throws Exception {
        Session session = transacted();
        MessageProducer producer = session.createProducer(queue(session));
        List<String> completed = new ArrayList<>();
        CompletableFuture<List<Object>> seen = new CompletableFuture<>();
        for (int i = 0; i < 10; i++) {
            producer.send(session.createTextMessage("" + i), new CompletionListener() {
                @Override
                public void onCompletion(Message message) {
                    completed.add(message.toString());
                    seen.complete(List.of(
                            ConnectionSpecTest.outcome(session::commit),
                            ConnectionSpecTest.outcome(session::rollback)));
                }

                @Override
                public void onException(Message message, Exception exception) {
                    seen.completeExceptionally(exception);
                }
            });
        }
        session.commit();
        if (run != JmsRun.QPID) { // which calls listeners on a thread of its own, and sometimes returns before the last
            assertEquals(10, completed.size());
        }
        for (Object each : seen.get(SOON_MS, TimeUnit.MILLISECONDS)) {
            assertEquals(IllegalStateException.class, each);
        }
    }

    @Test
    @Spec({JMS, "6.2.7"})
    void durableSubscriptionsTakePart() throws JMSException {
        Connection connection = connect();
        connection.setClientID(name("client"));
        connection.start();
        Session session = connection.createSession(true, 0);
        Topic topic = session.createTopic(name("t"));
        MessageConsumer consumer = session.createDurableConsumer(topic, "sub");
        send(session, topic, "1");
        assertNothing(consumer);
        session.commit();
        assertEquals("1", next(consumer));
        session.rollback();
        assertEquals("1", next(consumer));
        consumer.close();
        assertThrows(JMSException.class, () -> session.unsubscribe("sub"), "with an uncommitted message");
        session.commit();
        session.unsubscribe("sub");
        assertThrows(InvalidDestinationException.class, () -> session.unsubscribe("sub"));
    }

    @Test
    @Spec({JMS, "6.2.7"})
    void contextsAreTransactedToo() throws JMSException {
        JMSContext context = context(JMSContext.SESSION_TRANSACTED);
        assertTrue(context.getTransacted());
        var queue = context.createQueue(name("q"));
        context.createProducer().send(queue, "1");
        context.commit();
        var consumer = context.createConsumer(queue);
        assertNotNull(consumer.receive(SOON_MS));
        context.rollback();
        assertEquals("1", consumer.receiveBody(String.class, SOON_MS));
        context.commit();
        assertNull(consumer.receive(NEVER_MS));
    }

    @Test
    @Spec({JMS, "6.2.7"})
    void manyTransactionsKeepTheirMessages() throws JMSException {
        Session session = transacted();
        MessageProducer producer = session.createProducer(queue(session));
        MessageConsumer consumer = session.createConsumer(queue(session));
        int received = 0;
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 10; i++) {
                producer.send(session.createTextMessage(round + "." + i));
            }
            session.commit();
            for (int i = 0; i < 10; i++) {
                assertEquals(round + "." + i, next(consumer));
                received++;
            }
            session.commit();
        }
        assertEquals(200, received);
        assertNothing(consumer);
    }
}
