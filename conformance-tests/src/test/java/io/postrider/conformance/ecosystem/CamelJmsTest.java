// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.ecosystem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.SharedBroker;
import io.postrider.jms.PostriderConnectionFactory;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Camel's JMS component: routes from and to queues and topics, and requests with answers. */
@ExtendWith(SharedBroker.class)
@Timeout(120)
class CamelJmsTest {

    @Test
    void routesReadWriteAndAnswer(BrokerUnderTest broker) throws Exception {
        String id = UUID.randomUUID().toString();
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (CamelContext camel = new DefaultCamelContext()) {
            camel.addComponent(
                    "jms",
                    JmsComponent.jmsComponentAutoAcknowledge(
                            new PostriderConnectionFactory("amqp://" + broker.host() + ":" + broker.amqpPort())));
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("jms:queue:in." + id)
                            .transform()
                            .body(String.class, body -> "seen " + body)
                            .to("jms:topic:out." + id);
                    from("jms:topic:out." + id)
                            .process(exchange -> seen.add(exchange.getIn().getBody(String.class)));
                    from("jms:queue:ask." + id).transform().body(String.class, body -> "re: " + body);
                }
            });
            camel.start();
            ProducerTemplate template = camel.createProducerTemplate();
            template.sendBody("jms:queue:in." + id, "1");
            assertEquals("seen 1", seen.poll(20, TimeUnit.SECONDS));
            assertEquals("re: 2", template.requestBody("jms:queue:ask." + id, "2", String.class));
        }
    }
}
