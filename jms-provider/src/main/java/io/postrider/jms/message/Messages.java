// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.util.Collections;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/** Makes messages: empty ones, and our own of other providers'. */
public final class Messages {
    private static final int COPY_BYTES = 4096;

    private Messages() {}

    public static Message plain() {
        return new PostriderMessage();
    }

    public static TextMessage text() {
        return new PostriderTextMessage();
    }

    public static BytesMessage bytes() {
        return new PostriderBytesMessage();
    }

    public static MapMessage map() {
        return new PostriderMapMessage();
    }

    public static StreamMessage stream() {
        return new PostriderStreamMessage();
    }

    public static ObjectMessage object() {
        return new PostriderObjectMessage();
    }

    /** The message itself if it is ours, else a copy of it (Jakarta Messaging 3.1 §3.12). */
    public static PostriderMessage own(Message message) throws JMSException {
        if (message instanceof PostriderMessage own) {
            return own;
        }
        PostriderMessage copy = copyOfBody(message);
        copy.setJMSCorrelationID(message.getJMSCorrelationID());
        Destination replyTo = message.getJMSReplyTo();
        copy.setJMSReplyTo(replyTo);
        copy.setJMSType(message.getJMSType());
        for (Object name : Collections.list((Enumeration<?>) message.getPropertyNames())) {
            String property = String.valueOf(name);
            copy.properties().put(property, Conversions.received(message.getObjectProperty(property)));
        }
        copy.properties().remove(PropertyNames.DELIVERY_COUNT);
        return copy;
    }

    /** Sets on a foreign message what the send decided, through its own setters. */
    public static void giveBack(PostriderMessage sent, Message foreign, Destination destination) throws JMSException {
        foreign.setJMSDestination(destination);
        foreign.setJMSDeliveryMode(sent.getJMSDeliveryMode());
        foreign.setJMSPriority(sent.getJMSPriority());
        foreign.setJMSMessageID(sent.getJMSMessageID());
        foreign.setJMSTimestamp(sent.getJMSTimestamp());
        foreign.setJMSExpiration(sent.getJMSExpiration());
        foreign.setJMSDeliveryTime(sent.getJMSDeliveryTime());
    }

    private static PostriderMessage copyOfBody(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            PostriderTextMessage copy = new PostriderTextMessage();
            copy.setText(text.getText());
            return copy;
        }
        if (message instanceof BytesMessage bytes) {
            return copyOfBytes(bytes);
        }
        if (message instanceof MapMessage map) {
            PostriderMapMessage copy = new PostriderMapMessage();
            for (Object name : Collections.list((Enumeration<?>) map.getMapNames())) {
                copy.setObject(String.valueOf(name), map.getObject(String.valueOf(name)));
            }
            return copy;
        }
        if (message instanceof StreamMessage stream) {
            return copyOfStream(stream);
        }
        if (message instanceof ObjectMessage object) {
            PostriderObjectMessage copy = new PostriderObjectMessage();
            copy.setObject(object.getObject());
            return copy;
        }
        return new PostriderMessage();
    }

    private static PostriderBytesMessage copyOfBytes(BytesMessage bytes) throws JMSException {
        PostriderBytesMessage copy = new PostriderBytesMessage();
        bytes.reset();
        byte[] part = new byte[COPY_BYTES];
        for (int count = bytes.readBytes(part); count > 0; count = bytes.readBytes(part)) {
            copy.writeBytes(part, 0, count);
        }
        bytes.reset();
        return copy;
    }

    private static PostriderStreamMessage copyOfStream(StreamMessage stream) throws JMSException {
        PostriderStreamMessage copy = new PostriderStreamMessage();
        stream.reset();
        boolean isAtEnd = false;
        while (!isAtEnd) {
            try {
                copy.writeObject(stream.readObject());
            } catch (MessageEOFException e) {
                // The interface offers no other way to find the end.
                isAtEnd = true;
            }
        }
        stream.reset();
        return copy;
    }

    /** Whether the message has nothing that {@code receiveBody} could return. */
    public static boolean hasNoBody(Message message) throws JMSException {
        @Nullable Object body = message instanceof StreamMessage ? null : message.getBody(Object.class);
        return body == null;
    }
}
