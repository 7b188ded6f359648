// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.destination.Destinations;
import io.postrider.jms.destination.PostriderDestination;
import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.QueueSender;
import jakarta.jms.Topic;
import jakarta.jms.TopicPublisher;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a producer and the many ways the API has to send with it, brought down to one. Used by its session's
 * thread.
 */
abstract class ProducerMethods implements QueueSender, TopicPublisher {
    private boolean isMessageIdDisabled;
    private boolean isTimestampDisabled;
    private int deliveryMode = DeliveryMode.PERSISTENT;
    private int priority = Message.DEFAULT_PRIORITY;
    private long timeToLiveMs;
    private long deliveryDelayMs;

    abstract void checkOpen() throws JMSException;

    /** Null for a producer that is told the destination with each message. */
    @Nullable
    abstract PostriderDestination ownDestination();

    abstract void send(
            PostriderDestination to, @Nullable Message message, Terms terms, @Nullable CompletionListener listener)
            throws JMSException;

    final boolean isMessageIdDisabled() {
        return isMessageIdDisabled;
    }

    final boolean isTimestampDisabled() {
        return isTimestampDisabled;
    }

    final long deliveryDelayMs() {
        return deliveryDelayMs;
    }

    /** How one message is sent. */
    record Terms(int deliveryMode, int priority, long timeToLiveMs) {}

    private Terms defaults() {
        return new Terms(deliveryMode, priority, timeToLiveMs);
    }

    private static Terms terms(int deliveryMode, int priority, long timeToLiveMs) throws JMSException {
        checkMode(deliveryMode);
        checkPriority(priority);
        checkTimeToLive(timeToLiveMs);
        return new Terms(deliveryMode, priority, timeToLiveMs);
    }

    private static void checkMode(int mode) throws JMSException {
        if (mode != DeliveryMode.PERSISTENT && mode != DeliveryMode.NON_PERSISTENT) {
            throw new JMSException("Expected a delivery mode of 1 or 2, but got " + mode);
        }
    }

    private static void checkPriority(int priority) throws JMSException {
        if (priority < 0 || priority > 9) {
            throw new JMSException("Expected a priority of 0 to 9, but got " + priority);
        }
    }

    private static void checkTimeToLive(long timeToLiveMs) throws JMSException {
        if (timeToLiveMs < 0) {
            throw new JMSException("Expected a time to live of at least 0 ms, but got " + timeToLiveMs);
        }
    }

    private static CompletionListener checked(@Nullable CompletionListener listener) {
        if (listener == null) {
            throw new IllegalArgumentException("Expected a completion listener, but got null");
        }
        return listener;
    }

    /** The producer's own destination, for the methods that name none. */
    private PostriderDestination own() {
        PostriderDestination own = ownDestination();
        if (own == null) {
            throw new UnsupportedOperationException("This producer has no destination of its own: name one");
        }
        return own;
    }

    /** The destination named, for the methods that name one. */
    private PostriderDestination named(@Nullable Destination to) throws JMSException {
        if (ownDestination() != null) {
            throw new UnsupportedOperationException("This producer has a destination of its own: name none");
        }
        return Destinations.from(to);
    }

    // ---- every way to send

    @Override
    public void send(Message message) throws JMSException {
        checkOpen();
        send(own(), message, defaults(), null);
    }

    @Override
    public void send(Message message, int mode, int messagePriority, long ttlMs) throws JMSException {
        checkOpen();
        send(own(), message, terms(mode, messagePriority, ttlMs), null);
    }

    @Override
    public void send(Destination to, Message message) throws JMSException {
        checkOpen();
        send(named(to), message, defaults(), null);
    }

    @Override
    public void send(Destination to, Message message, int mode, int messagePriority, long ttlMs) throws JMSException {
        checkOpen();
        send(named(to), message, terms(mode, messagePriority, ttlMs), null);
    }

    @Override
    public void send(Message message, CompletionListener listener) throws JMSException {
        checkOpen();
        send(own(), message, defaults(), checked(listener));
    }

    @Override
    public void send(Message message, int mode, int messagePriority, long ttlMs, CompletionListener listener)
            throws JMSException {
        checkOpen();
        send(own(), message, terms(mode, messagePriority, ttlMs), checked(listener));
    }

    @Override
    public void send(Destination to, Message message, CompletionListener listener) throws JMSException {
        checkOpen();
        send(named(to), message, defaults(), checked(listener));
    }

    @Override
    public void send(
            Destination to, Message message, int mode, int messagePriority, long ttlMs, CompletionListener listener)
            throws JMSException {
        checkOpen();
        send(named(to), message, terms(mode, messagePriority, ttlMs), checked(listener));
    }

    @Override
    public void send(Queue to, Message message) throws JMSException {
        send((Destination) to, message);
    }

    @Override
    public void send(Queue to, Message message, int mode, int messagePriority, long ttlMs) throws JMSException {
        send((Destination) to, message, mode, messagePriority, ttlMs);
    }

    @Override
    public void publish(Message message) throws JMSException {
        send(message);
    }

    @Override
    public void publish(Message message, int mode, int messagePriority, long ttlMs) throws JMSException {
        send(message, mode, messagePriority, ttlMs);
    }

    @Override
    public void publish(Topic to, Message message) throws JMSException {
        send((Destination) to, message);
    }

    @Override
    public void publish(Topic to, Message message, int mode, int messagePriority, long ttlMs) throws JMSException {
        send((Destination) to, message, mode, messagePriority, ttlMs);
    }

    // ---- settings

    @Override
    public void setDisableMessageID(boolean isDisabled) throws JMSException {
        checkOpen();
        isMessageIdDisabled = isDisabled;
    }

    @Override
    public boolean getDisableMessageID() throws JMSException {
        checkOpen();
        return isMessageIdDisabled;
    }

    @Override
    public void setDisableMessageTimestamp(boolean isDisabled) throws JMSException {
        checkOpen();
        isTimestampDisabled = isDisabled;
    }

    @Override
    public boolean getDisableMessageTimestamp() throws JMSException {
        checkOpen();
        return isTimestampDisabled;
    }

    @Override
    public void setDeliveryMode(int mode) throws JMSException {
        checkOpen();
        checkMode(mode);
        deliveryMode = mode;
    }

    @Override
    public int getDeliveryMode() throws JMSException {
        checkOpen();
        return deliveryMode;
    }

    @Override
    public void setPriority(int defaultPriority) throws JMSException {
        checkOpen();
        checkPriority(defaultPriority);
        priority = defaultPriority;
    }

    @Override
    public int getPriority() throws JMSException {
        checkOpen();
        return priority;
    }

    @Override
    public void setTimeToLive(long ttlMs) throws JMSException {
        checkOpen();
        checkTimeToLive(ttlMs);
        timeToLiveMs = ttlMs;
    }

    @Override
    public long getTimeToLive() throws JMSException {
        checkOpen();
        return timeToLiveMs;
    }

    @Override
    public void setDeliveryDelay(long delayMs) throws JMSException {
        checkOpen();
        if (delayMs < 0) {
            throw new JMSException("Expected a delivery delay of at least 0 ms, but got " + delayMs);
        }
        deliveryDelayMs = delayMs;
    }

    @Override
    public long getDeliveryDelay() throws JMSException {
        checkOpen();
        return deliveryDelayMs;
    }

    @Override
    public @Nullable Destination getDestination() throws JMSException {
        checkOpen();
        return ownDestination();
    }

    @Override
    public @Nullable Queue getQueue() throws JMSException {
        checkOpen();
        return (Queue) ownDestination();
    }

    @Override
    public @Nullable Topic getTopic() throws JMSException {
        checkOpen();
        return (Topic) ownDestination();
    }
}
