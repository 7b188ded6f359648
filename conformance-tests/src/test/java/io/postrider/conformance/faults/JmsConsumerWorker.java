// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import io.postrider.conformance.kit.Checker;
import io.postrider.conformance.kit.Copy;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Consumes one destination in CLIENT mode, acknowledging after a random number of messages. */
final class JmsConsumerWorker extends JmsWorker {
    private static final int BATCH_MAX = 12;
    private static final long RECEIVE_MS = 100;
    private static final int SILENCES = 5;
    private static final long SILENCE_LIMIT_SECONDS = 60;

    private final String destination;
    private final boolean isEchoed;
    private final Random random;
    private final CountDownLatch silence = new CountDownLatch(1);

    /** @param isEchoed whether {@code acknowledge()} returns only when the broker has confirmed it (rules.md 7) */
    JmsConsumerWorker(String reader, Server server, Checker checker, String destination, boolean isEchoed, long seed) {
        super(reader, server, checker);
        this.destination = destination;
        this.isEchoed = isEchoed;
        this.random = new Random(seed);
    }

    /** Waits until the consumer has asked several times for a message and there was none. */
    void awaitSilence() throws InterruptedException {
        if (!silence.await(SILENCE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("Expected " + name + " to come to the end of " + destination);
        }
    }

    @Override
    boolean isFinished() {
        return true;
    }

    @Override
    void work(Connection connection) throws JMSException {
        if (Destinations.isTopic(destination)) {
            connection.setClientID(name);
        }
        Session session = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = Destinations.consumer(session, destination, name);
        checker.connected(name);
        connection.start();
        connected();
        List<Copy> batch = new ArrayList<>();
        Message last = null;
        int batchSize = 1;
        int silences = 0;
        while (!isStopping()) {
            Message message = consumer.receive(RECEIVE_MS);
            silences = message == null ? silences + 1 : 0;
            if (silences == SILENCES) {
                silence.countDown();
            }
            if (message != null) {
                last = message;
                Copy copy = Copy.parse(((TextMessage) message).getText());
                checker.received(name, copy);
                batch.add(copy);
            }
            // A batch is not kept waiting for messages that may never come.
            if (batch.size() >= batchSize || message == null && !batch.isEmpty()) {
                acknowledge(last, batch);
                batchSize = 1 + random.nextInt(BATCH_MAX);
            }
        }
        consumer.close();
    }

    private void acknowledge(Message message, List<Copy> batch) throws JMSException {
        batch.forEach(copy -> checker.acknowledging(name, copy));
        message.acknowledge();
        if (isEchoed) {
            batch.forEach(copy -> checker.acknowledged(name, copy));
        }
        batch.clear();
    }
}
