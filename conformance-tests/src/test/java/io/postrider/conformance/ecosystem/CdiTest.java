// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.ecosystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.SharedBroker;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.inject.Inject;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** CDI without an application server: a context is injected, one for each bean that asks, and closed with it. */
@ExtendWith(SharedBroker.class)
@Timeout(60)
class CdiTest {

    /** Makes the factory, which is shared, and contexts, which are not. */
    @ApplicationScoped
    static class Messaging {
        static volatile String uri;

        @Produces
        @ApplicationScoped
        ConnectionFactory factory() {
            return new PostriderConnectionFactory(uri);
        }

        @Produces
        @Dependent
        JMSContext context(ConnectionFactory factory) {
            return factory.createContext();
        }

        void close(@Disposes JMSContext context) {
            context.close();
        }
    }

    /** An application's bean. */
    @Dependent
    static class Orders {
        private final JMSContext context;

        @Inject
        Orders(JMSContext context) {
            this.context = context;
        }

        void place(String queue, String order) {
            context.createProducer().send(context.createQueue(queue), order);
        }

        String next(String queue) {
            return context.createConsumer(context.createQueue(queue)).receiveBody(String.class, 10_000);
        }
    }

    @Test
    void aContextIsInjected(BrokerUnderTest broker) {
        Messaging.uri = "amqp://" + broker.host() + ":" + broker.amqpPort();
        String queue = "cdi." + UUID.randomUUID();
        try (SeContainer container = SeContainerInitializer.newInstance()
                .disableDiscovery()
                .addBeanClasses(Messaging.class, Orders.class)
                .initialize()) {
            var orders = container.select(Orders.class);
            Orders one = orders.get();
            one.place(queue, "tea");
            assertEquals("tea", orders.get().next(queue));
            orders.destroy(one);
            assertSame(Orders.class, orders.get().getClass());
        }
    }
}
