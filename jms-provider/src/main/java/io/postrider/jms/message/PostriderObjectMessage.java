// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.codec.AmqpFormatException;
import io.postrider.jms.codec.AmqpReader;
import io.postrider.jms.codec.AmqpWriter;
import io.postrider.jms.error.JmsErrors;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.ObjectMessage;
import java.io.IOException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A message with an object as its body: Java serialization, or an AMQP value when the sender says so
 * ({@link PropertyNames#TYPED_ENCODING}) or is no JMS client.
 */
final class PostriderObjectMessage extends PostriderMessage implements ObjectMessage {
    /** Snapshot of the object, or null for none. */
    private byte @Nullable [] serialized;

    /** An AMQP value that came over the wire; null if there is none. */
    private @Nullable Object value;

    /** Who wrote {@code serialized}: classes of a stranger are checked. */
    private @Nullable ObjectPolicy foreign;

    @Override
    byte typeCode() {
        return SectionCodes.TYPE_OBJECT;
    }

    @Override
    byte @Nullable [] contentType() {
        Reception received = reception();
        boolean isSerialized = (isBodyAsReceived() && received != null)
                ? received.sections().bodyCode() == SectionCodes.DATA
                : !isTyped();
        return isSerialized ? SectionCodes.JAVA_OBJECT : null;
    }

    private boolean isTyped() {
        return value != null || Boolean.TRUE.equals(properties().get(PropertyNames.TYPED_ENCODING));
    }

    @Override
    void writeBody(AmqpWriter writer) throws JMSException {
        if (isTyped()) {
            writer.writeDescriptor(SectionCodes.VALUE);
            try {
                writer.writeObject(getObject());
            } catch (AmqpFormatException e) {
                throw JmsErrors.withCause(
                        new MessageFormatException("The object has no AMQP form: " + e.getMessage()), e);
            }
            return;
        }
        writer.writeDescriptor(SectionCodes.DATA);
        writer.writeBinary(serialized == null ? serialize(null) : serialized);
    }

    @Override
    void readBody(Reception received) {
        Sections sections = received.sections();
        switch (sections.bodyCode()) {
            case SectionCodes.DATA -> {
                byte[] bytes = Bodies.data(sections).copy();
                serialized = bytes.length == 0 ? null : bytes;
                foreign = received.context().objects();
            }
            case SectionCodes.SEQUENCE -> value = Bodies.sequence(sections);
            default -> {
                AmqpReader reader = sections.body();
                value = reader.readObject();
            }
        }
    }

    @Override
    void emptyBody() {
        serialized = null;
        value = null;
        foreign = null;
    }

    @Override
    @Nullable
    Object body() throws JMSException {
        return getObject();
    }

    @Override
    boolean isBodyOf(Class<?> target) throws JMSException {
        Object object = getObject();
        return object == null || target == Serializable.class || target.isInstance(object);
    }

    @Override
    public void setObject(@Nullable Serializable object) throws JMSException {
        checkBodyWritable();
        emptyBody();
        serialized = object == null ? null : serialize(object);
    }

    @Override
    public @Nullable Serializable getObject() throws JMSException {
        loadBody();
        if (value instanceof Serializable plain) {
            return plain;
        }
        byte[] bytes = serialized;
        if (bytes == null) {
            return null;
        }
        try {
            return (Serializable) (foreign == null ? ObjectPolicy.readOwn(bytes) : foreign.read(bytes));
        } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError e) {
            throw JmsErrors.withCause(
                    new MessageFormatException("The object cannot be read (" + e
                            + "); jms.deserializationPolicy.allowList names the classes that may be"),
                    e);
        }
    }

    private static byte[] serialize(@Nullable Serializable object) throws JMSException {
        try {
            return ObjectPolicy.write(object);
        } catch (IOException e) {
            throw JmsErrors.withCause(new MessageFormatException("The object cannot be serialized: " + e), e);
        }
    }
}
