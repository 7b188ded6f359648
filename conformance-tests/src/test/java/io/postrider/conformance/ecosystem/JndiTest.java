// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.ecosystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.SharedBroker;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.Queue;
import jakarta.jms.Topic;
import java.util.Properties;
import java.util.UUID;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Factories and destinations by name, from properties, so that an application names no class of ours. */
@ExtendWith(SharedBroker.class)
@Timeout(60)
class JndiTest {

    @Test
    void anApplicationFindsEverythingByName(BrokerUnderTest broker) throws NamingException {
        Properties properties = new Properties();
        properties.put(Context.INITIAL_CONTEXT_FACTORY, "io.postrider.jms.jndi.PostriderInitialContextFactory");
        properties.put("connectionfactory.shop", "amqp://" + broker.host() + ":" + broker.amqpPort());
        properties.put("queue.orders", "jndi." + UUID.randomUUID());
        properties.put("topic.prices", "jndi.prices");
        Context naming = new InitialContext(properties);
        ConnectionFactory factory = (ConnectionFactory) naming.lookup("shop");
        Queue queue = (Queue) naming.lookup("orders");
        try (JMSContext context = factory.createContext()) {
            context.createProducer().send(queue, "tea");
            assertEquals("tea", context.createConsumer(queue).receiveBody(String.class, 10_000));
            Topic prices = (Topic) naming.lookup("prices");
            var consumer = context.createConsumer(prices);
            context.createProducer().send((Topic) naming.lookup("dynamicTopics/jndi.prices"), "1.50");
            assertEquals("1.50", consumer.receiveBody(String.class, 10_000));
        }
        assertThrows(NamingException.class, () -> naming.lookup("nothing"));
    }
}
