// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.context;

import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.message.Messages;
import io.postrider.jms.message.PostriderMessage;
import jakarta.jms.BytesMessage;
import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationRuntimeException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A producer of a context: settings, headers and properties that override those of each message it sends. All producers of
 * a context share one link. Used by the context's thread.
 */
final class ContextProducer implements JMSProducer {
    private final Session session;
    private final MessageProducer producer;
    /** Holds the properties, so that their rules are those of a message. */
    private Message properties = Messages.plain();

    private int deliveryMode = DeliveryMode.PERSISTENT;
    private int priority = Message.DEFAULT_PRIORITY;
    private long timeToLiveMs;
    private long deliveryDelayMs;
    private boolean isMessageIdDisabled;
    private boolean isTimestampDisabled;
    private @Nullable CompletionListener async;
    private @Nullable String correlationId;
    private byte @Nullable [] correlationIdBytes;
    private @Nullable String type;
    private @Nullable Destination replyTo;

    ContextProducer(Session session, MessageProducer producer) {
        this.session = session;
        this.producer = producer;
    }

    // ---- sending

    @Override
    public JMSProducer send(@Nullable Destination destination, @Nullable Message message) {
        if (message == null) {
            throw new MessageFormatRuntimeException("Expected a message, but got null");
        }
        if (destination == null) {
            throw new InvalidDestinationRuntimeException("Expected a destination, but got null");
        }
        try {
            override(message);
            producer.setDeliveryDelay(deliveryDelayMs);
            producer.setDisableMessageID(isMessageIdDisabled);
            producer.setDisableMessageTimestamp(isTimestampDisabled);
            if (async == null) {
                producer.send(destination, message, deliveryMode, priority, timeToLiveMs);
            } else {
                producer.send(destination, message, deliveryMode, priority, timeToLiveMs, async);
            }
            return this;
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }

    private void override(Message message) throws JMSException {
        if (correlationId != null) {
            message.setJMSCorrelationID(correlationId);
        }
        if (correlationIdBytes != null) {
            message.setJMSCorrelationIDAsBytes(correlationIdBytes);
        }
        if (type != null) {
            message.setJMSType(type);
        }
        if (replyTo != null) {
            message.setJMSReplyTo(replyTo);
        }
        for (String name : getPropertyNames()) {
            message.setObjectProperty(name, properties.getObjectProperty(name));
        }
    }

    @Override
    public JMSProducer send(Destination destination, @Nullable String body) {
        return send(destination, Checked.<TextMessage>get(() -> session.createTextMessage(body)));
    }

    @Override
    public JMSProducer send(Destination destination, @Nullable Map<String, Object> body) {
        MapMessage message = Checked.get(session::createMapMessage);
        if (body != null) {
            body.forEach((name, value) -> Checked.run(() -> message.setObject(name, value)));
        }
        return send(destination, message);
    }

    @Override
    public JMSProducer send(Destination destination, byte @Nullable [] body) {
        BytesMessage message = Checked.get(session::createBytesMessage);
        if (body != null) {
            Checked.run(() -> message.writeBytes(body));
        }
        return send(destination, message);
    }

    @Override
    public JMSProducer send(Destination destination, @Nullable Serializable body) {
        return send(destination, Checked.<ObjectMessage>get(() -> session.createObjectMessage(body)));
    }

    // ---- settings

    @Override
    public JMSProducer setDisableMessageID(boolean isDisabled) {
        isMessageIdDisabled = isDisabled;
        return this;
    }

    @Override
    public boolean getDisableMessageID() {
        return isMessageIdDisabled;
    }

    @Override
    public JMSProducer setDisableMessageTimestamp(boolean isDisabled) {
        isTimestampDisabled = isDisabled;
        return this;
    }

    @Override
    public boolean getDisableMessageTimestamp() {
        return isTimestampDisabled;
    }

    @Override
    public JMSProducer setDeliveryMode(int mode) {
        if (mode != DeliveryMode.PERSISTENT && mode != DeliveryMode.NON_PERSISTENT) {
            throw new JMSRuntimeException("Expected a delivery mode of 1 or 2, but got " + mode);
        }
        deliveryMode = mode;
        return this;
    }

    @Override
    public int getDeliveryMode() {
        return deliveryMode;
    }

    @Override
    public JMSProducer setPriority(int newPriority) {
        if (newPriority < 0 || newPriority > 9) {
            throw new JMSRuntimeException("Expected a priority of 0 to 9, but got " + newPriority);
        }
        priority = newPriority;
        return this;
    }

    @Override
    public int getPriority() {
        return priority;
    }

    @Override
    public JMSProducer setTimeToLive(long ttlMs) {
        if (ttlMs < 0) {
            throw new JMSRuntimeException("Expected a time to live of at least 0 ms, but got " + ttlMs);
        }
        timeToLiveMs = ttlMs;
        return this;
    }

    @Override
    public long getTimeToLive() {
        return timeToLiveMs;
    }

    @Override
    public JMSProducer setDeliveryDelay(long delayMs) {
        if (delayMs < 0) {
            throw new JMSRuntimeException("Expected a delivery delay of at least 0 ms, but got " + delayMs);
        }
        deliveryDelayMs = delayMs;
        return this;
    }

    @Override
    public long getDeliveryDelay() {
        return deliveryDelayMs;
    }

    @Override
    public JMSProducer setAsync(@Nullable CompletionListener listener) {
        async = listener;
        return this;
    }

    @Override
    public @Nullable CompletionListener getAsync() {
        return async;
    }

    // ---- headers

    @Override
    public JMSProducer setJMSCorrelationIDAsBytes(byte @Nullable [] id) {
        correlationIdBytes = id == null ? null : id.clone();
        correlationId = null;
        return this;
    }

    @Override
    public byte @Nullable [] getJMSCorrelationIDAsBytes() {
        return correlationIdBytes == null ? null : correlationIdBytes.clone();
    }

    @Override
    public JMSProducer setJMSCorrelationID(@Nullable String id) {
        correlationId = id;
        correlationIdBytes = null;
        return this;
    }

    @Override
    public @Nullable String getJMSCorrelationID() {
        return correlationId;
    }

    @Override
    public JMSProducer setJMSType(@Nullable String newType) {
        type = newType;
        return this;
    }

    @Override
    public @Nullable String getJMSType() {
        return type;
    }

    @Override
    public JMSProducer setJMSReplyTo(@Nullable Destination to) {
        replyTo = to;
        return this;
    }

    @Override
    public @Nullable Destination getJMSReplyTo() {
        return replyTo;
    }

    // ---- properties

    private JMSProducer set(String name, @Nullable Object value) {
        Checked.run(() -> properties.setObjectProperty(name, value));
        return this;
    }

    @Override
    public JMSProducer setProperty(String name, boolean value) {
        return set(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, byte value) {
        return set(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, short value) {
        return set(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, int value) {
        return set(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, long value) {
        return set(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, float value) {
        return set(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, double value) {
        return set(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, @Nullable String value) {
        return set(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, @Nullable Object value) {
        return set(name, value);
    }

    @Override
    public JMSProducer clearProperties() {
        properties = Messages.plain();
        return this;
    }

    @Override
    public boolean propertyExists(String name) {
        return Checked.get(() -> properties.propertyExists(name));
    }

    @Override
    public Set<String> getPropertyNames() {
        return Collections.unmodifiableSet(
                new LinkedHashSet<>(((PostriderMessage) properties).properties().names()));
    }

    @Override
    public boolean getBooleanProperty(String name) {
        return Checked.get(() -> properties.getBooleanProperty(name));
    }

    @Override
    public byte getByteProperty(String name) {
        return Checked.get(() -> properties.getByteProperty(name));
    }

    @Override
    public short getShortProperty(String name) {
        return Checked.get(() -> properties.getShortProperty(name));
    }

    @Override
    public int getIntProperty(String name) {
        return Checked.get(() -> properties.getIntProperty(name));
    }

    @Override
    public long getLongProperty(String name) {
        return Checked.get(() -> properties.getLongProperty(name));
    }

    @Override
    public float getFloatProperty(String name) {
        return Checked.get(() -> properties.getFloatProperty(name));
    }

    @Override
    public double getDoubleProperty(String name) {
        return Checked.get(() -> properties.getDoubleProperty(name));
    }

    @Override
    public @Nullable String getStringProperty(String name) {
        return Checked.get(() -> properties.getStringProperty(name));
    }

    @Override
    public @Nullable Object getObjectProperty(String name) {
        return Checked.get(() -> properties.getObjectProperty(name));
    }
}
