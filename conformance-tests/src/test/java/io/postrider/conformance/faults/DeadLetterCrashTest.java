// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Attempts, waits and dead letters survive any number of deaths of the broker. A worker fails two of three messages each time it sees
 * them, while the broker is killed again and again: in the end each of these is a dead letter, once, and no message was shown more often than its
 * limit allows. {@code -Dcrash.seed=N} repeats a run.
 */
class DeadLetterCrashTest {
    private static final int MESSAGES = 300;
    private static final int KILLS = 5;
    private static final int ATTEMPTS_MAX = 3;
    private static final long SILENCE_MS = 1500;

    private final BrokerUnderTest broker = BrokerUnderTest.named("crash-letters")
            .with("addresses.redelivery.max-attempts", Integer.toString(ATTEMPTS_MAX))
            .with("addresses.redelivery.delay-ms", "100");
    private final Set<String> accepted = new ConcurrentSkipListSet<>();
    private final AtomicInteger countMax = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicBoolean isKilling = new AtomicBoolean(true);

    @Test
    @Timeout(180)
    void everyFailureEndsAsOneLetter() throws Exception {
        long seed = Long.getLong("crash.seed", System.nanoTime());
        System.out.println("crash: letters seed=" + seed);
        Random random = new Random(seed);
        try (broker) {
            broker.start();
            fill();
            Thread worker = new Thread(this::work, "worker");
            worker.start();
            for (int i = 0; i < KILLS; i++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200 + random.nextInt(600)));
                broker.kill();
                broker.start();
            }
            isKilling.set(false);
            worker.join();
            broker.kill();
            broker.start();

            List<String> letters = drain("DLQ");
            System.out.println("crash: " + failed + " attempts failed, " + letters.size() + " letters");
            assertEquals(List.of(), drain("crash.tries"), "nothing is left");
            assertEquals(new TreeSet<>(letters).size(), letters.size(), "each letter once");
            Set<String> all = new TreeSet<>(letters);
            all.addAll(accepted);
            assertEquals(MESSAGES, all.size(), "messages that are accounted for");
            for (int i = 0; i < MESSAGES; i++) {
                assertTrue(i % 3 == 0 || letters.contains("m" + i), "m" + i + " is a letter");
            }
            // The shown count is failed attempts before this one, and one more.
            assertTrue(countMax.get() <= ATTEMPTS_MAX, "shown " + countMax + " times, at most " + ATTEMPTS_MAX);
        }
    }

    private Connection connect() throws JMSException {
        Connection connection =
                new PostriderConnectionFactory("amqp://" + broker.host() + ":" + broker.amqpPort()).createConnection();
        connection.start();
        return connection;
    }

    private void fill() throws JMSException {
        try (Connection connection = connect();
                Session session = connection.createSession(true, 0)) {
            MessageProducer producer = session.createProducer(session.createQueue("crash.tries"));
            for (int i = 0; i < MESSAGES; i++) {
                producer.send(session.createTextMessage("m" + i));
            }
            session.commit();
        }
    }

    private void work() {
        boolean isEmpty = false;
        while (!isEmpty) {
            try (Connection connection = connect()) {
                isEmpty = work(connection) && !isKilling.get();
            } catch (JMSException e) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    /** Returns once nothing more comes. */
    private boolean work(Connection connection) throws JMSException {
        Session session = connection.createSession(true, 0);
        MessageConsumer consumer = session.createConsumer(session.createQueue("crash.tries"));
        while (true) {
            Message message = consumer.receive(SILENCE_MS);
            if (message == null) {
                return true;
            }
            String text = ((TextMessage) message).getText();
            countMax.accumulateAndGet(message.getIntProperty("JMSXDeliveryCount"), Math::max);
            if (Integer.parseInt(text.substring(1)) % 3 == 0) {
                accepted.add(text); // also where the commit is not answered: then it may be a letter as well
                session.commit();
            } else {
                session.rollback();
                failed.incrementAndGet();
            }
        }
    }

    private List<String> drain(String queue) throws JMSException {
        List<String> texts = new ArrayList<>();
        try (Connection connection = connect();
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
