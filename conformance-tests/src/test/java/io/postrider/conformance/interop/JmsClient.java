// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import io.postrider.conformance.kit.Endpoint;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** A JMS provider as interoperability client. Annotations and ids are not the application's to set, so they are not compared. */
final class JmsClient implements InteropClient {
    private static final Set<String> EXPRESSIBLE = Set.of(
            "durable",
            "priority",
            "subject",
            "correlation-id",
            "group-id",
            "body",
            "p.text",
            "p.number",
            "p.big",
            "p.real",
            "p.flag");
    private static final long TIMEOUT_MS = 15_000;

    private final Function<String, ConnectionFactory> factories;

    /** @param factories makes a factory from a URI {@code amqp://HOST:PORT} */
    JmsClient(Function<String, ConnectionFactory> factories) {
        this.factories = factories;
    }

    @Override
    public Set<String> expressible() {
        return EXPRESSIBLE;
    }

    @Override
    public void send(Endpoint broker, String address, boolean isTopic, List<MessageLine> messages) {
        try (JMSContext context = open(broker)) {
            JMSProducer producer = context.createProducer();
            Destination destination = isTopic ? context.createTopic(address) : context.createQueue(address);
            for (MessageLine message : messages) {
                boolean isDurable = Boolean.TRUE.equals(message.get("durable"));
                producer.setDeliveryMode(isDurable ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT);
                producer.setPriority(((Number) message.get("priority")).intValue());
                producer.send(destination, JmsMessages.toJms(context, message));
            }
        } catch (JMSException e) {
            throw new JMSRuntimeException(e.getMessage(), e.getErrorCode(), e);
        }
    }

    @Override
    public Receiving receive(Endpoint broker, ReceiveRequest request) {
        JMSContext context = open(broker);
        try {
            if (request.subscription() != null) {
                context.setClientID(request.subscription());
            }
            if (request.isBrowse()) {
                return () -> browse(context, request);
            }
            JMSConsumer consumer = consumer(context, request);
            context.start();
            return () -> take(context, consumer, request);
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
    }

    private JMSContext open(Endpoint broker) {
        return factories
                .apply("amqp://" + broker.host() + ":" + broker.amqpPort())
                .createContext();
    }

    private static JMSConsumer consumer(JMSContext context, ReceiveRequest request) {
        if (!request.isTopic()) {
            return context.createConsumer(context.createQueue(request.address()), request.selector());
        }
        Topic topic = context.createTopic(request.address());
        return request.subscription() == null
                ? context.createConsumer(topic, request.selector())
                : context.createDurableConsumer(topic, request.subscription(), request.selector(), false);
    }

    private static List<MessageLine> browse(JMSContext context, ReceiveRequest request) {
        try (context;
                QueueBrowser browser =
                        context.createBrowser(context.createQueue(request.address()), request.selector())) {
            context.start();
            List<MessageLine> messages = new ArrayList<>();
            Enumeration<?> enumeration = browser.getEnumeration();
            while (enumeration.hasMoreElements()) {
                messages.add(JmsMessages.fromJms((Message) enumeration.nextElement()));
            }
            return messages;
        } catch (JMSException e) {
            throw new JMSRuntimeException(e.getMessage(), e.getErrorCode(), e);
        }
    }

    private static List<MessageLine> take(JMSContext context, JMSConsumer consumer, ReceiveRequest request) {
        try (context) {
            List<MessageLine> messages = new ArrayList<>();
            while (messages.size() < request.count()) {
                Message message = consumer.receive(TIMEOUT_MS);
                if (message == null) {
                    throw new AssertionError("Expected " + request.count() + " messages, found " + messages);
                }
                messages.add(JmsMessages.fromJms(message));
            }
            for (Message extra = consumer.receiveNoWait(); extra != null; extra = consumer.receiveNoWait()) {
                messages.add(JmsMessages.fromJms(extra));
            }
            consumer.close();
            if (request.unsubscribe()) {
                context.unsubscribe(request.subscription());
            }
            return messages;
        } catch (JMSException e) {
            throw new JMSRuntimeException(e.getMessage(), e.getErrorCode(), e);
        }
    }
}
