// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.demo;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A service with a durable subscription to the orders, alone or shared with its twin. */
final class ListeningService extends DemoClient {
    private final String name;
    private final boolean isShared;
    private final int poison;
    private final Tally tally;

    /** @param poison the order this service cannot process, or -1 */
    ListeningService(int port, String name, boolean isShared, int poison, Tally tally) {
        super(port, isShared ? null : name + "-service");
        this.name = name;
        this.isShared = isShared;
        this.poison = poison;
        this.tally = tally;
    }

    @Override
    void work(Connection connection) throws JMSException, InterruptedException {
        CountDownLatch lost = new CountDownLatch(1);
        connection.setExceptionListener(problem -> lost.countDown());
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        Topic topic = session.createTopic(TOPIC);
        MessageConsumer consumer = isShared
                ? session.createSharedDurableConsumer(topic, name)
                : session.createDurableConsumer(topic, name);
        consumer.setMessageListener(this::onOrder);
        connection.start();
        ready();
        awaitEnd(lost);
    }

    private void onOrder(@Nullable Message message) {
        int order = orderOf(message);
        if (order == poison) {
            throw new IllegalStateException("Order " + order + " cannot be processed");
        }
        tally.add(order);
    }

    private static int orderOf(@Nullable Message message) {
        if (message == null) {
            throw new IllegalStateException("Expected an order, but got nothing");
        }
        try {
            return message.getIntProperty(ORDER);
        } catch (JMSException e) {
            throw new IllegalStateException("Expected a message with an order id", e);
        }
    }
}
