// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postrider.conformance.kit.Spec;
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.IllegalStateException;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Chapters 6.1.8, 6.2.15 and 8.8: every method of a closed object but close() is an IllegalStateException. */
class ClosedObjectSpecTest extends JmsSpecTest {
    private Queue queue;
    private Topic topic;
    private Message message;

    /** With limits, for a client that would wait for ever. */
    @Override
    ConnectionFactory factory() {
        return factory("?jms.requestTimeout=2000&jms.sendTimeout=2000");
    }

    /** Calls every method of the interface and returns those that did not say that the object is closed. */
    private Map<String, String> survivors(Object closed, Class<?> type, Class<?> expected, Set<String> exempt)
            throws ReflectiveOperationException {
        Map<String, String> survivors = new TreeMap<>();
        for (Method method : type.getMethods()) {
            if (exempt.contains(method.getName())) {
                continue;
            }
            Object[] arguments = new Object[method.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = argument(method.getParameterTypes()[i]);
            }
            try {
                method.invoke(closed, arguments);
                survivors.put(method.toString(), "returned");
            } catch (InvocationTargetException e) {
                if (!expected.isInstance(e.getCause())) {
                    survivors.put(method.toString(), e.getCause().toString());
                }
            }
        }
        return survivors;
    }

    private Object argument(Class<?> type) {
        return type == int.class
                ? 1
                : type == long.class
                        ? (Object) 1L
                        : type == boolean.class
                                ? false
                                : type == String.class
                                        ? "x"
                                        : type.isAssignableFrom(Queue.class)
                                                ? queue
                                                : type == Topic.class
                                                        ? topic
                                                        : type == Message.class
                                                                ? message
                                                                : type == CompletionListener.class
                                                                        ? new Ignoring()
                                                                        : null;
    }

    private static final class Ignoring implements CompletionListener {
        @Override
        public void onCompletion(Message sent) {
            // Not expected to be called.
        }

        @Override
        public void onException(Message sent, Exception exception) {
            // Not expected to be called.
        }
    }

    private Connection opened() throws JMSException {
        Connection connection = connect();
        Session session = connection.createSession();
        queue = session.createQueue(name("q"));
        topic = session.createTopic(name("t"));
        message = session.createMessage();
        return connection;
    }

    private void assertAllClosed(Object closed, Class<?> type) throws ReflectiveOperationException {
        assertEquals(Map.of(), survivors(closed, type, IllegalStateException.class, Set.of("close", "run")));
    }

    @Test
    @Spec({JMS, "6.1.8"})
    void connectionItself() throws Exception {
        Connection connection = opened();
        connection.close();
        assertAllClosed(connection, Connection.class);
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "a closed session takes a listener")
    @Spec({JMS, "6.2.15"})
    void sessionItself() throws Exception {
        Session session = opened().createSession();
        session.close();
        assertAllClosed(session, Session.class);
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "a closed session takes a listener")
    @Spec({JMS, "6.1.8"})
    void childrenOfAClosedConnection() throws Exception {
        Connection connection = opened();
        Session session = connection.createSession();
        MessageProducer producer = session.createProducer(queue);
        MessageConsumer consumer = session.createConsumer(queue);
        QueueBrowser browser = session.createBrowser(queue);
        connection.close();
        assertAllClosed(session, Session.class);
        assertAllClosed(producer, MessageProducer.class);
        assertAllClosed(consumer, MessageConsumer.class);
        assertAllClosed(browser, QueueBrowser.class);
        for (AutoCloseable child : List.of(session, producer, consumer, browser)) {
            child.close();
        }
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "a producer of a closed session waits for ever")
    @Spec({JMS, "6.2.15"})
    void childrenOfAClosedSession() throws Exception {
        Session session = opened().createSession();
        MessageProducer producer = session.createProducer(queue);
        MessageConsumer consumer = session.createConsumer(queue);
        QueueBrowser browser = session.createBrowser(queue);
        session.close();
        assertAllClosed(producer, MessageProducer.class);
        assertAllClosed(consumer, MessageConsumer.class);
        assertAllClosed(browser, QueueBrowser.class);
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "a closed browser answers")
    @Spec({JMS, "8.8"})
    void consumerProducerAndBrowser() throws Exception {
        Session session = opened().createSession();
        MessageProducer producer = session.createProducer(queue);
        MessageConsumer consumer = session.createConsumer(queue);
        QueueBrowser browser = session.createBrowser(queue);
        for (AutoCloseable each : List.of(producer, consumer, browser, producer, consumer, browser)) {
            each.close();
        }
        assertAllClosed(producer, MessageProducer.class);
        assertAllClosed(consumer, MessageConsumer.class);
        assertAllClosed(browser, QueueBrowser.class);
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "a closed context acknowledges and says whether it is transacted")
    @Spec({JMS, "6.1.8"})
    void contextItself() throws Exception {
        opened();
        JMSContext context = context();
        JMSConsumer consumer = context.createConsumer(context.createQueue(name("q")));
        context.close();
        assertEquals(
                Map.of(),
                survivors(
                        context,
                        JMSContext.class,
                        IllegalStateRuntimeException.class,
                        // What only configures the object, and what only makes a local one.
                        Set.of("close", "getAutoStart", "setAutoStart", "createProducer", "getSessionMode")));
        assertEquals(
                Map.of(), survivors(consumer, JMSConsumer.class, IllegalStateRuntimeException.class, Set.of("close")));
    }
}
