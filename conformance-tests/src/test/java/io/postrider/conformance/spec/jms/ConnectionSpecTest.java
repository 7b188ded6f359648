// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Spec;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionMetaData;
import jakarta.jms.ExceptionListener;
import jakarta.jms.IllegalStateException;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Chapter 6.1: connections. */
class ConnectionSpecTest extends JmsSpecTest {

    @Test
    @Spec({JMS, "6.1.2"})
    void clientIdIsSetFirstOrNever() throws JMSException {
        Connection connection = connect();
        assertNull(connection.getClientID());
        connection.setClientID(name("client"));
        assertEquals(name("client"), connection.getClientID());
        assertThrows(IllegalStateException.class, () -> connection.setClientID("other"));

        Connection used = connect();
        used.createSession();
        assertThrows(IllegalStateException.class, () -> used.setClientID(name("late")));

        Connection startedOne = started();
        assertThrows(IllegalStateException.class, () -> startedOne.setClientID(name("late")));

        Connection configured =
                closing(factory("?jms.clientID=" + name("configured")).createConnection());
        assertEquals(name("configured"), configured.getClientID());
        assertThrows(IllegalStateException.class, () -> configured.setClientID("other"));
    }

    @Test
    @Spec({JMS, "6.1.2"})
    void clientIdIsHeldByOneConnection() throws JMSException {
        Connection holder = connect();
        holder.setClientID(name("client"));
        Connection second = connect();
        assertThrows(InvalidClientIDException.class, () -> second.setClientID(name("client")));
        assertThrows(InvalidClientIDException.class, () -> connect().setClientID(null));
        assertThrows(InvalidClientIDException.class, () -> connect().setClientID(""));

        holder.close();
        connect().setClientID(name("client"));
    }

    @Test
    @Spec({JMS, "6.1.6"})
    void metaDataNamesVersionsAndProperties() throws JMSException {
        ConnectionMetaData data = connect().getMetaData();
        assertEquals("3.1", data.getJMSVersion());
        assertEquals(3, data.getJMSMajorVersion());
        assertEquals(1, data.getJMSMinorVersion());
        assertFalse(data.getJMSProviderName().isEmpty());
        assertFalse(data.getProviderVersion().isEmpty());
        assertTrue(data.getProviderMajorVersion() >= 0 && data.getProviderMinorVersion() >= 0);
        List<String> names = names(data.getJMSXPropertyNames());
        assertTrue(names.containsAll(List.of("JMSXGroupID", "JMSXGroupSeq", "JMSXDeliveryCount")), names.toString());
    }

    @Test
    @Spec({JMS, "6.1.4"})
    void nothingIsDeliveredBeforeStartAndAfterStop() throws JMSException {
        Connection connection = connect();
        Session session = connection.createSession();
        MessageConsumer consumer = session.createConsumer(queue(session));
        send(session, queue(session), "1", "2");
        assertNothing(consumer);
        assertNull(consumer.receiveNoWait());

        connection.start();
        assertEquals("1", next(consumer));
        connection.stop();
        connection.stop();
        assertNothing(consumer);
        connection.start();
        connection.start();
        assertEquals("2", next(consumer));
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "a stopped connection keeps its credit")
    @Spec({JMS, "6.1.5"})
    void stopGivesCreditBackSoThatOthersGetTheMessages() throws JMSException {
        Connection connection = started();
        Session session = connection.createSession();
        session.createConsumer(queue(session));
        connection.stop();
        Session other = started().createSession();
        send(other, queue(other), "1");
        assertEquals("1", next(other.createConsumer(queue(other))));
    }

    @Test
    @Spec({JMS, "6.1.5"})
    void stopWaitsForARunningListener() throws Exception {
        Connection connection = started();
        Session session = connection.createSession();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch mayLeave = new CountDownLatch(1);
        AtomicBoolean hasLeft = new AtomicBoolean();
        session.createConsumer(queue(session)).setMessageListener(message -> {
            entered.countDown();
            await(mayLeave);
            hasLeft.set(true);
        });
        Session sender = connection.createSession();
        send(sender, queue(sender), "1");
        await(entered);
        CompletableFuture<Boolean> stop = CompletableFuture.supplyAsync(() -> {
            try {
                connection.stop();
                return hasLeft.get();
            } catch (JMSException e) {
                throw new java.lang.IllegalStateException(e);
            }
        });
        assertThrows(java.util.concurrent.TimeoutException.class, () -> stop.get(NEVER_MS, TimeUnit.MILLISECONDS));
        mayLeave.countDown();
        assertTrue(stop.get(SOON_MS, TimeUnit.MILLISECONDS));
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(SOON_MS, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("Expected the latch to open in time");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Spec({JMS, "6.1.8"})
    void closeEndsAWaitingReceiveAndIsSilentTheSecondTime() throws Exception {
        Connection connection = started();
        Session session = connection.createSession();
        MessageConsumer consumer = session.createConsumer(queue(session));
        CompletableFuture<Object> receive = CompletableFuture.supplyAsync(() -> {
            try {
                return String.valueOf(consumer.receive());
            } catch (JMSException e) {
                return e;
            }
        });
        assertThrows(java.util.concurrent.TimeoutException.class, () -> receive.get(NEVER_MS, TimeUnit.MILLISECONDS));
        connection.close();
        assertEquals("null", receive.get(SOON_MS, TimeUnit.MILLISECONDS));
        connection.close();
        session.close();
        consumer.close();
    }

    @Test
    @Spec({JMS, "6.1.7"})
    void exceptionListenerIsKept() throws JMSException {
        Connection connection = connect();
        assertNull(connection.getExceptionListener());
        ExceptionListener listener = exception -> {};
        connection.setExceptionListener(listener);
        assertSame(listener, connection.getExceptionListener());
        connection.setExceptionListener(null);
        assertNull(connection.getExceptionListener());
    }

    @Test
    @Spec({JMS, "6.1.8"})
    void connectionMayNotBeClosedOrStoppedByAListener() throws Exception {
        Connection connection = started();
        Session session = connection.createSession();
        CompletableFuture<List<Object>> seen = new CompletableFuture<>();
        session.createConsumer(queue(session))
                .setMessageListener(message -> seen.complete(
                        List.of(outcome(connection::close), outcome(connection::stop), outcome(session::close))));
        Session sender = connection.createSession();
        send(sender, queue(sender), "1");
        for (Object each : seen.get(SOON_MS, TimeUnit.MILLISECONDS)) {
            assertEquals(IllegalStateException.class, each);
        }
        connection.close();
    }

    @Test
    @Spec({JMS, "6.1.8"})
    void contextMayNotBeClosedOrStoppedByItsListener() throws Exception {
        JMSContext context = context();
        CompletableFuture<List<Object>> seen = new CompletableFuture<>();
        context.createConsumer(context.createQueue(name("q")))
                .setMessageListener(message -> seen.complete(List.of(outcome(context::close), outcome(context::stop))));
        JMSContext sender = context.createContext(JMSContext.AUTO_ACKNOWLEDGE);
        sender.createProducer().send(sender.createQueue(name("q")), "1");
        for (Object each : seen.get(SOON_MS, TimeUnit.MILLISECONDS)) {
            assertEquals(IllegalStateRuntimeException.class, each);
        }
        sender.close();
    }

    /** What a call throws, by class; "nothing" if it returns. */
    static Object outcome(ThrowingRunnable call) {
        try {
            call.run();
            return "nothing";
        } catch (Exception e) {
            return e.getClass();
        }
    }

    /** A call that may throw. */
    interface ThrowingRunnable {
        void run() throws Exception;
    }

    @Test
    @Spec({JMS, "6.2"})
    void sessionModesAreThoseOfTheText() throws JMSException {
        Connection connection = connect();
        assertEquals(Session.AUTO_ACKNOWLEDGE, connection.createSession().getAcknowledgeMode());
        assertEquals(
                Session.CLIENT_ACKNOWLEDGE,
                connection.createSession(Session.CLIENT_ACKNOWLEDGE).getAcknowledgeMode());
        Session plain = connection.createSession(false, Session.DUPS_OK_ACKNOWLEDGE);
        assertEquals(Session.DUPS_OK_ACKNOWLEDGE, plain.getAcknowledgeMode());
        assertFalse(plain.getTransacted());
        assertThrows(JMSException.class, () -> connection.createSession(99));
        assertThrows(JMSException.class, () -> connection.createSession(false, 99));
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "closing a context twice counts twice")
    @Spec({JMS, "2.8"})
    void contextsShareTheConnectionUntilTheLastIsClosed() {
        JMSContext first = context();
        JMSContext second = first.createContext(JMSContext.CLIENT_ACKNOWLEDGE);
        assertEquals(JMSContext.CLIENT_ACKNOWLEDGE, second.getSessionMode());
        first.close();
        first.close();
        second.createProducer().send(second.createQueue(name("q")), "1");
        assertEquals("1", second.createConsumer(second.createQueue(name("q"))).receiveBody(String.class, SOON_MS));
        assertThrows(IllegalStateRuntimeException.class, () -> second.setClientID(name("late")));
        second.close();
        assertThrows(IllegalStateRuntimeException.class, second::createMessage);
        assertThrows(IllegalStateRuntimeException.class, () -> second.createContext(1));
    }

    @Test
    @Spec({JMS, "8.4"})
    void contextStartsWithItsFirstConsumerUnlessToldNotTo() {
        JMSContext sender = context();
        sender.createProducer().send(sender.createQueue(name("q")), "1");
        JMSContext context = context();
        assertTrue(context.getAutoStart());
        context.setAutoStart(false);
        var consumer = context.createConsumer(context.createQueue(name("q")));
        assertNull(consumer.receive(NEVER_MS));
        context.start();
        assertEquals("1", consumer.receiveBody(String.class, SOON_MS));
    }
}
