// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.Spec;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotReadableException;
import jakarta.jms.MessageNotWriteableException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Chapter 3.10 to 3.12: the bodies of messages, over the wire and back. */
class MessageBodySpecTest extends JmsSpecTest {
    private Session session;

    @BeforeEach
    void open() throws JMSException {
        session = started().createSession();
    }

    @Test
    @Spec({JMS, "3.11.2"})
    void everyTypeKeepsItsBody() throws JMSException {
        assertEquals(
                "tëxt", roundTrip(session, session.createTextMessage("tëxt")).getText());
        assertNull(roundTrip(session, session.createTextMessage()).getText());
        assertNull(roundTrip(session, session.createObjectMessage()).getObject());
        ArrayList<String> list = new ArrayList<>(List.of("a", "b"));
        ObjectMessage object = session.createObjectMessage(list);
        list.add("changed after it was set");
        assertEquals(List.of("a", "b"), roundTrip(session, object).getObject());
        Message plain = roundTrip(session, session.createMessage());
        assertFalse(plain instanceof TextMessage || plain instanceof BytesMessage);
    }

    @Test
    @Spec({JMS, "3.11.3"})
    void streamConvertsByTheTable() throws JMSException {
        StreamMessage sent = session.createStreamMessage();
        sent.writeBoolean(true);
        sent.writeByte((byte) 1);
        sent.writeShort((short) 2);
        sent.writeChar('c');
        sent.writeInt(3);
        sent.writeLong(4);
        sent.writeFloat(1.5f);
        sent.writeDouble(2.5);
        sent.writeString("7");
        sent.writeBytes(new byte[] {1, 2, 3});
        sent.writeObject(null);
        StreamMessage stream = roundTrip(session, sent);

        assertThrows(MessageFormatException.class, stream::readInt);
        assertEquals("true", stream.readString());
        assertThrows(MessageFormatException.class, stream::readChar);
        assertEquals(1, stream.readLong());
        assertEquals(2, stream.readInt());
        assertThrows(MessageFormatException.class, stream::readInt);
        assertEquals("c", stream.readString());
        assertThrows(MessageFormatException.class, stream::readShort);
        assertEquals(3, stream.readLong());
        assertEquals("4", stream.readString());
        assertThrows(MessageFormatException.class, stream::readLong);
        assertEquals(1.5, stream.readDouble());
        assertThrows(MessageFormatException.class, stream::readFloat);
        assertEquals(2.5, stream.readDouble());
        assertThrows(MessageFormatException.class, stream::readChar);
        assertEquals(7, stream.readByte());
        assertThrows(MessageFormatException.class, stream::readString);
        assertArrayEquals(new byte[] {1, 2, 3}, (byte[]) stream.readObject());
        assertNull(stream.readString());
        assertThrows(MessageEOFException.class, stream::readString);

        stream.reset();
        assertTrue(stream.readBoolean());
    }

    @Test
    @KnownDeviation(run = JmsRun.QPID, why = "its streams cannot hold a null byte array")
    @Spec({JMS, "3.11.3"})
    void streamGivesByteFieldsInParts() throws JMSException {
        StreamMessage sent = session.createStreamMessage();
        sent.writeBytes(new byte[] {1, 2, 3, 4});
        sent.writeBytes(new byte[0]);
        sent.writeBytes(null);
        sent.writeInt(5);
        StreamMessage stream = roundTrip(session, sent);

        byte[] part = new byte[2];
        assertEquals(2, stream.readBytes(part));
        assertThrows(MessageFormatException.class, stream::readInt, "in the middle of a field");
        assertEquals(2, stream.readBytes(part));
        assertArrayEquals(new byte[] {3, 4}, part);
        assertEquals(-1, stream.readBytes(part), "the field ended with the buffer");
        assertEquals(0, stream.readBytes(part));
        assertEquals(-1, stream.readBytes(part), "null");
        assertThrows(MessageFormatException.class, () -> stream.readBytes(part));
        assertEquals(5, stream.readInt());
    }

    @Test
    @Spec({JMS, "3.11.3"})
    void numbersThatAreNoneAndNullsBehaveAsValueOf() throws JMSException {
        MapMessage sent = session.createMapMessage();
        sent.setString("word", "word");
        sent.setString("null", null);
        MapMessage map = roundTrip(session, sent);

        assertThrows(NumberFormatException.class, () -> map.getInt("word"));
        assertThrows(NumberFormatException.class, () -> map.getLong("null"));
        assertThrows(NumberFormatException.class, () -> map.getByte("absent"));
        assertThrows(NullPointerException.class, () -> map.getDouble("absent"));
        assertThrows(NullPointerException.class, () -> map.getChar("null"));
        assertFalse(map.getBoolean("absent"));
        assertNull(map.getString("absent"));
        assertNull(map.getBytes("absent"));
        assertNull(map.getObject("absent"));
        assertTrue(map.itemExists("null"));
        assertFalse(map.itemExists("absent"));
    }

    @Test
    @Spec({JMS, "3.11.3"})
    void mapConvertsByTheTable() throws JMSException {
        MapMessage sent = session.createMapMessage();
        sent.setChar("char", 'x');
        sent.setByte("byte", (byte) 9);
        sent.setFloat("float", 0.5f);
        sent.setBytes("bytes", new byte[] {1, 2, 3, 4}, 1, 2);
        sent.setObject("object", 12L);
        MapMessage map = roundTrip(session, sent);

        assertEquals(Set.of("char", "byte", "float", "bytes", "object"), Set.copyOf(names(map.getMapNames())));
        assertEquals("x", map.getString("char"));
        assertEquals(9, map.getLong("byte"));
        assertEquals(0.5, map.getDouble("float"));
        assertArrayEquals(new byte[] {2, 3}, map.getBytes("bytes"));
        assertThrows(MessageFormatException.class, () -> map.getInt("object"));
        assertThrows(MessageFormatException.class, () -> map.getString("bytes"));
        assertThrows(MessageFormatException.class, () -> map.getBytes("char"));
        assertThrows(MessageFormatException.class, () -> map.getFloat("object"));
    }

    @Test
    @Spec({JMS, "3.11"})
    void wrongArgumentsAreRefused() throws JMSException {
        MapMessage map = session.createMapMessage();
        assertThrows(IllegalArgumentException.class, () -> map.setInt(null, 1));
        assertThrows(IllegalArgumentException.class, () -> map.setString("", "x"));
        assertThrows(MessageFormatException.class, () -> map.setObject("x", new ArrayList<>()));
        assertThrows(
                MessageFormatException.class,
                () -> session.createStreamMessage().writeObject(new ArrayList<>()));
        BytesMessage bytes = session.createBytesMessage();
        assertThrows(MessageFormatException.class, () -> bytes.writeObject(new ArrayList<>()));
        assertThrows(NullPointerException.class, () -> bytes.writeObject(null));
        bytes.writeInt(1);
        bytes.reset();
        assertThrows(IndexOutOfBoundsException.class, () -> bytes.readBytes(new byte[2], 3));
        assertThrows(IndexOutOfBoundsException.class, () -> bytes.readBytes(new byte[2], -1));
    }

    @Test
    @Spec({JMS, "3.11.3"})
    void bytesAreReadAsTheyWereWritten() throws JMSException {
        BytesMessage sent = session.createBytesMessage();
        sent.writeBoolean(true);
        sent.writeByte((byte) -1);
        sent.writeShort((short) -2);
        sent.writeChar('é');
        sent.writeInt(-3);
        sent.writeLong(-4);
        sent.writeFloat(1.5f);
        sent.writeDouble(2.5);
        sent.writeUTF("ütf");
        sent.writeBytes(new byte[] {1, 2, 3}, 1, 2);
        sent.writeObject("obj");
        BytesMessage bytes = roundTrip(session, sent);

        assertEquals(1 + 1 + 2 + 2 + 4 + 8 + 4 + 8 + 6 + 2 + 5, bytes.getBodyLength());
        assertTrue(bytes.readBoolean());
        assertEquals(255, bytes.readUnsignedByte());
        assertEquals(65534, bytes.readUnsignedShort());
        assertEquals('é', bytes.readChar());
        assertEquals(-3, bytes.readInt());
        assertEquals(-4, bytes.readLong());
        assertEquals(1.5f, bytes.readFloat());
        assertEquals(2.5, bytes.readDouble());
        assertEquals("ütf", bytes.readUTF());
        byte[] rest = new byte[10];
        assertEquals(7, bytes.readBytes(rest));
        assertEquals(-1, bytes.readBytes(rest));
        assertThrows(MessageEOFException.class, bytes::readByte);
        assertThrows(MessageEOFException.class, bytes::readUTF);
    }

    @Test
    @Spec({JMS, "3.10"})
    void receivedBodiesAreReadOnlyUntilCleared() throws JMSException {
        TextMessage text = roundTrip(session, session.createTextMessage("t"));
        MapMessage map = roundTrip(session, session.createMapMessage());
        StreamMessage stream = roundTrip(session, session.createStreamMessage());
        BytesMessage bytes = roundTrip(session, session.createBytesMessage());
        ObjectMessage object = roundTrip(session, session.createObjectMessage("o"));
        List<Executable> writes = List.of(
                () -> text.setText("x"),
                () -> map.setInt("x", 1),
                () -> stream.writeInt(1),
                () -> bytes.writeInt(1),
                () -> object.setObject("x"));

        for (Executable write : writes) {
            assertThrows(MessageNotWriteableException.class, write);
        }
        for (Message message : List.of(text, map, stream, bytes, object)) {
            message.clearBody();
        }
        for (Executable write : writes) {
            try {
                write.execute();
            } catch (Throwable e) {
                throw new AssertionError("Expected the body to be writable after clearBody()", e);
            }
        }
        assertEquals("x", text.getText());
        assertThrows(MessageNotReadableException.class, stream::readInt);
        assertThrows(MessageNotReadableException.class, bytes::readInt);
        assertThrows(MessageNotReadableException.class, bytes::getBodyLength);
    }

    @Test
    @Spec({JMS, "3.10"})
    void bodiesBeingWrittenAreNotReadable() throws JMSException {
        BytesMessage bytes = session.createBytesMessage();
        StreamMessage stream = session.createStreamMessage();
        bytes.writeInt(1);
        stream.writeInt(1);
        assertThrows(MessageNotReadableException.class, bytes::readByte);
        assertThrows(MessageNotReadableException.class, () -> stream.readBytes(new byte[1]));

        bytes.reset();
        stream.reset();
        assertEquals(1, bytes.readInt());
        assertEquals(1, stream.readInt());
        assertThrows(MessageNotWriteableException.class, () -> bytes.writeInt(1));
        assertThrows(MessageNotWriteableException.class, () -> stream.writeInt(1));
    }

    @Test
    @Spec({JMS, "3.11.4"})
    void getBodyGivesTheBodyAsItsType() throws JMSException {
        TextMessage text = roundTrip(session, session.createTextMessage("t"));
        assertEquals("t", text.getBody(String.class));
        assertEquals("t", text.getBody(Object.class));
        assertTrue(text.isBodyAssignableTo(CharSequence.class));
        assertFalse(text.isBodyAssignableTo(Integer.class));
        assertThrows(MessageFormatException.class, () -> text.getBody(Integer.class));

        MapMessage sentMap = session.createMapMessage();
        sentMap.setInt("a", 1);
        MapMessage map = roundTrip(session, sentMap);
        assertEquals(Map.of("a", 1), map.getBody(Map.class));
        assertFalse(map.isBodyAssignableTo(String.class));

        BytesMessage sentBytes = session.createBytesMessage();
        sentBytes.writeBytes(new byte[] {1, 2});
        BytesMessage bytes = roundTrip(session, sentBytes);
        assertEquals(1, bytes.readByte());
        assertArrayEquals(new byte[] {1, 2}, bytes.getBody(byte[].class));
        assertEquals(1, bytes.readByte(), "getBody resets");

        ObjectMessage object = roundTrip(session, session.createObjectMessage(7));
        assertEquals(7, object.getBody(Integer.class));
        assertEquals(7, object.getBody(Serializable.class));
        assertFalse(object.isBodyAssignableTo(String.class));
        assertThrows(MessageFormatException.class, () -> object.getBody(String.class));

        StreamMessage stream = roundTrip(session, session.createStreamMessage());
        assertFalse(stream.isBodyAssignableTo(Object.class));
        assertThrows(MessageFormatException.class, () -> stream.getBody(Object.class));

        Message plain = roundTrip(session, session.createMessage());
        assertTrue(plain.isBodyAssignableTo(String.class));
        assertNull(plain.getBody(String.class));
        assertNull(session.createTextMessage().getBody(String.class));
    }

    @Test
    @Spec({JMS, "3.9"})
    void theMessageSentMayBeChangedAndSentAgain() throws JMSException {
        var queue = session.createTemporaryQueue();
        var producer = session.createProducer(queue);
        var consumer = session.createConsumer(queue);
        TextMessage message = session.createTextMessage("1");
        producer.send(message);
        String first = message.getJMSMessageID();
        message.setText("2");
        producer.send(message);

        assertFalse(first.equals(message.getJMSMessageID()));
        assertEquals(List.of("1", "2"), next(consumer, 2));
    }

    @Test
    @Spec({JMS, "3.9"})
    void aReceivedMessageMayBeSentOn() throws JMSException {
        MapMessage sent = session.createMapMessage();
        sent.setInt("a", 1);
        sent.setStringProperty("p", "v");
        sent.setJMSType("t");
        MapMessage twice = roundTrip(session, roundTrip(session, sent));

        assertEquals(1, twice.getInt("a"));
        assertEquals("v", twice.getStringProperty("p"));
        assertEquals("t", twice.getJMSType());
    }
}
