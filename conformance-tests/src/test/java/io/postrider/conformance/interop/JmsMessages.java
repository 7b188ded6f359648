// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import io.postrider.conformance.interop.MessageLine.Data;
import jakarta.jms.BytesMessage;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Messages of the JMS API from and to the text form. */
final class JmsMessages {
    private JmsMessages() {}

    static Message toJms(JMSContext context, MessageLine line) throws JMSException {
        Message message = withBody(context, line.get("body"));
        message.setJMSType((String) line.get("subject"));
        message.setJMSCorrelationID((String) line.get("correlation-id"));
        if (line.get("group-id") != null) {
            message.setStringProperty("JMSXGroupID", (String) line.get("group-id"));
        }
        for (Map.Entry<String, Object> field : line.fields().entrySet()) {
            if (field.getKey().startsWith("p.")) {
                message.setObjectProperty(field.getKey().substring(2), field.getValue());
            }
        }
        return message;
    }

    private static Message withBody(JMSContext context, Object body) throws JMSException {
        if (body instanceof Data data) {
            BytesMessage bytes = context.createBytesMessage();
            bytes.writeBytes(data.bytes());
            return bytes;
        }
        if (body instanceof Map<?, ?> map) {
            MapMessage message = context.createMapMessage();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                message.setObject(entry.getKey().toString(), entry.getValue());
            }
            return message;
        }
        if (body instanceof List<?> list) {
            StreamMessage stream = context.createStreamMessage();
            for (Object element : list) {
                stream.writeObject(element);
            }
            return stream;
        }
        return context.createTextMessage((String) body);
    }

    static MessageLine fromJms(Message message) throws JMSException {
        SortedMap<String, Object> fields = new TreeMap<>();
        fields.put("durable", message.getJMSDeliveryMode() == DeliveryMode.PERSISTENT);
        fields.put("priority", message.getJMSPriority());
        put(fields, "subject", message.getJMSType());
        put(fields, "correlation-id", message.getJMSCorrelationID());
        put(fields, "group-id", message.getStringProperty("JMSXGroupID"));
        fields.put("count", message.getIntProperty("JMSXDeliveryCount") - 1);
        for (Enumeration<?> names = message.getPropertyNames(); names.hasMoreElements(); ) {
            String name = names.nextElement().toString();
            if (!name.startsWith("JMS")) {
                fields.put("p." + name, message.getObjectProperty(name));
            }
        }
        fields.put("body", body(message));
        return new MessageLine(fields);
    }

    private static void put(SortedMap<String, Object> fields, String name, String value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    private static Object body(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            return text.getText();
        } else if (message instanceof BytesMessage bytes) {
            byte[] body = new byte[Math.toIntExact(bytes.getBodyLength())];
            bytes.readBytes(body);
            return Data.of(body);
        } else if (message instanceof MapMessage map) {
            SortedMap<String, Object> body = new TreeMap<>();
            for (Enumeration<?> names = map.getMapNames(); names.hasMoreElements(); ) {
                String name = names.nextElement().toString();
                body.put(name, map.getObject(name));
            }
            return body;
        } else if (message instanceof StreamMessage stream) {
            return elements(stream);
        } else if (message instanceof ObjectMessage object) {
            // Maps and sequences of senders that do not say which JMS type they mean (interop: AMQP bodies without a
            // type annotation) are objects.
            return object.getBody(Serializable.class);
        }
        throw new AssertionError("Expected a message type with a body, found " + message.getClass());
    }

    private static List<Object> elements(StreamMessage stream) throws JMSException {
        List<Object> elements = new ArrayList<>();
        while (true) {
            try {
                elements.add(stream.readObject());
            } catch (MessageEOFException end) {
                return elements;
            }
        }
    }
}
