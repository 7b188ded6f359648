// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Spec;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueConnectionFactory;
import jakarta.jms.QueueReceiver;
import jakarta.jms.QueueRequestor;
import jakarta.jms.QueueSender;
import jakarta.jms.QueueSession;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicConnectionFactory;
import jakarta.jms.TopicPublisher;
import jakarta.jms.TopicRequestor;
import jakarta.jms.TopicSession;
import jakarta.jms.TopicSubscriber;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Chapter 9: the interfaces for queues alone and topics alone. */
class DomainSpecTest extends JmsSpecTest {

    private QueueConnection queues() throws JMSException {
        QueueConnection connection = closing(((QueueConnectionFactory) factory()).createQueueConnection());
        connection.start();
        return connection;
    }

    private TopicConnection topics() throws JMSException {
        TopicConnection connection = closing(((TopicConnectionFactory) factory()).createTopicConnection());
        connection.start();
        return connection;
    }

    @Test
    @Spec({JMS, "9.2"})
    void queuesAlone() throws JMSException {
        QueueSession session = queues().createQueueSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue(name("q"));
        QueueSender sender = session.createSender(queue);
        assertEquals(queue, sender.getQueue());
        sender.send(session.createTextMessage("1"));
        session.createSender(null).send(queue, session.createTextMessage("2"), 1, 4, 0);
        QueueReceiver receiver = session.createReceiver(queue, "JMSDeliveryMode IS NOT NULL");
        assertEquals(queue, receiver.getQueue());
        assertEquals(List.of("1", "2"), next(receiver, 2));
    }

    @Test
    @Spec({JMS, "9.2"})
    void topicsAlone() throws JMSException {
        TopicConnection connection = topics();
        TopicSession session = connection.createTopicSession(false, Session.AUTO_ACKNOWLEDGE);
        Topic topic = session.createTopic(name("t"));
        TopicSubscriber subscriber = session.createSubscriber(topic);
        TopicSubscriber others = session.createSubscriber(topic, null, true);
        assertEquals(topic, subscriber.getTopic());
        assertTrue(others.getNoLocal());
        TopicPublisher publisher = session.createPublisher(topic);
        assertEquals(topic, publisher.getTopic());
        publisher.publish(session.createTextMessage("1"));
        session.createPublisher(null).publish(topic, session.createTextMessage("2"), 1, 4, 0);
        assertEquals(List.of("1", "2"), next(subscriber, 2));
        assertNothing(others);
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "its queue connections make shared connection consumers")
    @Spec({JMS, "9.2"})
    void aQueueSessionKnowsNoTopics() throws JMSException {
        QueueConnection connection = queues();
        QueueSession session = connection.createQueueSession(false, Session.AUTO_ACKNOWLEDGE);
        Topic topic = connect().createSession().createTopic(name("t"));
        List<Executable> calls = List.of(
                () -> session.createTopic("t"),
                () -> session.createTemporaryTopic(),
                () -> session.createDurableSubscriber(topic, "s"),
                () -> session.createDurableSubscriber(topic, "s", null, false),
                () -> session.createDurableConsumer(topic, "s"),
                () -> session.createSharedConsumer(topic, "s"),
                () -> session.createSharedDurableConsumer(topic, "s"),
                () -> session.unsubscribe("s"),
                () -> connection.createDurableConnectionConsumer(topic, "s", null, null, 1),
                () -> connection.createSharedConnectionConsumer(topic, "s", null, null, 1),
                () -> connection.createSharedDurableConnectionConsumer(topic, "s", null, null, 1));
        for (int i = 0; i < calls.size(); i++) {
            assertThrows(IllegalStateException.class, calls.get(i), "call " + i);
        }
    }

    @Test
    @Spec({JMS, "9.2"})
    void aTopicSessionKnowsNoQueues() throws JMSException {
        TopicSession session = topics().createTopicSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = connect().createSession().createQueue(name("q"));
        List<Executable> calls = List.of(
                () -> session.createQueue("q"),
                () -> session.createTemporaryQueue(),
                () -> session.createBrowser(queue),
                () -> session.createBrowser(queue, "a = 1"));
        for (int i = 0; i < calls.size(); i++) {
            assertThrows(IllegalStateException.class, calls.get(i), "call " + i);
        }
    }

    @Test
    @Spec({JMS, "9.5"})
    void requestorsGetTheirAnswers() throws Exception {
        QueueConnection serving = queues();
        QueueSession server = serving.createQueueSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = server.createQueue(name("q"));
        QueueSession answers = serving.createQueueSession(false, Session.AUTO_ACKNOWLEDGE);
        QueueSender sender = answers.createSender(null);
        server.createReceiver(queue).setMessageListener(request -> {
            try {
                sender.send((Queue) request.getJMSReplyTo(), answers.createTextMessage("re: " + text(request)));
            } catch (JMSException e) {
                throw new java.lang.IllegalStateException(e);
            }
        });
        QueueRequestor requestor =
                new QueueRequestor(queues().createQueueSession(false, Session.AUTO_ACKNOWLEDGE), queue);
        assertEquals("re: 1", text(requestor.request(answers.createTextMessage("1"))));
        assertEquals("re: 2", text(requestor.request(answers.createTextMessage("2"))));
        requestor.close();
    }

    @Test
    @Spec({JMS, "9.5"})
    void topicRequestorsGetTheirAnswers() throws Exception {
        TopicConnection serving = topics();
        TopicSession server = serving.createTopicSession(false, Session.AUTO_ACKNOWLEDGE);
        Topic topic = server.createTopic(name("t"));
        TopicSession answers = serving.createTopicSession(false, Session.AUTO_ACKNOWLEDGE);
        TopicPublisher publisher = answers.createPublisher(null);
        server.createSubscriber(topic).setMessageListener(request -> {
            try {
                publisher.publish((Topic) request.getJMSReplyTo(), answers.createTextMessage("re: " + text(request)));
            } catch (JMSException e) {
                throw new java.lang.IllegalStateException(e);
            }
        });
        TopicRequestor requestor =
                new TopicRequestor(topics().createTopicSession(false, Session.AUTO_ACKNOWLEDGE), topic);
        TextMessage answer = assertInstanceOf(TextMessage.class, requestor.request(answers.createTextMessage("1")));
        assertEquals("re: 1", answer.getText());
        requestor.close();
    }
}
