// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.jms.codec.AmqpFormatException;
import io.postrider.jms.destination.AddressPrefixes;
import io.postrider.jms.destination.PostriderQueue;
import io.postrider.jms.destination.PostriderTemporaryQueue;
import io.postrider.jms.destination.PostriderTopic;
import jakarta.jms.BytesMessage;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotWriteableException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** JMS messages on the wire and back, with Proton-J's message codec as the other side. */
class MessageMappingTest {
    private static final PostriderQueue QUEUE = new PostriderQueue("orders");
    private static final ReceiveContext CONTEXT =
            new ReceiveContext(QUEUE, AddressPrefixes.NONE, ObjectPolicy.JDK_VALUES_ONLY);

    private final MessageEncoder encoder = new MessageEncoder(AddressPrefixes.NONE::address);

    private byte[] encode(Message message) throws JMSException {
        message.setJMSDestination(QUEUE);
        return encoder.encode((PostriderMessage) message, 0, false, null);
    }

    private static org.apache.qpid.proton.message.Message decodedByOracle(byte[] bytes) {
        org.apache.qpid.proton.message.Message message = Proton.message();
        message.decode(bytes, 0, bytes.length);
        return message;
    }

    private static byte[] encodedByOracle(org.apache.qpid.proton.message.Message message) {
        byte[] bytes = new byte[4096];
        return Arrays.copyOf(bytes, message.encode(bytes, 0, bytes.length));
    }

    private static PostriderMessage decode(byte[] bytes) {
        return MessageDecoder.decode(bytes, CONTEXT, 1000);
    }

    private Message roundTrip(Message message) throws JMSException {
        return decode(encode(message));
    }

    private static Message fromForeign(Section body, String contentType) {
        org.apache.qpid.proton.message.Message foreign = Proton.message();
        foreign.setBody(body);
        foreign.setContentType(contentType);
        return decode(encodedByOracle(foreign));
    }

    @Nested
    class OnTheWire {
        @Test
        void headersLieWhereTheMappingSays() throws JMSException {
            TextMessage message = Messages.text();
            message.setText("hi");
            message.setJMSDestination(QUEUE);
            message.setJMSReplyTo(new PostriderTemporaryQueue("tmp-1", null));
            message.setJMSMessageID("ID:1");
            message.setJMSCorrelationID("c");
            message.setJMSType("kind");
            message.setJMSTimestamp(1234);
            message.setJMSExpiration(5234);
            message.setJMSDeliveryTime(2234);
            message.setJMSPriority(7);
            message.setStringProperty("JMSXGroupID", "g");
            message.setIntProperty("JMSXGroupSeq", 3);
            message.setBooleanProperty("flag", true);

            var wire = decodedByOracle(encoder.encode((PostriderMessage) message, 4000, true, null));

            assertTrue(wire.isDurable());
            assertEquals(7, wire.getPriority());
            assertEquals(4000, wire.getTtl());
            assertEquals("ID:1", wire.getMessageId());
            assertEquals("c", wire.getCorrelationId());
            assertEquals("orders", wire.getAddress());
            assertEquals("tmp-1", wire.getReplyTo());
            assertEquals("kind", wire.getSubject());
            assertEquals(1234, wire.getCreationTime());
            assertEquals(5234, wire.getExpiryTime());
            assertEquals("g", wire.getGroupId());
            assertEquals(3, wire.getGroupSequence());
            assertNull(wire.getContentType());
            Map<Symbol, Object> annotations = wire.getMessageAnnotations().getValue();
            assertEquals((byte) 5, annotations.get(Symbol.valueOf("x-opt-jms-msg-type")));
            assertEquals((byte) 0, annotations.get(Symbol.valueOf("x-opt-jms-dest")));
            assertEquals((byte) 2, annotations.get(Symbol.valueOf("x-opt-jms-reply-to")));
            assertEquals(2234L, annotations.get(Symbol.valueOf("x-opt-delivery-time")));
            assertEquals(Map.of("flag", true), wire.getApplicationProperties().getValue());
            assertEquals("hi", ((AmqpValue) wire.getBody()).getValue());
        }

        @Test
        void defaultsAreLeftOut() throws JMSException {
            PostriderMessage message = (PostriderMessage) Messages.plain();
            message.setJMSDeliveryMode(DeliveryMode.NON_PERSISTENT);

            var wire = decodedByOracle(encode(message));

            assertFalse(wire.isDurable());
            assertEquals(4, wire.getPriority());
            assertEquals(0, wire.getTtl());
            assertNull(wire.getMessageId());
            assertNull(wire.getApplicationProperties());
            assertNull(((AmqpValue) wire.getBody()).getValue());
        }

        @Test
        void bodiesAreOfTheKindTheMappingSays() throws JMSException {
            BytesMessage bytes = Messages.bytes();
            bytes.writeInt(1);
            var wireBytes = decodedByOracle(encode(bytes));
            assertEquals("application/octet-stream", wireBytes.getContentType());
            assertEquals(new Binary(new byte[] {0, 0, 0, 1}), ((Data) wireBytes.getBody()).getValue());

            MapMessage map = Messages.map();
            map.setBytes("b", new byte[] {1});
            assertEquals(
                    Map.of("b", new Binary(new byte[] {1})),
                    ((AmqpValue) decodedByOracle(encode(map)).getBody()).getValue());

            StreamMessage stream = Messages.stream();
            stream.writeString("s");
            assertEquals(
                    List.of("s"),
                    ((AmqpSequence) decodedByOracle(encode(stream)).getBody()).getValue());

            ObjectMessage object = Messages.object();
            object.setObject("o");
            var wireObject = decodedByOracle(encode(object));
            assertEquals("application/x-java-serialized-object", wireObject.getContentType());
            assertInstanceOf(Data.class, wireObject.getBody());

            object.setBooleanProperty("JMS_AMQP_TYPED_ENCODING", true);
            var typed = decodedByOracle(encode(object));
            assertEquals("o", ((AmqpValue) typed.getBody()).getValue());
            assertNull(typed.getContentType());
        }

        @Test
        void prefixesAreAddedAndTakenAway() throws JMSException {
            AddressPrefixes prefixes = new AddressPrefixes("q://", "t://");
            TextMessage message = Messages.text();
            message.setJMSDestination(QUEUE);
            message.setJMSReplyTo(new PostriderTopic("news"));

            byte[] bytes = new MessageEncoder(prefixes::address).encode((PostriderMessage) message, 0, false, null);

            assertEquals("q://orders", decodedByOracle(bytes).getAddress());
            Message back =
                    MessageDecoder.decode(bytes, new ReceiveContext(QUEUE, prefixes, ObjectPolicy.JDK_VALUES_ONLY), 0);
            assertEquals(QUEUE, back.getJMSDestination());
            assertEquals(new PostriderTopic("news"), back.getJMSReplyTo());
        }
    }

    @Nested
    class ThereAndBack {
        @Test
        void everyTypeComesBackAsItself() throws JMSException {
            TextMessage text = Messages.text();
            text.setText("\u20ac");
            assertEquals("\u20ac", ((TextMessage) roundTrip(text)).getText());

            assertNull(((TextMessage) roundTrip(Messages.text())).getText());

            BytesMessage bytes = Messages.bytes();
            bytes.writeUTF("b");
            assertEquals("b", ((BytesMessage) roundTrip(bytes)).readUTF());

            MapMessage map = Messages.map();
            map.setChar("c", 'x');
            map.setString("n", null);
            MapMessage mapBack = (MapMessage) roundTrip(map);
            assertEquals('x', mapBack.getChar("c"));
            assertTrue(mapBack.itemExists("n"));

            StreamMessage stream = Messages.stream();
            stream.writeFloat(1.5f);
            stream.writeString(null);
            StreamMessage streamBack = (StreamMessage) roundTrip(stream);
            assertEquals(1.5f, streamBack.readFloat());
            assertNull(streamBack.readString());

            ObjectMessage object = Messages.object();
            object.setObject(new HashMap<>(Map.of("k", List.of(1))));
            assertEquals(Map.of("k", List.of(1)), ((ObjectMessage) roundTrip(object)).getObject());

            assertEquals(PostriderMessage.class, roundTrip(Messages.plain()).getClass());
        }

        @Test
        void propertiesKeepTheirTypes() throws JMSException {
            Message message = Messages.plain();
            message.setByteProperty("b", (byte) 1);
            message.setShortProperty("s", (short) 2);
            message.setIntProperty("i", 3);
            message.setLongProperty("l", 4);
            message.setFloatProperty("f", 5);
            message.setDoubleProperty("d", 6);
            message.setStringProperty("t", "seven");
            message.setStringProperty("n", null);

            Message back = roundTrip(message);

            assertEquals((byte) 1, back.getObjectProperty("b"));
            assertEquals((short) 2, back.getObjectProperty("s"));
            assertEquals(3, back.getObjectProperty("i"));
            assertEquals(4L, back.getObjectProperty("l"));
            assertEquals(5f, back.getObjectProperty("f"));
            assertEquals(6d, back.getObjectProperty("d"));
            assertEquals("seven", back.getObjectProperty("t"));
            assertTrue(back.propertyExists("n"));
            assertEquals(1, back.getIntProperty("JMSXDeliveryCount"));
        }

        @Test
        void receivedMessageIsReadOnlyUntilCleared() throws JMSException {
            TextMessage message = Messages.text();
            message.setText("t");
            message.setIntProperty("p", 1);
            TextMessage back = (TextMessage) roundTrip(message);

            assertThrows(MessageNotWriteableException.class, () -> back.setText("x"));
            assertThrows(MessageNotWriteableException.class, () -> back.setIntProperty("p", 2));
            back.setJMSType("headers can be set");
            back.setIntProperty(PropertyNames.ACK_TYPE, 2);

            back.clearBody();
            assertNull(back.getText());
            assertEquals(1, back.getIntProperty("p"), "clearBody keeps the properties");
            back.setText("x");
            back.clearProperties();
            assertFalse(back.propertyExists("p"));
            back.setIntProperty("p", 2);
            assertEquals("x", back.getText(), "clearProperties keeps the body");
        }

        @Test
        void forwardedMessageKeepsItsBodyBytes() throws JMSException {
            MapMessage message = Messages.map();
            message.setLong("x", 1);
            byte[] first = encode(message);

            byte[] second = encode(decode(first));

            assertArrayEquals(first, second);
        }

        @Test
        void deliveredAgainIsAFreshObjectWithACount() throws JMSException {
            TextMessage message = Messages.text();
            message.setText("t");
            PostriderMessage first = (PostriderMessage) roundTrip(message);
            first.clearBody();

            PostriderMessage second = first.again(1);

            assertEquals("t", ((TextMessage) second).getText());
            assertTrue(second.getJMSRedelivered());
            assertEquals(2, second.getIntProperty("JMSXDeliveryCount"));
        }
    }

    @Nested
    class FromOthers {
        @Test
        void shapeOfTheBodyDecidesTheType() throws JMSException {
            assertEquals("t", ((TextMessage) fromForeign(new AmqpValue("t"), null)).getText());
            assertNull(((TextMessage) fromForeign(new AmqpValue(null), null)).getText());
            assertInstanceOf(BytesMessage.class, fromForeign(new AmqpValue(new Binary(new byte[1])), null));
            assertEquals(7, ((ObjectMessage) fromForeign(new AmqpValue(7), null)).getObject());
            assertEquals(List.of(1), ((ObjectMessage) fromForeign(new AmqpSequence(List.of(1)), null)).getObject());
            assertInstanceOf(ObjectMessage.class, fromForeign(new AmqpValue(Map.of("a", 1)), null));
            Data data = new Data(new Binary("{}".getBytes()));
            assertEquals("{}", ((TextMessage) fromForeign(data, "application/json")).getText());
            assertEquals("{}", ((TextMessage) fromForeign(data, "text/plain;charset=us-ascii")).getText());
            assertEquals("{}", ((TextMessage) fromForeign(data, "application/vnd.x+json")).getText());
            assertEquals(2, ((BytesMessage) fromForeign(data, null)).getBodyLength());
            assertInstanceOf(BytesMessage.class, fromForeign(data, "image/png"));
            assertInstanceOf(ObjectMessage.class, fromForeign(data, "application/x-java-serialized-object"));
            assertEquals(0, ((BytesMessage) fromForeign(null, null)).getBodyLength());
        }

        @Test
        void propertyTypesBecomeThoseOfJms() throws JMSException {
            org.apache.qpid.proton.message.Message foreign = Proton.message();
            Map<String, Object> properties = new HashMap<>();
            properties.put("u", UnsignedInteger.valueOf(7));
            properties.put("d", new Date(5));
            properties.put("c", 'c');
            properties.put("bin", new Binary(new byte[] {1, -1}));
            properties.put("no-identifier", 1);
            foreign.setApplicationProperties(new ApplicationProperties(properties));
            foreign.setMessageId(new org.apache.qpid.proton.amqp.UnsignedLong(9));
            foreign.setReplyTo("answers");
            foreign.setDeliveryCount(2);

            Message message = decode(encodedByOracle(foreign));

            assertEquals(7L, message.getObjectProperty("u"));
            assertEquals(5L, message.getObjectProperty("d"));
            assertEquals("c", message.getObjectProperty("c"));
            assertEquals("01FF", message.getObjectProperty("bin"));
            assertEquals(1, message.getIntProperty("no-identifier"));
            assertEquals("ID:AMQP_ULONG:9", message.getJMSMessageID());
            assertEquals(new PostriderQueue("answers"), message.getJMSReplyTo());
            assertEquals(QUEUE, message.getJMSDestination());
            assertTrue(message.getJMSRedelivered());
            assertEquals(3, message.getIntProperty("JMSXDeliveryCount"));
            assertEquals(DeliveryMode.NON_PERSISTENT, message.getJMSDeliveryMode());
        }

        @Test
        void ttlWithoutAbsoluteExpiryCountsFromArrival() throws JMSException {
            org.apache.qpid.proton.message.Message foreign = Proton.message();
            foreign.setTtl(500);

            assertEquals(1500, decode(encodedByOracle(foreign)).getJMSExpiration());
        }

        @Test
        void severalDataSectionsAreJoined() throws JMSException {
            byte[] one = {0x00, 0x53, 0x75, (byte) 0xa0, 1, 7};
            byte[] both = Arrays.copyOf(one, 12);
            System.arraycopy(one, 0, both, 6, 6);
            both[11] = 8;

            BytesMessage message = (BytesMessage) decode(both);

            assertEquals(2, message.getBodyLength());
            assertEquals(7, message.readByte());
            assertEquals(8, message.readByte());
        }

        @Test
        void damagedMessagesAreRefusedInOneWay() throws JMSException {
            TextMessage message = Messages.text();
            message.setText("some text");
            message.setStringProperty("p", "v");
            byte[] good = encode(message);
            Random random = new Random(7);
            int refused = 0;
            for (int round = 0; round < 20_000; round++) {
                byte[] bad = Arrays.copyOf(good, random.nextInt(8) == 0 ? random.nextInt(good.length) : good.length);
                for (int flips = random.nextInt(4); flips > 0 && bad.length > 0; flips--) {
                    bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
                }
                try {
                    PostriderMessage read = decode(bad);
                    read.getBody(Object.class);
                    read.properties();
                } catch (AmqpFormatException | JMSException e) {
                    refused++;
                }
            }
            assertTrue(refused > 1000, "refused " + refused);
        }
    }

    @Nested
    class Objects {
        private static final class Own implements Serializable {
            private static final long serialVersionUID = 1L;
        }

        private Message received(ObjectPolicy policy) throws JMSException {
            ObjectMessage message = Messages.object();
            message.setObject(new Own());
            byte[] bytes = encode(message);
            return MessageDecoder.decode(bytes, new ReceiveContext(QUEUE, AddressPrefixes.NONE, policy), 0);
        }

        @Test
        void classesNotAllowedAreRefused() throws JMSException {
            ObjectMessage message = (ObjectMessage) received(ObjectPolicy.JDK_VALUES_ONLY);

            MessageFormatException e = assertThrows(MessageFormatException.class, message::getObject);
            assertTrue(e.getMessage().contains("allowList"));
        }

        @Test
        void allowedClassesAndPackagesAreRead() throws JMSException {
            String self = MessageMappingTest.class.getName();
            assertInstanceOf(Own.class, received(ObjectPolicy.parse(self, "")).getBody(Object.class));
            assertInstanceOf(
                    Own.class, received(ObjectPolicy.parse("io.postrider", "")).getBody(Object.class));
            assertInstanceOf(Own.class, received(ObjectPolicy.parse("*", "")).getBody(Object.class));
        }

        @Test
        void deniedIsStronger() throws JMSException {
            Message message = received(ObjectPolicy.parse("*", "io.postrider.jms"));

            assertThrows(MessageFormatException.class, () -> message.getBody(Object.class));
        }
    }
}
