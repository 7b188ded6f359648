// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector.Fields;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bytes nobody should send: mutations of valid messages, noise, and shapes made to exhaust something. Nothing but {@link
 * UndecodableMessageException} may come of them, and whatever was accepted must be deliverable and readable.
 */
class HostileBytesTest {
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final Annotations ADDED = Annotations.of(Map.of("x-opt-ORIG-QUEUE", "q", "x-opt-1", 5));
    private static final String[] IDENTIFIERS = {
        "JMSMessageID",
        "JMSCorrelationID",
        "JMSTimestamp",
        "JMSType",
        "JMSXGroupSeq",
        "JMSXUserID",
        "amqp.annotation.x-opt-7",
        "m.x-opt-none",
        "amqp.to",
        "key5",
        "none"
    };

    private final MessageDecoder decoder = new MessageDecoder();
    private final DeliveryPrefix prefix = new DeliveryPrefix();
    private final AmqpMessageInspector inspector = new AmqpMessageInspector();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void mutatedMessagesAreRefusedOrHarmless(long seed) {
        Random random = new Random(seed);
        RandomMessages messages = new RandomMessages(seed);
        int accepted = 0;
        for (int run = 0; run < 500; run++) {
            byte[] original = Encoded.message(messages.next());
            for (int mutation = 0; mutation < 50; mutation++) {
                byte[] payload = mutated(original, random);
                accepted += survives(payload) ? 1 : 0;
            }
        }

        assertTrue(accepted > 1_000, "only " + accepted + " mutations were accepted: the run shows little");
    }

    @Test
    void noiseIsRefusedOrHarmless() {
        Random random = new Random(5);
        for (int run = 0; run < 100_000; run++) {
            byte[] payload = new byte[1 + random.nextInt(40)];
            random.nextBytes(payload);
            // Most noise ends at its first byte: let it get further.
            payload[0] = 0;
            if (payload.length > 3) {
                payload[1] = 0x53;
                payload[2] = (byte) (0x70 + random.nextInt(9));
            }
            survives(payload);
        }

        assertNotNull(Encoded.stored(Encoded.hex("00 53 77 40")));
    }

    @Test
    void endlessDescriptorsTakeLinearTime() {
        byte[] payload = new byte[1 << 20];
        payload[1] = 0x53;
        payload[2] = 0x77;

        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThrows(
                        UndecodableMessageException.class, () -> decoder.decode(ByteBuffer.wrap(payload), NOW_MS)));
    }

    @Test
    void millionsOfTinySectionsTakeLinearTime() {
        byte[] payload = new byte[5 * 500_000];
        for (int at = 0; at < payload.length; at += 5) {
            payload[at + 1] = 0x53;
            payload[at + 2] = 0x75;
            payload[at + 3] = (byte) 0xa0;
        }

        Message message = assertTimeoutPreemptively(
                Duration.ofSeconds(10), () -> decoder.decode(ByteBuffer.wrap(payload), NOW_MS));

        assertEquals(payload.length, message.sizeBytes());
    }

    private static byte[] mutated(byte[] original, Random random) {
        byte[] payload = original.clone();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            // The structure is mostly at the front; a body of random bytes takes any change.
            int at = random.nextInt(random.nextBoolean() ? payload.length : Math.min(64, payload.length));
            payload[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) random.nextInt();
                case 1 -> (byte) (payload[at] ^ 1 << random.nextInt(8));
                case 2 -> (byte) 0xff;
                default -> payload[random.nextInt(payload.length)];
            };
        }
        return random.nextInt(10) == 0 ? java.util.Arrays.copyOf(payload, random.nextInt(payload.length + 1)) : payload;
    }

    /** Whether the payload was accepted, after everything the broker might do with it was done. */
    private boolean survives(byte[] payload) {
        Message message;
        try {
            message = decoder.decode(ByteBuffer.wrap(payload), NOW_MS);
        } catch (UndecodableMessageException e) {
            return false;
        }
        assertTrue(message.sizeBytes() <= payload.length);
        prefix.encode(message, 0, NOW_MS);
        prefix.encode(message.withAdded(ADDED), 3, NOW_MS);
        Message delivered = decoder.decode(
                ByteBuffer.wrap(Encoded.concatenated(
                        java.util.Arrays.copyOf(prefix.array(), prefix.length()),
                        java.util.Arrays.copyOfRange(
                                message.encoded(), prefix.storedFrom(), message.encoded().length))),
                NOW_MS);
        assertEquals(message.isDurable(), delivered.isDurable());
        Fields fields = inspector.open(message);
        for (String identifier : IDENTIFIERS) {
            Object value = fields.get(identifier);
            assertTrue(value == null || value instanceof String || value instanceof Number || value instanceof Boolean);
        }
        try {
            MessageAddress.of(message);
        } catch (UndecodableMessageException e) {
            assertNotNull(e.getMessage());
        }
        return true;
    }
}
