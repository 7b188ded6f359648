// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.Endpoint;
import io.postrider.conformance.kit.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Enumeration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** What tests of the specification share: a run, a connection for the test, and names of their own. */
@ParameterizedClass
@ArgumentsSource(JmsRuns.class)
@ExtendWith({SharedBroker.class, SharedArtemis.class, Deviations.class})
@Timeout(60)
abstract class JmsSpecTest {
    static final String JMS = "Jakarta Messaging 3.1";
    /** For what must come. */
    static final long SOON_MS = 10_000;
    /** For what must not come. */
    static final long NEVER_MS = 300;

    @Parameter
    JmsRun run;

    final String id = UUID.randomUUID().toString().replace("-", "");
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private Endpoint broker;

    @BeforeEach
    void chooseBroker(BrokerUnderTest own, SharedArtemis.Artemis artemis) {
        broker = run.isForeignBroker() ? artemis.endpoint() : own;
    }

    @AfterEach
    void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    ConnectionFactory factory() {
        return factory("");
    }

    ConnectionFactory factory(String options) {
        return run.factory(broker, options);
    }

    <T extends AutoCloseable> T closing(T resource) {
        open.push(resource);
        return resource;
    }

    Connection connect() throws JMSException {
        return closing(factory().createConnection());
    }

    Connection started() throws JMSException {
        Connection connection = connect();
        connection.start();
        return connection;
    }

    JMSContext context() {
        return closing(factory().createContext());
    }

    JMSContext context(int mode) {
        return closing(factory().createContext(mode));
    }

    String name(String suffix) {
        return "spec." + suffix + "." + id;
    }

    Queue queue(Session session) throws JMSException {
        return session.createQueue(name("q"));
    }

    static void send(Session session, jakarta.jms.Destination to, String... texts) throws JMSException {
        try (MessageProducer producer = session.createProducer(to)) {
            for (String text : texts) {
                producer.send(session.createTextMessage(text));
            }
        }
    }

    static String text(Message message) throws JMSException {
        assertNotNull(message, "a message in time");
        return ((TextMessage) message).getText();
    }

    static String next(MessageConsumer consumer) throws JMSException {
        return text(consumer.receive(SOON_MS));
    }

    static List<String> next(MessageConsumer consumer, int count) throws JMSException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(next(consumer));
        }
        return texts;
    }

    static void assertNothing(MessageConsumer consumer) throws JMSException {
        Message surplus = consumer.receive(NEVER_MS);
        assertEquals(null, surplus == null ? null : surplus.toString(), "no message");
    }

    /** The names of an enumeration that the API left without a type. */
    static List<String> names(Enumeration<?> names) {
        List<String> list = new ArrayList<>();
        while (names.hasMoreElements()) {
            list.add((String) names.nextElement());
        }
        return list;
    }

    /** Sends a message through the broker and returns what arrived. */
    @SuppressWarnings("unchecked")
    <M extends Message> M roundTrip(Session session, M message) throws JMSException {
        Queue queue = session.createTemporaryQueue();
        try (MessageConsumer consumer = session.createConsumer(queue);
                MessageProducer producer = session.createProducer(queue)) {
            producer.send(message);
            Message received = consumer.receive(SOON_MS);
            assertNotNull(received, "the message sent");
            return (M) received;
        }
    }
}
