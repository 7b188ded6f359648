// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Spec;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionConsumer;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.ServerSession;
import jakarta.jms.ServerSessionPool;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Chapter 11.2: what application servers build on, by a pool of two sessions. */
class ServerSessionSpecTest extends JmsSpecTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    private ServerSessionPool pool(Connection connection, int sessions) throws JMSException {
        BlockingQueue<ServerSession> free = new LinkedBlockingQueue<>();
        for (int i = 0; i < sessions; i++) {
            Session session = connection.createSession();
            session.setMessageListener(message -> {
                try {
                    seen.add(text(message));
                } catch (JMSException e) {
                    seen.add(e.toString());
                }
            });
            free.add(new ServerSession() {
                @Override
                public Session getSession() {
                    return session;
                }

                @Override
                public void start() {
                    ServerSession self = this;
                    threads.execute(() -> {
                        session.run();
                        free.add(self);
                    });
                }
            });
        }
        return () -> {
            try {
                return free.take();
            } catch (InterruptedException e) {
                throw new JMSException("interrupted");
            }
        };
    }

    @Test
    @Spec({JMS, "11.2"})
    void aQueuesMessagesRunInThePoolsSessions() throws Exception {
        Connection connection = connect();
        Session session = connection.createSession();
        ServerSessionPool pool = pool(connection, 2);
        ConnectionConsumer consumer = connection.createConnectionConsumer(queue(session), null, pool, 3);
        assertSame(pool, consumer.getServerSessionPool());
        send(session, queue(session), "1", "2", "3", "4", "5");
        assertNull(seen.poll(NEVER_MS, TimeUnit.MILLISECONDS), "before the start");
        connection.start();
        for (int i = 0; i < 5; i++) {
            assertTrue(seen.poll(SOON_MS, TimeUnit.MILLISECONDS).matches("[1-5]"));
        }
        consumer.close();
        consumer.close();
        send(session, queue(session), "6");
        assertEquals("6", next(session.createConsumer(queue(session))), "everything before was acknowledged");
    }

    @Test
    @Spec({JMS, "11.2"})
    void everyKindOfSubscriptionHasOne() throws Exception {
        Connection connection = connect();
        connection.setClientID(name("client"));
        connection.start();
        Session session = connection.createSession();
        Topic topic = session.createTopic(name("t"));
        connection.createConnectionConsumer(topic, "n = 1 OR n IS NULL", pool(connection, 1), 1);
        connection.createDurableConnectionConsumer(topic, "d", null, pool(connection, 1), 1);
        connection.createSharedConnectionConsumer(topic, "s", null, pool(connection, 1), 1);
        connection.createSharedDurableConnectionConsumer(topic, "sd", null, pool(connection, 1), 1);
        send(session, topic, "x");
        for (int i = 0; i < 4; i++) {
            assertEquals("x", seen.poll(SOON_MS, TimeUnit.MILLISECONDS));
        }
        assertNull(seen.poll(NEVER_MS, TimeUnit.MILLISECONDS));
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "a missing destination is a NullPointerException")
    @Spec({JMS, "11.2"})
    void wrongArgumentsAreRefused() throws JMSException {
        Connection connection = connect();
        Session session = connection.createSession();
        ServerSessionPool pool = pool(connection, 1);
        assertThrows(
                InvalidDestinationException.class,
                () -> connection.createConnectionConsumer((jakarta.jms.Queue) null, null, pool, 1));
        assertThrows(
                InvalidSelectorException.class,
                () -> connection.createConnectionConsumer(queue(session), "=", pool, 1));
        assertThrows(JMSException.class, () -> connection.createConnectionConsumer(queue(session), null, pool, 0));
        assertThrows(JMSException.class, () -> connection.createConnectionConsumer(queue(session), null, null, 1));
    }
}
