// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.ecosystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.SharedBroker;
import io.postrider.jms.PostriderConnectionFactory;
import jakarta.jms.MessageListener;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.jms.connection.CachingConnectionFactory;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.jms.listener.DefaultMessageListenerContainer;
import org.springframework.jms.support.converter.SimpleMessageConverter;

/** Spring JMS: the template, and the container of message listeners. */
@ExtendWith(SharedBroker.class)
@Timeout(60)
class SpringJmsTest {
    private final String queue = "spring." + UUID.randomUUID();
    private PostriderConnectionFactory factory;

    @BeforeEach
    void connect(BrokerUnderTest broker) {
        factory = new PostriderConnectionFactory("amqp://" + broker.host() + ":" + broker.amqpPort());
    }

    @Test
    void theTemplateSendsReceivesAndConverts() {
        CachingConnectionFactory caching = new CachingConnectionFactory(factory);
        try {
            JmsTemplate template = new JmsTemplate(caching);
            template.setReceiveTimeout(10_000);
            template.convertAndSend(queue, "hello", message -> {
                message.setStringProperty("colour", "red");
                return message;
            });
            template.convertAndSend(queue, "other");
            assertEquals("hello", template.receiveSelectedAndConvert(queue, "colour = 'red'"));
            assertEquals("other", template.receiveAndConvert(queue));
            template.setReceiveTimeout(JmsTemplate.RECEIVE_TIMEOUT_NO_WAIT);
            assertNull(template.receive(queue));
            assertEquals(
                    0,
                    template.<Integer>browse(
                            queue,
                            (session, browser) -> browser.getEnumeration().hasMoreElements() ? 1 : 0));
        } finally {
            caching.destroy();
        }
    }

    @Test
    void theTemplateAnswersRequests() throws Exception {
        DefaultMessageListenerContainer container = container("1", message -> {});
        JmsTemplate answers = new JmsTemplate(factory);
        container.setMessageListener((MessageListener) message -> {
            try {
                answers.send(message.getJMSReplyTo(), session -> session.createTextMessage("answer"));
            } catch (jakarta.jms.JMSException e) {
                throw new IllegalStateException(e);
            }
        });
        container.afterPropertiesSet();
        container.start();
        try {
            JmsTemplate template = new JmsTemplate(factory);
            template.setReceiveTimeout(10_000);
            var answer = template.sendAndReceive(queue, session -> session.createTextMessage("question"));
            assertNotNull(answer);
            assertEquals("answer", new SimpleMessageConverter().fromMessage(answer));
        } finally {
            container.shutdown();
        }
    }

    private DefaultMessageListenerContainer container(String concurrency, MessageListener listener) {
        DefaultMessageListenerContainer container = new DefaultMessageListenerContainer();
        container.setConnectionFactory(factory);
        container.setDestinationName(queue);
        container.setConcurrency(concurrency);
        container.setMessageListener(listener);
        return container;
    }

    @Test
    void theContainerListensWithSeveralConsumersAndRedelivers() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        AtomicInteger failures = new AtomicInteger();
        DefaultMessageListenerContainer container = container("2-4", message -> {
            try {
                String text = message.getBody(String.class);
                if (text.equals("3") && failures.getAndIncrement() == 0) {
                    throw new IllegalStateException("thrown by a test's listener");
                }
                seen.add(text);
            } catch (jakarta.jms.JMSException e) {
                seen.add(e.toString());
            }
        });
        container.setSessionAcknowledgeModeName("CLIENT_ACKNOWLEDGE");
        container.afterPropertiesSet();
        container.start();
        try {
            JmsTemplate template = new JmsTemplate(factory);
            for (int i = 0; i < 20; i++) {
                template.convertAndSend(queue, "" + i);
            }
            BlockingQueue<String> distinct = new LinkedBlockingQueue<>();
            while (distinct.size() < 20) {
                String text = seen.poll(15, TimeUnit.SECONDS);
                assertNotNull(text, "20 messages, but found " + distinct);
                if (!distinct.contains(text)) {
                    distinct.add(text);
                }
            }
            assertEquals(2, Math.max(2, failures.get()), "message 3 came again");
        } finally {
            container.shutdown();
        }
    }
}
