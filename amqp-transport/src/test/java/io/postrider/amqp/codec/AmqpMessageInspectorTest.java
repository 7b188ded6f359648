// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static io.postrider.amqp.codec.Encoded.concatenated;
import static io.postrider.amqp.codec.Encoded.hex;
import static io.postrider.amqp.codec.Encoded.stored;
import static io.postrider.amqp.codec.Encoded.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector.Fields;
import io.postrider.api.selector.Selector;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which value each identifier of a selector has for an AMQP message. */
class AmqpMessageInspectorTest {
    private static final AmqpValue BODY = new AmqpValue("hello");
    private static final UUID ID = new UUID(1, 2);

    private final AmqpMessageInspector inspector = new AmqpMessageInspector();

    private Fields fields(Object... sections) {
        return inspector.open(stored(sections));
    }

    private Fields withMessageId(Object id) {
        Properties properties = new Properties();
        properties.setMessageId(id);
        return fields(properties, BODY);
    }

    private Fields withCorrelationId(Object id) {
        Properties properties = new Properties();
        properties.setCorrelationId(id);
        return fields(properties, BODY);
    }

    private Object applicationProperty(Object value) {
        return fields(new ApplicationProperties(Map.of("name", value)), BODY).get("name");
    }

    private static Properties fullProperties() {
        Properties properties = new Properties();
        properties.setMessageId("ID:1");
        properties.setUserId(new Binary("joe".getBytes()));
        properties.setTo("q");
        properties.setSubject("news");
        properties.setReplyTo("r");
        properties.setCorrelationId("c");
        properties.setContentType(Symbol.valueOf("text/plain"));
        properties.setContentEncoding(Symbol.valueOf("gzip"));
        properties.setAbsoluteExpiryTime(new Date(3_000));
        properties.setCreationTime(new Date(2_000));
        properties.setGroupId("g");
        properties.setGroupSequence(UnsignedInteger.valueOf(-1));
        properties.setReplyToGroupId("rg");
        return properties;
    }

    @ParameterizedTest
    @CsvSource({
        "JMSMessageID, ID:1",
        "JMSCorrelationID, c",
        "JMSTimestamp, 2000",
        "JMSType, news",
        "JMSXGroupID, g",
        "JMSXGroupSeq, -1",
        "JMSXUserID, joe",
        "JMSDeliveryMode, NON_PERSISTENT",
        "JMSPriority, 4",
        "amqp.message_id, ID:1",
        "amqp.correlation_id, c",
        "amqp.user_id, joe",
        "amqp.to, q",
        "amqp.subject, news",
        "amqp.reply_to, r",
        "amqp.content_type, text/plain",
        "amqp.content_encoding, gzip",
        "amqp.absolute_expiry_time, 3000",
        "amqp.creation_time, 2000",
        "amqp.group_id, g",
        "amqp.group_sequence, 4294967295",
        "amqp.reply_to_group_id, rg",
        "amqp.reply-to-group-id, rg",
        "amqp.message-id, ID:1",
        "amqp.priority, 4",
        "amqp.durable, false",
    })
    void headersAndProperties(String identifier, String expected) {
        assertEquals(expected, String.valueOf(fields(fullProperties(), BODY).get(identifier)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "JMSMessageID",
                "JMSCorrelationID",
                "JMSTimestamp",
                "JMSType",
                "JMSXGroupID",
                "JMSXGroupSeq",
                "JMSXUserID",
                "JMS_AMQP_TTL",
                "amqp.message_id",
                "amqp.to",
                "amqp.no_such_field",
                "amqp.annotation.x",
                "m.x",
                "anything"
            })
    void absentIsNull(String identifier) {
        assertNull(fields(BODY).get(identifier));
        assertNull(fields(new Properties(), new ApplicationProperties(Map.of()), BODY)
                .get(identifier));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "JMSDestination",
                "JMSReplyTo",
                "JMSExpiration",
                "JMSRedelivered",
                "JMSDeliveryTime",
                "JMSXDeliveryCount"
            })
    void headersThatCannotBeSelectedAreNull(String identifier) {
        Properties properties = fullProperties();
        Map<String, Object> sameName = Map.of(identifier, "value");

        assertNull(fields(properties, new ApplicationProperties(sameName), BODY).get(identifier));
    }

    @Test
    void deliveryModeAndPriorityComeFromTheHeader() {
        Header header = new Header();
        header.setDurable(true);
        header.setPriority(UnsignedByte.valueOf((byte) 8));
        Fields fields = fields(header, BODY);

        assertEquals("PERSISTENT", fields.get("JMSDeliveryMode"));
        assertEquals(8, fields.get("JMSPriority"));
        assertEquals(true, fields.get("amqp.durable"));
        assertEquals(8, fields.get("amqp.priority"));
    }

    @Test
    void messageIdHasTheTextJmsShows() {
        assertEquals("ID:x", withMessageId("ID:x").get("JMSMessageID"));
        assertEquals("ID:AMQP_NO_PREFIX:x", withMessageId("x").get("JMSMessageID"));
        assertEquals("ID:AMQP_UUID:" + ID, withMessageId(ID).get("JMSMessageID"));
        assertEquals(
                "ID:AMQP_ULONG:18446744073709551615",
                withMessageId(UnsignedLong.valueOf(-1)).get("JMSMessageID"));
        assertEquals("ID:AMQP_ULONG:0", withMessageId(UnsignedLong.ZERO).get("JMSMessageID"));
        assertEquals(
                "ID:AMQP_BINARY:01FF",
                withMessageId(new Binary(new byte[] {1, -1})).get("JMSMessageID"));
    }

    @Test
    void correlationIdOfAnApplicationStaysAsItIs() {
        assertEquals("order 5", withCorrelationId("order 5").get("JMSCorrelationID"));
        assertEquals("ID:x", withCorrelationId("ID:x").get("JMSCorrelationID"));
        assertEquals("ID:AMQP_UUID:" + ID, withCorrelationId(ID).get("JMSCorrelationID"));
    }

    @Test
    void idsUnderTheirAmqpNamesAreAsOnTheWire() {
        assertEquals("x", withMessageId("x").get("amqp.message_id"));
        assertEquals(ID.toString(), withMessageId(ID).get("amqp.message_id"));
        assertEquals(7L, withMessageId(UnsignedLong.valueOf(7)).get("amqp.message_id"));
        assertNull(withMessageId(new Binary(new byte[] {1})).get("amqp.message_id"));
    }

    @Test
    void applicationPropertiesKeepTheirType() {
        assertEquals("text", applicationProperty("text"));
        assertEquals("symbol", applicationProperty(Symbol.valueOf("symbol")));
        assertEquals("c", applicationProperty('c'));
        assertEquals(true, applicationProperty(true));
        assertEquals(-5L, applicationProperty((byte) -5));
        assertEquals(-300L, applicationProperty((short) -300));
        assertEquals(-70_000L, applicationProperty(-70_000));
        assertEquals(-5L, applicationProperty(-5));
        assertEquals(Long.MIN_VALUE, applicationProperty(Long.MIN_VALUE));
        assertEquals(1.5, applicationProperty(1.5f));
        assertEquals(2.25, applicationProperty(2.25));
        assertEquals(255L, applicationProperty(UnsignedByte.valueOf((byte) -1)));
        assertEquals(65_535L, applicationProperty(UnsignedShort.valueOf((short) -1)));
        assertEquals(4_294_967_295L, applicationProperty(UnsignedInteger.valueOf(-1)));
        assertEquals(0L, applicationProperty(UnsignedInteger.ZERO));
        assertEquals(-1L, applicationProperty(UnsignedLong.valueOf(-1)));
        assertEquals(1_000L, applicationProperty(new Date(1_000)));
    }

    @Test
    void typesSelectorsCannotCompareAreNull() {
        assertNull(applicationProperty(new Binary(new byte[] {1})));
        assertNull(applicationProperty(ID));
        assertNull(applicationProperty(List.of(1)));
        assertNull(applicationProperty(Map.of("a", 1)));
    }

    @Test
    void annotationsOfTheBrokerHideTheMessagesOwn() {
        MessageAnnotations own = new MessageAnnotations(
                new HashMap<>(Map.of(Symbol.valueOf("x-opt-a"), "own", Symbol.valueOf("x-opt-b"), 5)));
        Message message = stored(own, BODY).withAdded(Annotations.of(Map.of("x-opt-a", "added", "x-opt-c", 7L)));

        Fields fields = inspector.open(message);

        assertEquals("added", fields.get("amqp.annotation.x-opt-a"));
        assertEquals(5L, fields.get("amqp.annotation.x-opt-b"));
        assertEquals(7L, fields.get("m.x-opt-c"));
        assertEquals("added", fields.get("m.x-opt-a"));
    }

    @Test
    void namesAreComparedAsUnicode() {
        Fields fields = fields(new ApplicationProperties(Map.of("Größe", 5, "Gr", 6)), BODY);

        assertEquals(5L, fields.get("Größe"));
        assertEquals(6L, fields.get("Gr"));
        assertNull(fields.get("größe"));
    }

    @Test
    void brokenSectionsReadAsAbsent() {
        byte[] properties = hex("00 53 73 c0 03 05 a1 7f");
        byte[] applicationProperties = hex("00 53 74 c1 02 02 57");
        Message message = stored(concatenated(properties, applicationProperties, values(BODY)));

        Fields fields = inspector.open(message);

        assertNull(fields.get("JMSMessageID"));
        assertNull(fields.get("amqp.to"));
        assertNull(fields.get("any"));
        assertEquals(4, fields.get("JMSPriority"));
    }

    @Test
    void readingOneSectionDoesNotStrayIntoTheNext() {
        // The list claims more fields than it has bytes for; the next section's bytes would do as fields.
        byte[] properties = hex("00 53 73 c0 02 06 40");
        Message message = stored(concatenated(properties, values(BODY)));

        assertNull(inspector.open(message).get("amqp.to"));
    }

    @Test
    void selectorsFindWhatTheyName() {
        Properties properties = fullProperties();
        Message message = stored(properties, new ApplicationProperties(Map.of("price", 12.5f, "kind", "a_b")), BODY);

        String text = "price > 12 AND kind LIKE 'a\\_b' ESCAPE '\\' AND JMSType = 'news' AND amqp.to = 'q'"
                + " AND JMSXGroupSeq = -1 AND JMSTimestamp BETWEEN 1999 AND 2001 AND none IS NULL";

        assertTrue(Selector.parse(text).matches(inspector.open(message)));
    }
}
