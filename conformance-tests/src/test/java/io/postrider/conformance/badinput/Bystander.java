// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.badinput;

import io.postrider.conformance.kit.BrokerUnderTest;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.qpid.jms.JmsConnectionFactory;

/**
 * A well-behaved client that sends itself a durable message again and again on one connection, and remembers the longest it
 * ever had to wait.
 */
final class Bystander implements AutoCloseable {
    private static final long RECEIVE_LIMIT_MS = 10_000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Connection connection;
    private final Thread thread;
    private final AtomicInteger roundTrips = new AtomicInteger();
    private volatile long longestNanos;
    private volatile String failure;
    private volatile boolean isStopping;

    Bystander(BrokerUnderTest broker, String queue) {
        try {
            connection =
                    new JmsConnectionFactory("amqp://" + broker.host() + ":" + broker.amqpPort()).createConnection();
            connection.setExceptionListener(e -> failure = "The connection reported " + e);
            connection.start();
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
        thread = new Thread(() -> work(queue), "bystander");
        thread.setDaemon(true);
        thread.start();
    }

    int roundTrips() {
        return roundTrips.get();
    }

    /** Fails if it was cut off, missed a message, or waited longer than {@code limitMs} for one. */
    void assertUndisturbed(long limitMs) {
        if (failure != null) {
            throw new AssertionError("Expected the bystander to be undisturbed: " + failure);
        }
        long longestMs = TimeUnit.NANOSECONDS.toMillis(longestNanos);
        if (longestMs > limitMs) {
            throw new AssertionError("Expected round trips of at most " + limitMs + " ms, found " + longestMs);
        }
    }

    private void work(String name) {
        try {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue queue = session.createQueue(name);
            MessageProducer producer = session.createProducer(queue);
            MessageConsumer consumer = session.createConsumer(queue);
            while (!isStopping) {
                long start = System.nanoTime();
                producer.send(session.createTextMessage("round trip " + roundTrips));
                Message message = consumer.receive(RECEIVE_LIMIT_MS);
                if (message == null) {
                    throw new JMSException("Expected a message within " + RECEIVE_LIMIT_MS + " ms");
                }
                // The first one pays for the classes both sides still have to load.
                if (roundTrips.incrementAndGet() > 1) {
                    longestNanos = Math.max(longestNanos, System.nanoTime() - start);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (JMSException e) {
            failure = "Round trip " + roundTrips + " failed: " + e;
        }
    }

    @Override
    public void close() throws JMSException, InterruptedException {
        isStopping = true;
        thread.join(RECEIVE_LIMIT_MS);
        connection.close();
    }
}
