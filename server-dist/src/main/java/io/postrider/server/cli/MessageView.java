// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Enumeration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A received message as a command prints it: its body for people, all of it as JSON. */
final class MessageView {
    private MessageView() {}

    static JsonObject json(Message message) throws JMSException {
        JsonObject json = new JsonObject()
                .put("id", message.getJMSMessageID())
                .put("destination", String.valueOf(message.getJMSDestination()))
                .put("type", type(message))
                .put("body", body(message))
                .put("durable", message.getJMSDeliveryMode() == jakarta.jms.DeliveryMode.PERSISTENT)
                .put("priority", message.getJMSPriority())
                .put("timestamp", message.getJMSTimestamp())
                .put("redelivered", message.getJMSRedelivered());
        putUnlessNull(json, "correlationId", message.getJMSCorrelationID());
        putUnlessNull(json, "subject", message.getJMSType());
        putUnlessNull(json, "expires", message.getJMSExpiration() == 0 ? null : message.getJMSExpiration());
        if (message.getJMSReplyTo() != null) {
            json.put("replyTo", String.valueOf(message.getJMSReplyTo()));
        }
        return json.put("properties", properties(message));
    }

    static String text(Message message) throws JMSException {
        Object body = body(message);
        return body == null ? "" : body.toString();
    }

    private static JsonObject properties(Message message) throws JMSException {
        Map<String, Object> sorted = new TreeMap<>();
        for (Enumeration<?> names = message.getPropertyNames(); names.hasMoreElements(); ) {
            String name = String.valueOf(names.nextElement());
            sorted.put(name, plain(message.getObjectProperty(name)));
        }
        return new JsonObject(sorted);
    }

    private static String type(Message message) {
        if (message instanceof TextMessage) {
            return "text";
        }
        if (message instanceof BytesMessage) {
            return "bytes";
        }
        if (message instanceof MapMessage) {
            return "map";
        }
        if (message instanceof StreamMessage) {
            return "stream";
        }
        return message instanceof ObjectMessage ? "object" : "none";
    }

    private static @Nullable Object body(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            return text.getText();
        }
        if (message instanceof BytesMessage bytes) {
            return bytes(bytes);
        }
        if (message instanceof MapMessage map) {
            Map<String, Object> sorted = new TreeMap<>();
            for (Enumeration<?> names = map.getMapNames(); names.hasMoreElements(); ) {
                String name = String.valueOf(names.nextElement());
                sorted.put(name, plain(map.getObject(name)));
            }
            return new JsonObject(sorted);
        }
        if (message instanceof StreamMessage stream) {
            return elements(stream);
        }
        return message instanceof ObjectMessage ? "(a serialized Java object)" : null;
    }

    /** Bytes that are UTF-8 text are shown as such, others in Base64: the type says that they were bytes. */
    private static String bytes(BytesMessage message) throws JMSException {
        message.reset();
        byte[] body = new byte[Math.toIntExact(message.getBodyLength())];
        message.readBytes(body);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException notText) {
            return "base64:" + Base64.getEncoder().encodeToString(body);
        }
    }

    private static JsonArray elements(StreamMessage message) throws JMSException {
        JsonArray elements = new JsonArray();
        message.reset();
        while (true) {
            try {
                elements.add(plain(message.readObject()));
            } catch (MessageEOFException atEnd) {
                return elements;
            }
        }
    }

    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return "base64:" + Base64.getEncoder().encodeToString(bytes);
        }
        return value instanceof Character ? value.toString() : value;
    }

    private static void putUnlessNull(JsonObject json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value);
        }
    }
}
