// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;

/** Where crash runs send to. A name that begins with {@code topic.} is a topic, every other one a queue. */
final class Destinations {
    private static final String TOPIC_PREFIX = "topic.";

    private Destinations() {}

    static boolean isTopic(String name) {
        return name.startsWith(TOPIC_PREFIX);
    }

    static Destination of(Session session, String name) throws JMSException {
        return isTopic(name) ? session.createTopic(name) : session.createQueue(name);
    }

    /** @param reader name of the durable subscription where the destination is a topic */
    static MessageConsumer consumer(Session session, String name, String reader) throws JMSException {
        return isTopic(name)
                ? session.createDurableConsumer(session.createTopic(name), reader)
                : session.createConsumer(session.createQueue(name));
    }
}
