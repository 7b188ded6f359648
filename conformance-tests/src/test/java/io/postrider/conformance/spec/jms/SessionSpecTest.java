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
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Chapter 6.2 and 8.7: how sessions acknowledge, recover and call their listeners. */
class SessionSpecTest extends JmsSpecTest {
    private static final int INDIVIDUAL_ACKNOWLEDGE = 101;
    private static final int NO_ACKNOWLEDGE = 100;

    /** What is left on the queue after the session's connection is closed, as another connection sees it. */
    private List<String> leftAfter(Connection connection) throws JMSException {
        connection.close();
        Session other = started().createSession();
        MessageConsumer rest = other.createConsumer(queue(other));
        List<String> left = new ArrayList<>();
        for (Message message = rest.receive(1000); message != null; message = rest.receive(NEVER_MS)) {
            left.add(text(message) + (message.getJMSRedelivered() ? " again" : ""));
        }
        return left;
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "it closes without giving back what was sent ahead")
    @Spec({JMS, "6.2.10"})
    void autoAcknowledgesWhatReceiveReturned() throws JMSException {
        Connection connection = started();
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        send(session, queue(session), "1", "2", "3");
        MessageConsumer consumer = session.createConsumer(queue(session));
        assertEquals(List.of("1", "2"), next(consumer, 2));
        assertEquals(List.of("3"), leftAfter(connection));
    }

    @Test
    @Spec({JMS, "6.2.10"})
    void dupsOkAcknowledgesAtTheLatestWhenItIsClosed() throws JMSException {
        Connection connection = started();
        Session session = connection.createSession(Session.DUPS_OK_ACKNOWLEDGE);
        send(session, queue(session), "1", "2", "3");
        MessageConsumer consumer = session.createConsumer(queue(session));
        assertEquals(List.of("1", "2", "3"), next(consumer, 3));
        session.close();
        assertEquals(List.of(), leftAfter(connection));
    }

    @Test
    @Spec({JMS, "6.2.10"})
    void clientAcknowledgesAllTheSessionConsumed() throws JMSException {
        Connection connection = started();
        Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        send(session, queue(session), "1", "2", "3", "4");
        MessageConsumer consumer = session.createConsumer(queue(session));
        assertEquals("1", next(consumer));
        Message second = consumer.receive(SOON_MS);
        assertEquals("3", next(consumer));
        second.acknowledge();
        assertEquals("4", next(consumer));
        assertEquals(List.of("4 again"), leftAfter(connection));
    }

    @Test
    @Spec({JMS, "6.2.10"})
    void individualAcknowledgesOneMessage() throws JMSException {
        Connection connection = started();
        Session session = connection.createSession(INDIVIDUAL_ACKNOWLEDGE);
        send(session, queue(session), "1", "2", "3");
        MessageConsumer consumer = session.createConsumer(queue(session));
        next(consumer);
        Message second = consumer.receive(SOON_MS);
        next(consumer);
        second.acknowledge();
        assertEquals(List.of("1 again", "3 again"), leftAfter(connection));
    }

    @Test
    @Spec({JMS, "6.2.10"})
    void noAcknowledgeIsDoneWhenItIsSent() throws JMSException {
        Connection connection = started();
        Session session = connection.createSession(NO_ACKNOWLEDGE);
        send(session, queue(session), "1");
        MessageConsumer consumer = session.createConsumer(queue(session));
        assertEquals("1", next(consumer));
        assertEquals(List.of(), leftAfter(connection));
    }

    @Test
    @Spec({JMS, "6.2.10"})
    void acknowledgeDoesNothingWhereTheSessionDoesIt() throws JMSException {
        Session session = started().createSession();
        send(session, queue(session), "1", "2");
        MessageConsumer consumer = session.createConsumer(queue(session));
        Message first = consumer.receive(SOON_MS);
        first.acknowledge();
        assertEquals("2", next(consumer));
        session.createMessage().acknowledge();
    }

    @Test
    @Spec({JMS, "6.2.15"})
    void acknowledgeAfterCloseIsAnError() throws JMSException {
        Connection connection = started();
        Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        send(session, queue(session), "1");
        Message message = session.createConsumer(queue(session)).receive(SOON_MS);
        session.close();
        assertThrows(IllegalStateException.class, message::acknowledge);
        assertEquals("1", text(message), "the message itself stays usable");
        connection.close();
        assertThrows(IllegalStateException.class, message::acknowledge);
    }

    @Test
    @Spec({JMS, "6.2.10"})
    void aClosedConsumersMessagesCanStillBeAcknowledged() throws JMSException {
        Connection connection = started();
        Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        send(session, queue(session), "1", "2");
        MessageConsumer consumer = session.createConsumer(queue(session));
        Message first = consumer.receive(SOON_MS);
        consumer.close();
        first.acknowledge();
        assertEquals(List.of("2"), leftAfter(connection));
    }

    @Test
    @Spec({JMS, "6.2.10"})
    void recoverStartsAgainWithTheOldestUnacknowledged() throws JMSException {
        Session session = started().createSession(Session.CLIENT_ACKNOWLEDGE);
        send(session, queue(session), "1", "2", "3", "4");
        MessageConsumer consumer = session.createConsumer(queue(session));
        consumer.receive(SOON_MS).acknowledge();
        assertEquals(List.of("2", "3"), next(consumer, 2));
        session.recover();

        Message second = consumer.receive(SOON_MS);
        assertEquals("2", text(second));
        assertTrue(second.getJMSRedelivered());
        assertEquals(2, second.getIntProperty("JMSXDeliveryCount"));
        assertEquals("3", next(consumer));
        Message fourth = consumer.receive(SOON_MS);
        assertEquals("4", text(fourth));
        assertFalse(fourth.getJMSRedelivered());
        fourth.acknowledge();
        session.recover();
        assertNothing(consumer);
    }

    @Test
    @Spec({JMS, "6.2.10"})
    void recoverInAListenerDeliversTheSameMessageAgain() throws Exception {
        Connection connection = started();
        Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        AtomicInteger calls = new AtomicInteger();
        session.createConsumer(queue(session)).setMessageListener(message -> {
            try {
                seen.add(text(message) + " " + message.getJMSRedelivered());
                if (calls.incrementAndGet() == 1) {
                    session.recover();
                } else {
                    message.acknowledge();
                }
            } catch (JMSException e) {
                seen.add(e.toString());
            }
        });
        Session sender = connection.createSession();
        send(sender, queue(sender), "1", "2");
        assertEquals("1 false", seen.poll(SOON_MS, TimeUnit.MILLISECONDS));
        assertEquals("1 true", seen.poll(SOON_MS, TimeUnit.MILLISECONDS));
        assertEquals("2 false", seen.poll(SOON_MS, TimeUnit.MILLISECONDS));
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "it releases the message, so that nobody counts the attempt")
    @Spec({JMS, "8.7"})
    void aListenersExceptionBringsTheMessageAgain() throws Exception {
        Connection connection = started();
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        session.createConsumer(queue(session)).setMessageListener(message -> {
            try {
                seen.add(message.getJMSRedelivered() + " " + message.getIntProperty("JMSXDeliveryCount"));
                if (!message.getJMSRedelivered()) {
                    throw new java.lang.IllegalStateException("thrown by a test's listener");
                }
            } catch (JMSException e) {
                seen.add(e.toString());
            }
        });
        Session sender = connection.createSession();
        send(sender, queue(sender), "1");
        assertEquals("false 1", seen.poll(SOON_MS, TimeUnit.MILLISECONDS));
        assertEquals("true 2", seen.poll(SOON_MS, TimeUnit.MILLISECONDS));
    }

    @Test
    @Spec({JMS, "8.7"})
    void inClientModeTheNextMessageFollowsAListenersException() throws Exception {
        Connection connection = started();
        Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        session.createConsumer(queue(session)).setMessageListener(message -> {
            try {
                seen.add(text(message));
            } catch (JMSException e) {
                seen.add(e.toString());
            }
            throw new java.lang.IllegalStateException("thrown by a test's listener");
        });
        Session sender = connection.createSession();
        send(sender, queue(sender), "1", "2");
        assertEquals("1", seen.poll(SOON_MS, TimeUnit.MILLISECONDS));
        assertEquals("2", seen.poll(SOON_MS, TimeUnit.MILLISECONDS));
        assertNull(seen.poll(NEVER_MS, TimeUnit.MILLISECONDS));
    }

    @Test
    @Spec({JMS, "6.2.13"})
    void listenersOfASessionRunOneAfterTheOther() throws Exception {
        Connection connection = started();
        Session session = connection.createSession();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(20);
        for (int i = 0; i < 4; i++) {
            session.createConsumer(queue(session)).setMessageListener(message -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                Thread.yield();
                running.decrementAndGet();
                all.countDown();
            });
        }
        Session sender = connection.createSession();
        send(sender, queue(sender), Collections.nCopies(20, "x").toArray(String[]::new));
        ConnectionSpecTest.await(all);
        assertEquals(1, most.get());
    }

    @Test
    @Spec({JMS, "6.2.5"})
    void aSessionWithAListenerReceivesNothingByCall() throws JMSException {
        Session session = started().createSession();
        session.createConsumer(queue(session)).setMessageListener(message -> {});
        MessageConsumer other = session.createConsumer(session.createQueue(name("other")));
        assertThrows(IllegalStateException.class, other::receiveNoWait);
        assertThrows(IllegalStateException.class, () -> other.receive(1));
    }

    @Test
    @Spec({JMS, "8.8"})
    void aConsumerMayBeClosedByItsListener() throws Exception {
        Connection connection = started();
        Session session = connection.createSession();
        MessageConsumer consumer = session.createConsumer(queue(session));
        CompletableFuture<Object> closing = new CompletableFuture<>();
        consumer.setMessageListener(message -> closing.complete(ConnectionSpecTest.outcome(consumer::close)));
        Session sender = connection.createSession();
        send(sender, queue(sender), "1", "2");
        assertEquals("nothing", closing.get(SOON_MS, TimeUnit.MILLISECONDS));
        MessageConsumer next = sender.createConsumer(queue(sender));
        assertEquals("2", next(next));
        assertNothing(next);
    }

    @Test
    @Spec({JMS, "8.7"})
    void aListenerCanBeSetLateAndTakenAway() throws Exception {
        Connection connection = started();
        Session session = connection.createSession();
        MessageConsumer consumer = session.createConsumer(queue(session));
        Session sender = connection.createSession();
        send(sender, queue(sender), "1");
        BlockingQueue<Message> seen = new LinkedBlockingQueue<>();
        assertNull(consumer.getMessageListener());
        consumer.setMessageListener(seen::add);
        assertNotNull(consumer.getMessageListener());
        assertEquals("1", text(seen.poll(SOON_MS, TimeUnit.MILLISECONDS)));
        consumer.setMessageListener(null);
        assertNull(consumer.getMessageListener());
        send(sender, queue(sender), "2");
        assertEquals("2", next(consumer));
        assertTrue(seen.isEmpty());
    }

    @Test
    @Spec({JMS, "6.2.15"})
    void closingASessionWaitsForItsListener() throws Exception {
        Connection connection = started();
        Session session = connection.createSession();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch mayLeave = new CountDownLatch(1);
        session.createConsumer(queue(session)).setMessageListener(message -> {
            entered.countDown();
            ConnectionSpecTest.await(mayLeave);
        });
        Session sender = connection.createSession();
        send(sender, queue(sender), "1");
        ConnectionSpecTest.await(entered);
        CompletableFuture<Object> close =
                CompletableFuture.supplyAsync(() -> ConnectionSpecTest.outcome(session::close));
        assertThrows(java.util.concurrent.TimeoutException.class, () -> close.get(NEVER_MS, TimeUnit.MILLISECONDS));
        mayLeave.countDown();
        assertEquals("nothing", close.get(SOON_MS, TimeUnit.MILLISECONDS));
        assertEquals(List.of(), leftAfter(connection), "the message in the listener was acknowledged");
    }

    @Test
    @Spec({JMS, "6.2.7"})
    void onlyTransactedSessionsCommit() throws JMSException {
        Session session = connect().createSession();
        assertThrows(IllegalStateException.class, session::commit);
        assertThrows(IllegalStateException.class, session::rollback);
    }

    @Test
    @Spec({JMS, "6.2.10"})
    void contextAcknowledgesAllItConsumed() throws JMSException {
        JMSContext context = context(JMSContext.CLIENT_ACKNOWLEDGE);
        var queue = context.createQueue(name("q"));
        context.createProducer().send(queue, "1").send(queue, "2").send(queue, "3");
        var consumer = context.createConsumer(queue);
        assertEquals("1", consumer.receiveBody(String.class, SOON_MS));
        assertEquals("2", consumer.receiveBody(String.class, SOON_MS));
        context.acknowledge();
        assertEquals("3", consumer.receiveBody(String.class, SOON_MS));
        context.recover();
        assertEquals("3", consumer.receiveBody(String.class, SOON_MS));
        context.acknowledge();
        context.recover();
        assertNull(consumer.receive(NEVER_MS));
    }
}
