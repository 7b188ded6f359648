// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids keep their AMQP type on the way through JMS. */
class MessageIdsTest {

    @ParameterizedTest
    @CsvSource({
        "ID:x, ID:x, ID:x",
        "x, ID:AMQP_NO_PREFIX:x, x",
        "ID:AMQP_UUID:x, ID:AMQP_STRING:ID:AMQP_UUID:x, ID:AMQP_STRING:ID:AMQP_UUID:x",
        "ID:AMQP_STRING:x, ID:AMQP_STRING:ID:AMQP_STRING:x, ID:AMQP_STRING:ID:AMQP_STRING:x",
        "ID:AMQP_NO_PREFIX:x, ID:AMQP_STRING:ID:AMQP_NO_PREFIX:x, ID:AMQP_STRING:ID:AMQP_NO_PREFIX:x",
        "AMQP_UUID:x, ID:AMQP_NO_PREFIX:AMQP_UUID:x, AMQP_UUID:x",
    })
    void strings(String id, String messageIdText, String correlationIdText) {
        assertEquals(messageIdText, MessageIds.messageIdText(id));
        assertEquals(correlationIdText, MessageIds.correlationIdText(id));
        assertEquals(id, MessageIds.value(messageIdText));
        assertEquals(id, MessageIds.value(correlationIdText));
    }

    @Test
    void otherTypesComeBackAsThemselves() {
        List<Object> ids = List.of(
                new UUID(3, 4),
                UnsignedLong.ZERO,
                UnsignedLong.valueOf(-1),
                new Binary(new byte[] {0, 10, -1}),
                new Binary(new byte[0]));

        for (Object id : ids) {
            assertEquals(id, MessageIds.value(MessageIds.messageIdText(id)));
            assertEquals(MessageIds.messageIdText(id), MessageIds.correlationIdText(id));
        }
    }

    @Test
    void binaryIsUpperCaseHex() {
        assertEquals("ID:AMQP_BINARY:0AFF", MessageIds.messageIdText(new Binary(new byte[] {10, -1})));
        assertEquals(new Binary(new byte[] {10, -1}), MessageIds.value("ID:AMQP_BINARY:0aff"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ID:AMQP_UUID:x", "ID:AMQP_ULONG:x", "ID:AMQP_ULONG:", "ID:AMQP_BINARY:0", "ID:AMQP_BINARY:xy"})
    void textsThatAreNotWhatTheyAnnounce(String text) {
        assertThrows(IllegalArgumentException.class, () -> MessageIds.value(text));
    }

    @Test
    void otherTypesAreNoIds() {
        assertThrows(IllegalArgumentException.class, () -> MessageIds.messageIdText(5));
    }
}
