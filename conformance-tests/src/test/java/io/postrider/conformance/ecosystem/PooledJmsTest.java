// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.ecosystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.SharedBroker;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.Connection;
import jakarta.jms.JMSContext;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/** pooled-jms keeps connections, sessions and producers for applications that open them for each message. */
@ExtendWith(SharedBroker.class)
@Timeout(60)
class PooledJmsTest {

    @Test
    void connectionsSessionsAndProducersAreUsedAgain(BrokerUnderTest broker) throws Exception {
        JmsPoolConnectionFactory pool = new JmsPoolConnectionFactory();
        pool.setConnectionFactory(new PostriderConnectionFactory("amqp://" + broker.host() + ":" + broker.amqpPort()));
        pool.setMaxConnections(2);
        String queue = "pooled." + UUID.randomUUID();
        try {
            for (int i = 0; i < 20; i++) {
                try (Connection connection = pool.createConnection();
                        Session session = connection.createSession();
                        MessageProducer producer = session.createProducer(session.createQueue(queue))) {
                    producer.send(session.createTextMessage("" + i));
                }
            }
            assertEquals(2, pool.getNumConnections());
            for (int i = 0; i < 20; i++) {
                try (Connection connection = pool.createConnection();
                        Session session = connection.createSession();
                        MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
                    connection.start();
                    var message = consumer.receive(10_000);
                    assertNotNull(message);
                    assertEquals("" + i, message.getBody(String.class));
                }
            }
            try (JMSContext context = pool.createContext()) {
                context.createProducer().send(context.createQueue(queue), "by context");
                assertEquals(
                        "by context",
                        context.createConsumer(context.createQueue(queue))
                                .receive(10_000)
                                .getBody(String.class));
            }
        } finally {
            pool.stop();
        }
    }
}
