// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.api.selector.Selector;
import io.postrider.jms.destination.DestinationKind;
import io.postrider.jms.destination.Destinations;
import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.destination.PostriderQueue;
import io.postrider.jms.destination.PostriderTopic;
import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.message.Messages;
import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.QueueReceiver;
import jakarta.jms.QueueSender;
import jakarta.jms.QueueSession;
import jakarta.jms.StreamMessage;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import jakarta.jms.TopicPublisher;
import jakarta.jms.TopicSession;
import jakarta.jms.TopicSubscriber;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The many ways the API has to ask a session for a consumer, producer, destination or message, brought down to a few. Used by
 * the session's thread.
 */
abstract class SessionMethods implements QueueSession, TopicSession {
    abstract void checkOpen() throws JMSException;

    abstract Domain domain();

    abstract ClientConnection connection();

    abstract ClientConsumer consume(ConsumerSpec spec) throws JMSException;

    abstract ClientProducer produce(@Nullable Destination destination) throws JMSException;

    abstract QueueBrowser browse(Queue queue, PostriderDestination destination, @Nullable String selector);

    // ---- consumers

    static @Nullable String selector(@Nullable String text) throws JMSException {
        if (text == null || text.isBlank()) {
            return null;
        }
        try {
            Selector.parse(text);
            return text;
        } catch (io.postrider.api.selector.InvalidSelectorException e) {
            throw JmsErrors.withCause(new InvalidSelectorException(e.getMessage()), e);
        }
    }

    static PostriderDestination topic(@Nullable Topic topic) throws JMSException {
        PostriderDestination own = Destinations.from(topic);
        if (!own.kind().isTopic()) {
            throw new InvalidDestinationException("Expected a topic, but " + own + " is a queue");
        }
        return own;
    }

    @Override
    public MessageConsumer createConsumer(Destination destination) throws JMSException {
        return createConsumer(destination, null, false);
    }

    @Override
    public MessageConsumer createConsumer(Destination destination, @Nullable String messageSelector)
            throws JMSException {
        return createConsumer(destination, messageSelector, false);
    }

    @Override
    public MessageConsumer createConsumer(Destination destination, @Nullable String messageSelector, boolean noLocal)
            throws JMSException {
        checkOpen();
        PostriderDestination own = Destinations.from(destination);
        return consume(ConsumerSpec.plain(
                own, selector(messageSelector), noLocal && own.kind().isTopic()));
    }

    @Override
    public QueueReceiver createReceiver(Queue queue) throws JMSException {
        return createReceiver(queue, null);
    }

    @Override
    public QueueReceiver createReceiver(Queue queue, @Nullable String messageSelector) throws JMSException {
        checkOpen();
        domain().checkNot(Domain.TOPIC, "createReceiver");
        return consume(ConsumerSpec.plain(Destinations.from(queue), selector(messageSelector), false));
    }

    @Override
    public TopicSubscriber createSubscriber(Topic topic) throws JMSException {
        return createSubscriber(topic, null, false);
    }

    @Override
    public TopicSubscriber createSubscriber(Topic topic, @Nullable String messageSelector, boolean noLocal)
            throws JMSException {
        checkOpen();
        domain().checkNot(Domain.QUEUE, "createSubscriber");
        return consume(ConsumerSpec.plain(topic(topic), selector(messageSelector), noLocal));
    }

    private ClientConsumer subscribe(
            Topic topic,
            String name,
            @Nullable String messageSelector,
            boolean noLocal,
            boolean durable,
            boolean shared)
            throws JMSException {
        checkOpen();
        domain().checkNot(Domain.QUEUE, "A subscription");
        PostriderDestination own = topic(topic);
        if (durable && own.kind().isTemporary()) {
            throw new InvalidDestinationException("A temporary topic cannot have a durable subscription");
        }
        if (shared && !connection().peer().hasSharedSubscriptions()) {
            throw new IllegalStateException("The broker does not offer shared subscriptions");
        }
        String checked = SubscriptionNames.check(name);
        return consume(new ConsumerSpec(own, selector(messageSelector), noLocal, checked, durable, shared));
    }

    @Override
    public TopicSubscriber createDurableSubscriber(Topic topic, String name) throws JMSException {
        return subscribe(topic, name, null, false, true, false);
    }

    @Override
    public TopicSubscriber createDurableSubscriber(
            Topic topic, String name, @Nullable String messageSelector, boolean noLocal) throws JMSException {
        return subscribe(topic, name, messageSelector, noLocal, true, false);
    }

    @Override
    public MessageConsumer createDurableConsumer(Topic topic, String name) throws JMSException {
        return subscribe(topic, name, null, false, true, false);
    }

    @Override
    public MessageConsumer createDurableConsumer(
            Topic topic, String name, @Nullable String messageSelector, boolean noLocal) throws JMSException {
        return subscribe(topic, name, messageSelector, noLocal, true, false);
    }

    @Override
    public MessageConsumer createSharedConsumer(Topic topic, String name) throws JMSException {
        return subscribe(topic, name, null, false, false, true);
    }

    @Override
    public MessageConsumer createSharedConsumer(Topic topic, String name, @Nullable String messageSelector)
            throws JMSException {
        return subscribe(topic, name, messageSelector, false, false, true);
    }

    @Override
    public MessageConsumer createSharedDurableConsumer(Topic topic, String name) throws JMSException {
        return subscribe(topic, name, null, false, true, true);
    }

    @Override
    public MessageConsumer createSharedDurableConsumer(Topic topic, String name, @Nullable String messageSelector)
            throws JMSException {
        return subscribe(topic, name, messageSelector, false, true, true);
    }

    @Override
    public void unsubscribe(String name) throws JMSException {
        checkOpen();
        domain().checkNot(Domain.QUEUE, "unsubscribe");
        connection().unsubscribe(SubscriptionNames.check(name));
    }

    @Override
    public QueueBrowser createBrowser(Queue queue) throws JMSException {
        return createBrowser(queue, null);
    }

    @Override
    public QueueBrowser createBrowser(Queue queue, @Nullable String messageSelector) throws JMSException {
        checkOpen();
        domain().checkNot(Domain.TOPIC, "createBrowser");
        return browse(queue, Destinations.from(queue), selector(messageSelector));
    }

    // ---- producers

    @Override
    public MessageProducer createProducer(@Nullable Destination destination) throws JMSException {
        return produce(destination);
    }

    @Override
    public QueueSender createSender(@Nullable Queue queue) throws JMSException {
        domain().checkNot(Domain.TOPIC, "createSender");
        return produce(queue);
    }

    @Override
    public TopicPublisher createPublisher(@Nullable Topic topic) throws JMSException {
        domain().checkNot(Domain.QUEUE, "createPublisher");
        return produce(topic);
    }

    // ---- destinations

    private static String name(@Nullable String name) throws JMSException {
        if (name == null || name.isEmpty()) {
            throw new InvalidDestinationException("Expected a name, but got " + (name == null ? "null" : "''"));
        }
        return name;
    }

    @Override
    public Queue createQueue(String queueName) throws JMSException {
        checkOpen();
        domain().checkNot(Domain.TOPIC, "createQueue");
        return new PostriderQueue(name(queueName));
    }

    @Override
    public Topic createTopic(String topicName) throws JMSException {
        checkOpen();
        domain().checkNot(Domain.QUEUE, "createTopic");
        return new PostriderTopic(name(topicName));
    }

    @Override
    public TemporaryQueue createTemporaryQueue() throws JMSException {
        checkOpen();
        domain().checkNot(Domain.TOPIC, "createTemporaryQueue");
        return (TemporaryQueue) connection().createTemporary(DestinationKind.TEMPORARY_QUEUE);
    }

    @Override
    public TemporaryTopic createTemporaryTopic() throws JMSException {
        checkOpen();
        domain().checkNot(Domain.QUEUE, "createTemporaryTopic");
        return (TemporaryTopic) connection().createTemporary(DestinationKind.TEMPORARY_TOPIC);
    }

    // ---- messages

    @Override
    public Message createMessage() throws JMSException {
        checkOpen();
        return Messages.plain();
    }

    @Override
    public TextMessage createTextMessage() throws JMSException {
        checkOpen();
        return Messages.text();
    }

    @Override
    public TextMessage createTextMessage(@Nullable String text) throws JMSException {
        TextMessage message = createTextMessage();
        message.setText(text);
        return message;
    }

    @Override
    public BytesMessage createBytesMessage() throws JMSException {
        checkOpen();
        return Messages.bytes();
    }

    @Override
    public MapMessage createMapMessage() throws JMSException {
        checkOpen();
        return Messages.map();
    }

    @Override
    public StreamMessage createStreamMessage() throws JMSException {
        checkOpen();
        return Messages.stream();
    }

    @Override
    public ObjectMessage createObjectMessage() throws JMSException {
        checkOpen();
        return Messages.object();
    }

    @Override
    public ObjectMessage createObjectMessage(@Nullable Serializable object) throws JMSException {
        ObjectMessage message = createObjectMessage();
        message.setObject(object);
        return message;
    }
}
