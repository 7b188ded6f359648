// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static io.postrider.amqp.codec.Encoded.concatenated;
import static io.postrider.amqp.codec.Encoded.hex;
import static io.postrider.amqp.codec.Encoded.stored;
import static io.postrider.amqp.codec.Encoded.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postrider.api.address.AddressKind;
import io.postrider.api.message.Message;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the anonymous relay routes by. */
class MessageAddressTest {
    private static final AmqpValue BODY = new AmqpValue("hello");

    private static MessageAddress withAnnotation(String key, Object value) {
        return MessageAddress.of(stored(new MessageAnnotations(Map.of(Symbol.valueOf(key), value)), BODY));
    }

    @Test
    void addressAndSubjectComeFromTheProperties() {
        Properties properties = new Properties();
        properties.setTo("orders");
        properties.setSubject("new");

        assertEquals(new MessageAddress("orders", "new", null), MessageAddress.of(stored(properties, BODY)));
        assertEquals(new MessageAddress(null, null, null), MessageAddress.of(stored(BODY)));
    }

    @ParameterizedTest
    @CsvSource({"0, QUEUE", "1, TOPIC", "2, QUEUE", "3, TOPIC", "4,", "-1,"})
    void kindIsWhatJmsSaid(byte code, AddressKind expected) {
        assertEquals(expected, withAnnotation("x-opt-jms-dest", code).kind());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"queue; QUEUE", "topic; TOPIC", "queue,temporary; QUEUE", "temporary,topic; TOPIC", "other;"})
    void legacyKindIsRead(String text, AddressKind expected) {
        assertEquals(expected, withAnnotation("x-opt-to-type", text).kind());
    }

    @Test
    void otherTypesOfTheAnnotationSayNothing() {
        assertEquals(null, withAnnotation("x-opt-jms-dest", "queue").kind());
    }

    @Test
    void brokenPropertiesAreRefused() {
        Message message = stored(concatenated(hex("00 53 73 c0 02 06 40"), values(BODY)));

        assertThrows(UndecodableMessageException.class, () -> MessageAddress.of(message));
    }
}
