// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.jms.JMSException;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Text forms of ids, there and back. */
class MessageIdsTest {
    private static final UUID ID = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");

    @Test
    void everyWireTypeHasATextThatLeadsBack() throws JMSException {
        assertEquals("ID:x", MessageIds.toMessageId("ID:x"));
        assertEquals("ID:x", MessageIds.toWire("ID:x"));

        assertEquals("ID:AMQP_NO_PREFIX:x", MessageIds.toMessageId("x"));
        assertEquals("x", MessageIds.toWire("ID:AMQP_NO_PREFIX:x"));

        assertEquals("ID:AMQP_UUID:" + ID, MessageIds.toMessageId(ID));
        assertEquals(ID, MessageIds.toWire("ID:AMQP_UUID:" + ID));

        assertEquals("ID:AMQP_ULONG:18446744073709551615", MessageIds.toMessageId(-1L));
        assertEquals(-1L, MessageIds.toWire("ID:AMQP_ULONG:18446744073709551615"));

        assertEquals("ID:AMQP_BINARY:00FF", MessageIds.toMessageId(new byte[] {0, -1}));
        assertArrayEquals(new byte[] {0, -1}, (byte[]) MessageIds.toWire("ID:AMQP_BINARY:00FF"));
    }

    @Test
    void stringThatLooksEncodedIsMarkedAsString() throws JMSException {
        String tricky = "ID:AMQP_ULONG:7";

        String shown = MessageIds.toMessageId(tricky);

        assertEquals("ID:AMQP_STRING:ID:AMQP_ULONG:7", shown);
        assertEquals(tricky, MessageIds.toWire(shown));
    }

    @Test
    void correlationStringsStayAsTheyAre() {
        assertEquals("order 7", MessageIds.toCorrelationId("order 7"));
        assertEquals("ID:AMQP_UUID:" + ID, MessageIds.toCorrelationId(ID));
        assertNull(MessageIds.toCorrelationId(null));
    }

    @Test
    void idThatIsNotWhatItSaysIsRefused() {
        assertThrows(JMSException.class, () -> MessageIds.toWire("ID:AMQP_UUID:nonsense"));
        assertThrows(JMSException.class, () -> MessageIds.toWire("ID:AMQP_ULONG:-1"));
        assertThrows(JMSException.class, () -> MessageIds.toWire("ID:AMQP_BINARY:0"));
    }
}
