// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.postrider.jms.destination.PostriderQueue;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

/** Messages of other providers are copied, and get back what the send decided (Jakarta Messaging 3.1 §3.12). */
class ForeignMessageTest {

    /** A message that is not one of our classes: ours behind a proxy. */
    private static <T extends Message> T foreign(Class<T> type, T ours) {
        Object proxy =
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return method.invoke(ours, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return type.cast(proxy);
    }

    @Test
    void ourOwnMessageIsNotCopied() throws JMSException {
        Message ours = Messages.text();

        assertSame(ours, Messages.own(ours));
    }

    @Test
    void bodyIsCopiedByType() throws JMSException {
        TextMessage text = foreign(TextMessage.class, Messages.text());
        text.setText("t");
        assertEquals(
                "t", assertInstanceOf(TextMessage.class, Messages.own(text)).getText());

        BytesMessage bytes = foreign(BytesMessage.class, Messages.bytes());
        bytes.writeBytes(new byte[10_000]);
        assertEquals(10_000, Messages.own(bytes).getBody(byte[].class).length);

        MapMessage map = foreign(MapMessage.class, Messages.map());
        map.setShort("s", (short) 1);
        assertEquals(
                (short) 1, assertInstanceOf(MapMessage.class, Messages.own(map)).getObject("s"));

        StreamMessage stream = foreign(StreamMessage.class, Messages.stream());
        stream.writeInt(1);
        stream.writeString("two");
        StreamMessage streamCopy = assertInstanceOf(StreamMessage.class, Messages.own(stream));
        streamCopy.reset();
        assertEquals(1, streamCopy.readInt());
        assertEquals("two", streamCopy.readString());

        ObjectMessage object = foreign(ObjectMessage.class, Messages.object());
        object.setObject(5);
        assertEquals(
                5, assertInstanceOf(ObjectMessage.class, Messages.own(object)).getObject());

        assertEquals(
                PostriderMessage.class,
                Messages.own(foreign(Message.class, Messages.plain())).getClass());
    }

    @Test
    void headersAndPropertiesAreCopied() throws JMSException {
        TextMessage message = foreign(TextMessage.class, Messages.text());
        message.setJMSCorrelationID("c");
        message.setJMSType("t");
        message.setJMSReplyTo(new PostriderQueue("r"));
        message.setStringProperty("p", "v");

        PostriderMessage copy = Messages.own(message);

        assertNotSame(message, copy);
        assertEquals("c", copy.getJMSCorrelationID());
        assertEquals("t", copy.getJMSType());
        assertEquals(new PostriderQueue("r"), copy.getJMSReplyTo());
        assertEquals("v", copy.getStringProperty("p"));
    }

    @Test
    void whatTheSendDecidedIsSetOnTheForeignMessage() throws JMSException {
        TextMessage message = foreign(TextMessage.class, Messages.text());
        PostriderMessage copy = Messages.own(message);
        copy.setJMSMessageID("ID:1");
        copy.setJMSPriority(2);
        copy.setJMSTimestamp(3);
        copy.setJMSExpiration(4);
        copy.setJMSDeliveryTime(5);
        copy.setJMSDeliveryMode(1);
        PostriderQueue queue = new PostriderQueue("q");

        Messages.giveBack(copy, message, queue);

        assertEquals("ID:1", message.getJMSMessageID());
        assertEquals(2, message.getJMSPriority());
        assertEquals(3, message.getJMSTimestamp());
        assertEquals(4, message.getJMSExpiration());
        assertEquals(5, message.getJMSDeliveryTime());
        assertEquals(1, message.getJMSDeliveryMode());
        assertEquals(queue, message.getJMSDestination());
    }
}
