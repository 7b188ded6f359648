// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static io.postrider.amqp.codec.Encoded.stored;
import static io.postrider.amqp.codec.Encoded.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What consumers see of a stored message's header and annotations, read with Proton-J's codec. */
class DeliveryPrefixTest {
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final AmqpValue BODY = new AmqpValue("hello");

    private final DeliveryPrefix prefix = new DeliveryPrefix();

    private byte[] delivered(Message message, int deliveryCount) {
        prefix.encode(message, deliveryCount, NOW_MS);
        byte[] front = Arrays.copyOf(prefix.array(), prefix.length());
        byte[] rest = Arrays.copyOfRange(message.encoded(), prefix.storedFrom(), message.encoded().length);
        assertEquals(ByteBuffer.wrap(front), prefix.bytes());
        return Encoded.concatenated(front, rest);
    }

    private Header header(Message message, int deliveryCount) {
        return Encoded.proton(delivered(message, deliveryCount)).getHeader();
    }

    private static Message message(boolean isDurable, int priority, long expiresAtMs) {
        return new Message(values(BODY), 0, isDurable, priority, expiresAtMs, Message.NEVER, Annotations.NONE);
    }

    @Test
    void bareMessageIsUnchanged() {
        RandomMessages messages = new RandomMessages(7);
        for (int run = 0; run < 1_000; run++) {
            Message message = stored(Encoded.message(messages.next()));

            byte[] payload = delivered(message, run % 3);

            assertArrayEquals(
                    message.encoded(),
                    Arrays.copyOfRange(payload, payload.length - message.encoded().length, payload.length));
            assertEquals(0, prefix.storedFrom());
        }
    }

    @Test
    void firstDeliveryIsToTheFirstAcquirer() {
        Header header = header(message(true, 4, Message.NEVER), 0);

        assertTrue(header.getDurable());
        assertNull(header.getPriority());
        assertNull(header.getTtl());
        assertTrue(header.getFirstAcquirer());
        assertNull(header.getDeliveryCount());
    }

    @ParameterizedTest
    @CsvSource({"1", "255", "256", "2147483647"})
    void laterDeliveriesTellTheCount(int deliveryCount) {
        Header header = header(message(false, 4, Message.NEVER), deliveryCount);

        assertFalse(header.getDurable());
        assertFalse(header.getFirstAcquirer());
        assertEquals(UnsignedInteger.valueOf(deliveryCount), header.getDeliveryCount());
    }

    @ParameterizedTest
    @CsvSource({"0", "3", "5", "9"})
    void priorityIsWrittenUnlessDefault(int priority) {
        assertEquals(
                UnsignedByte.valueOf((byte) priority),
                header(message(true, priority, Message.NEVER), 0).getPriority());
    }

    @ParameterizedTest
    @CsvSource({"30000, 30000", "1, 1", "0, 1", "-5, 1", "200, 200", "4294967295, 4294967295", "4294967300, 4294967295"
    })
    void timeToLiveIsWhatRemains(long remainingMs, long expected) {
        assertEquals(
                UnsignedInteger.valueOf(expected),
                header(message(true, 4, NOW_MS + remainingMs), 0).getTtl());
    }

    @Test
    void absoluteExpiryTimeIsNeverTouched() {
        Properties properties = new Properties();
        properties.setAbsoluteExpiryTime(new java.util.Date(NOW_MS - 1));
        Message message = stored(properties, BODY);

        org.apache.qpid.proton.message.Message delivered = Encoded.proton(delivered(message, 0));

        assertEquals(
                NOW_MS - 1, delivered.getProperties().getAbsoluteExpiryTime().getTime());
        assertEquals(UnsignedInteger.valueOf(1), delivered.getHeader().getTtl());
    }

    @Test
    void addedAnnotationsAreMergedOverTheMessagesOwn() {
        MessageAnnotations own = new MessageAnnotations(new HashMap<>(Map.of(
                Symbol.valueOf("x-opt-kept"),
                List.of(1, 2),
                Symbol.valueOf("x-opt-replaced"),
                "old",
                Symbol.valueOf("x-opt-jms-msg-type"),
                (byte) 5)));
        Message message = stored(own, new Properties(), BODY)
                .withAdded(Annotations.of(Map.of("x-opt-replaced", "new", "x-opt-added", 7L)));

        byte[] payload = delivered(message, 2);

        org.apache.qpid.proton.message.Message delivered = Encoded.proton(payload);
        assertEquals(
                Map.of(
                        Symbol.valueOf("x-opt-kept"),
                        List.of(1, 2),
                        Symbol.valueOf("x-opt-replaced"),
                        "new",
                        Symbol.valueOf("x-opt-jms-msg-type"),
                        (byte) 5,
                        Symbol.valueOf("x-opt-added"),
                        7L),
                delivered.getMessageAnnotations().getValue());
        assertEquals(message.annotationsLength(), prefix.storedFrom());
        assertEquals("hello", ((AmqpValue) delivered.getBody()).getValue());
    }

    @Test
    void addedAnnotationsOfEveryTypeWithoutOwnOnes() {
        Map<String, Object> added = new HashMap<>();
        added.put("s", "text");
        added.put("long", "x".repeat(300));
        added.put("b", true);
        added.put("i8", (byte) -1);
        added.put("i16", (short) -300);
        added.put("i32", -70_000);
        added.put("i64", Long.MIN_VALUE);
        added.put("f", 1.5f);
        added.put("d", -2.25);
        added.put("bin", new byte[] {1, 2, 3});
        Message message = stored(BODY).withAdded(Annotations.of(added));

        Map<Symbol, Object> delivered =
                Encoded.proton(delivered(message, 0)).getMessageAnnotations().getValue();

        assertEquals(added.size(), delivered.size());
        added.put("bin", new Binary(new byte[] {1, 2, 3}));
        added.forEach((key, value) -> assertEquals(value, delivered.get(Symbol.valueOf(key)), key));
    }

    @Test
    void nothingOfOneDeliveryIsLeftForTheNext() {
        Message large = stored(BODY).withAdded(Annotations.of(Map.of("x-opt-large", "x".repeat(100_000))));
        Message small = stored(BODY);

        delivered(large, 3);
        byte[] payload = delivered(small, 0);

        assertNull(Encoded.proton(payload).getMessageAnnotations());
        assertTrue(prefix.array().length < 1_000, "the large array is not kept");
    }
}
