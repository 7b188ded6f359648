// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Transactions are whole however often the broker dies. Workers move messages from one queue to two others, in transactions of a few, while it
 * is killed again and again. A transaction that was half done would show: each message must end in both queues, once. {@code
 * -Dcrash.seed=N} repeats a run.
 */
class TransactionCrashTest {
    private static final int MESSAGES = 2000;
    private static final int KILLS = 6;
    private static final long SILENCE_MS = 1500;

    private final BrokerUnderTest broker = BrokerUnderTest.named("crash-transactions");
    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicBoolean isKilling = new AtomicBoolean(true);

    @Test
    @Timeout(180)
    void everyMessageIsMovedOnce() throws Exception {
        long seed = Long.getLong("crash.seed", System.nanoTime());
        System.out.println("crash: transactions seed=" + seed);
        Random random = new Random(seed);
        try (broker) {
            broker.start();
            fill();
            List<Thread> movers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                boolean isOurs = i == 0;
                long moverSeed = random.nextLong();
                Thread mover = new Thread(() -> move(isOurs, new Random(moverSeed)), "mover-" + i);
                movers.add(mover);
                mover.start();
            }
            for (int i = 0; i < KILLS; i++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100 + random.nextInt(500)));
                broker.kill();
                broker.start();
            }
            isKilling.set(false);
            for (Thread mover : movers) {
                mover.join();
            }
            broker.kill();
            broker.start();

            System.out.println("crash: " + commits + " commits, " + failures + " transactions interrupted");
            assertTrue(commits.get() > 0, "some commits");
            assertEquals(List.of(), drain("crash.in"), "nothing is left");
            for (String target : List.of("crash.left", "crash.right")) {
                List<String> moved = drain(target);
                assertEquals(MESSAGES, moved.size(), "messages in " + target);
                assertEquals(MESSAGES, new TreeSet<>(moved).size(), "different messages in " + target);
            }
        }
    }

    private Connection connect(boolean isOurs) throws JMSException {
        String uri = "amqp://" + broker.host() + ":" + broker.amqpPort();
        ConnectionFactory factory = isOurs ? new PostriderConnectionFactory(uri) : new JmsConnectionFactory(uri);
        Connection connection = factory.createConnection();
        connection.start();
        return connection;
    }

    private void fill() throws JMSException {
        try (Connection connection = connect(true);
                Session session = connection.createSession(true, 0)) {
            MessageProducer producer = session.createProducer(session.createQueue("crash.in"));
            for (int i = 0; i < MESSAGES; i++) {
                producer.send(session.createTextMessage("m" + i));
            }
            session.commit();
        }
    }

    private void move(boolean isOurs, Random random) {
        boolean isEmpty = false;
        while (!isEmpty) {
            try (Connection connection = connect(isOurs)) {
                isEmpty = move(connection, random) && !isKilling.get();
            } catch (JMSException e) {
                failures.incrementAndGet();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    /** Returns once nothing more comes. */
    private boolean move(Connection connection, Random random) throws JMSException {
        Session session = connection.createSession(true, 0);
        MessageConsumer consumer = session.createConsumer(session.createQueue("crash.in"));
        MessageProducer left = session.createProducer(session.createQueue("crash.left"));
        MessageProducer right = session.createProducer(session.createQueue("crash.right"));
        while (true) {
            int count = 1 + random.nextInt(5);
            for (int i = 0; i < count; i++) {
                Message message = consumer.receive(SILENCE_MS);
                if (message == null) {
                    session.commit();
                    return true;
                }
                String text = ((TextMessage) message).getText();
                left.send(session.createTextMessage(text));
                right.send(session.createTextMessage(text));
            }
            if (random.nextInt(10) == 0) {
                session.rollback();
            } else {
                session.commit();
                commits.incrementAndGet();
            }
        }
    }

    private List<String> drain(String queue) throws JMSException {
        List<String> texts = new ArrayList<>();
        try (Connection connection = connect(true);
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
            Message message = consumer.receive(SILENCE_MS);
            while (message != null) {
                texts.add(((TextMessage) message).getText());
                message = consumer.receive(SILENCE_MS);
            }
        }
        return texts;
    }
}
