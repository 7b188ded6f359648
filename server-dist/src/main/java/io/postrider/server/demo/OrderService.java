// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.demo;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.concurrent.atomic.AtomicInteger;

/** Publishes one OrderPlaced event after another; one whose fate is unknown when the broker dies is published again. */
final class OrderService extends DemoClient {
    private final int orders;
    private volatile int published;
    private final AtomicInteger republished = new AtomicInteger();

    OrderService(int port, int orders) {
        super(port, "order-service");
        this.orders = orders;
    }

    /** Orders the broker has confirmed. Any thread. */
    int published() {
        return published;
    }

    /** Sends whose confirmation the broker's death cut off. Any thread. */
    int republished() {
        return republished.get();
    }

    @Override
    void work(Connection connection) throws JMSException {
        ready();
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(session.createTopic(TOPIC));
        while (published < orders) {
            int order = published;
            MapMessage event = session.createMapMessage();
            event.setIntProperty(ORDER, order);
            event.setString("customer", "customer-" + order % 97);
            event.setDouble("amount", 10 + order % 90);
            try {
                producer.send(event); // returns once the event is on disk
            } catch (JMSException e) {
                republished.incrementAndGet();
                throw e;
            }
            published = order + 1;
        }
        stop();
    }
}
