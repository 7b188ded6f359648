// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotReadableException;
import jakarta.jms.MessageNotWriteableException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading and writing the bodies of messages an application made (Jakarta Messaging 3.1 §3.10, §3.11). */
class MessageBodiesTest {

    @Nested
    class Bytes {
        private final BytesMessage message = Messages.bytes();

        @Test
        void isWrittenThenResetThenRead() throws JMSException {
            message.writeBoolean(true);
            message.writeByte((byte) -1);
            message.writeShort((short) -2);
            message.writeChar('c');
            message.writeInt(4);
            message.writeLong(5);
            message.writeFloat(6.5f);
            message.writeDouble(7.5);
            message.writeUTF("eight");
            message.writeBytes(new byte[] {9, 10, 11}, 1, 2);
            message.writeObject(12);

            assertThrows(MessageNotReadableException.class, message::readByte);
            assertThrows(MessageNotReadableException.class, message::getBodyLength);
            message.reset();

            assertTrue(message.readBoolean());
            assertEquals(255, message.readUnsignedByte());
            assertEquals(65534, message.readUnsignedShort());
            assertEquals('c', message.readChar());
            assertEquals(4, message.readInt());
            assertEquals(5, message.readLong());
            assertEquals(6.5f, message.readFloat());
            assertEquals(7.5, message.readDouble());
            assertEquals("eight", message.readUTF());
            byte[] two = new byte[2];
            assertEquals(2, message.readBytes(two));
            assertArrayEquals(new byte[] {10, 11}, two);
            assertEquals(12, message.readInt());
            assertThrows(MessageEOFException.class, message::readByte);
            assertEquals(-1, message.readBytes(two));
            assertThrows(MessageNotWriteableException.class, () -> message.writeByte((byte) 1));
        }

        @Test
        void writeAfterClearBodyStartsAnew() throws JMSException {
            message.writeInt(1);
            message.reset();
            message.clearBody();
            message.writeByte((byte) 2);
            message.reset();

            assertEquals(1, message.getBodyLength());
        }

        @Test
        void lengthsOutsideTheBufferAreRefused() throws JMSException {
            message.reset();
            assertThrows(IndexOutOfBoundsException.class, () -> message.readBytes(new byte[2], 3));
            assertThrows(IndexOutOfBoundsException.class, () -> message.readBytes(new byte[2], -1));
        }

        @Test
        void nullAndForeignObjectsAreRefused() {
            assertThrows(NullPointerException.class, () -> message.writeObject(null));
            assertThrows(MessageFormatException.class, () -> message.writeObject(List.of()));
        }

        @Test
        void getBodyResetsAndCopies() throws JMSException {
            message.writeBytes(new byte[] {1, 2});

            assertArrayEquals(new byte[] {1, 2}, message.getBody(byte[].class));
            assertArrayEquals(new byte[] {1, 2}, (byte[]) message.getBody(Object.class));
            assertThrows(MessageFormatException.class, () -> message.getBody(String.class));
            assertEquals(1, message.readByte());
        }
    }

    @Nested
    class Stream {
        private final StreamMessage message = Messages.stream();

        @Test
        void bytesAreReadInPartsUntilTheCallThatIsShort() throws JMSException {
            message.writeBytes(new byte[] {1, 2, 3, 4});
            message.writeInt(5);
            message.reset();
            byte[] two = new byte[2];

            assertEquals(2, message.readBytes(two));
            assertThrows(MessageFormatException.class, message::readInt);
            assertEquals(2, message.readBytes(two));
            assertArrayEquals(new byte[] {3, 4}, two);
            assertEquals(-1, message.readBytes(two), "an exact fill is followed by the end");
            assertEquals(5, message.readInt());
        }

        @Test
        void nullAndEmptyArraysDiffer() throws JMSException {
            message.writeBytes(null);
            message.writeBytes(new byte[0]);
            message.reset();

            assertEquals(-1, message.readBytes(new byte[1]));
            assertEquals(0, message.readBytes(new byte[1]));
            assertThrows(MessageEOFException.class, message::readByte);
        }

        @Test
        void objectsAreCopies() throws JMSException {
            byte[] mine = {1};
            message.writeObject(mine);
            mine[0] = 2;
            message.reset();

            byte[] read = (byte[]) message.readObject();
            assertEquals(1, read[0]);
            message.reset();
            assertNotSame(read, message.readObject());
        }

        @Test
        void hasNoBodyToGet() throws JMSException {
            assertFalse(message.isBodyAssignableTo(Object.class));
            assertThrows(MessageFormatException.class, () -> message.getBody(Object.class));
        }

        @Test
        void isNotReadableBeforeReset() {
            assertThrows(MessageNotReadableException.class, message::readString);
        }
    }

    @Test
    void mapBodyIsACopyAndOnlyAMap() throws JMSException {
        MapMessage message = Messages.map();
        message.setInt("a", 1);

        assertEquals(Map.of("a", 1), message.getBody(Map.class));
        assertEquals(Map.of("a", 1), message.getBody(Object.class));
        assertThrows(MessageFormatException.class, () -> message.getBody(String.class));
        assertThrows(IllegalArgumentException.class, () -> message.setInt("", 1));
        assertThrows(IllegalArgumentException.class, () -> message.setInt(null, 1));
    }

    @Test
    void textBodyIsHadAsStringOrWhatIsAboveIt() throws JMSException {
        TextMessage message = Messages.text();
        assertNull(message.getBody(Integer.class), "no body is null for every class");
        message.setText("t");

        assertEquals("t", message.getBody(CharSequence.class));
        assertThrows(MessageFormatException.class, () -> message.getBody(Integer.class));
    }

    @Test
    void plainMessageHasNoBodyOfAnyClass() throws JMSException {
        Message message = Messages.plain();

        assertTrue(message.isBodyAssignableTo(Integer.class));
        assertNull(message.getBody(Integer.class));
    }

    @Test
    void objectIsASnapshot() throws JMSException {
        ArrayList<String> mine = new ArrayList<>(List.of("a"));
        ObjectMessage message = Messages.object();
        message.setObject(mine);
        mine.add("b");

        assertEquals(List.of("a"), message.getObject());
        assertEquals(List.of("a"), message.getBody(List.class));
        assertEquals(List.of("a"), message.getBody(Serializable.class));
        assertThrows(MessageFormatException.class, () -> message.getBody(String.class));
    }

    @Test
    void objectThatCannotBeSerializedIsRefused() {
        Serializable bad = new ArrayList<>(List.of(new Object()));

        assertThrows(MessageFormatException.class, () -> Messages.object().setObject(bad));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "a-b", "a.b", "null", "NOT", "Between", "ESCAPE", "a b"})
    void namesThatAreNoIdentifiersAreRefused(String name) {
        assertThrows(IllegalArgumentException.class, () -> Messages.plain().setIntProperty(name, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "_a", "$a", "\u00e4", "JMSXGroupID", "JMS_x"})
    void identifiersAreNames(String name) throws JMSException {
        Message message = Messages.plain();
        message.setStringProperty(name, "v");

        assertEquals("v", message.getStringProperty(name));
        assertTrue(message.propertyExists(name));
    }

    @Test
    void whatTheProviderSetsTheApplicationCannot() throws JMSException {
        Message message = Messages.plain();
        message.setIntProperty("JMSXDeliveryCount", 7);

        assertFalse(message.propertyExists("JMSXDeliveryCount"));
        assertThrows(JMSException.class, () -> message.setLongProperty("JMS_AMQP_TTL", -1));
    }

    @Test
    void headersOutOfRangeAreRefused() {
        assertThrows(JMSException.class, () -> Messages.plain().setJMSPriority(10));
        assertThrows(JMSException.class, () -> Messages.plain().setJMSDeliveryMode(3));
        assertThrows(JMSException.class, () -> Messages.plain().setJMSCorrelationID("ID:AMQP_UUID:x"));
    }
}
