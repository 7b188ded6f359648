// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import static io.postrider.amqp.codec.Encoded.concatenated;
import static io.postrider.amqp.codec.Encoded.hex;
import static io.postrider.amqp.codec.Encoded.stored;
import static io.postrider.amqp.codec.Encoded.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.message.Message;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the broker takes from a payload and what it keeps (AMQP 1.0 §3.2), with Proton-J's codec as the oracle. */
class MessageDecoderTest {
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final AmqpValue BODY = new AmqpValue("hello");

    private final MessageDecoder decoder = new MessageDecoder();

    private Message decode(Object... sections) {
        return decoder.decode(ByteBuffer.wrap(values(sections)), NOW_MS);
    }

    private UndecodableMessageException refusal(byte[] payload) {
        return assertThrows(UndecodableMessageException.class, () -> decoder.decode(ByteBuffer.wrap(payload), NOW_MS));
    }

    @Nested
    class Stores {

        @Test
        void everythingFromTheMessageAnnotationsOnByteForByte() {
            RandomMessages messages = new RandomMessages(42);
            for (int run = 0; run < 2_000; run++) {
                org.apache.qpid.proton.message.Message original = messages.next();
                byte[] payload = Encoded.message(original);
                original.setHeader(null);
                original.setDeliveryAnnotations(null);
                byte[] expected = Encoded.message(original);

                Message message = decoder.decode(ByteBuffer.wrap(payload), NOW_MS);

                assertArrayEquals(expected, message.encoded(), "run " + run);
                int annotationsLength =
                        original.getMessageAnnotations() == null ? 0 : values(original.getMessageAnnotations()).length;
                assertEquals(annotationsLength, message.annotationsLength(), "run " + run);
            }
        }

        @Test
        void fromDirectBuffersAndFromTheirMiddle() {
            byte[] payload = values(new Header(), new MessageAnnotations(Map.of(Symbol.valueOf("k"), 1)), BODY);
            ByteBuffer direct = ByteBuffer.allocateDirect(payload.length + 7);
            direct.position(5).put(5, payload).limit(5 + payload.length);

            Message message = decoder.decode(direct, NOW_MS);

            assertArrayEquals(stored(payload).encoded(), message.encoded());
            assertEquals(5, direct.position());
        }

        @Test
        void repeatedDataAndSequenceSections() {
            Data data = new Data(new Binary(new byte[] {1, 2}));
            AmqpSequence sequence = new AmqpSequence(List.of("a"));

            assertArrayEquals(
                    values(data, data, data),
                    decode(new Header(), data, data, data).encoded());
            assertArrayEquals(
                    values(sequence, sequence), decode(sequence, sequence).encoded());
        }

        @Test
        void messagesWithoutBody() {
            assertEquals(0, decode(new Header()).sizeBytes());
            assertArrayEquals(values(new Properties()), decode(new Properties()).encoded());
        }

        @Test
        void sectionsWithSymbolsAsDescriptors() {
            byte[] header = concatenated(hex("00 a3 10"), "amqp:header:list".getBytes(), hex("c0 02 01 41"));
            byte[] body = concatenated(hex("00 b3 00 00 00 11"), "amqp:amqp-value:*".getBytes(), hex("40"));

            Message message = stored(concatenated(header, body));

            assertTrue(message.isDurable());
            assertArrayEquals(body, message.encoded());
        }

        @Test
        void sectionsWithLongDescriptorsAndLongLists() {
            byte[] header = hex("00 80 0000000000000070 d0 00000007 00000002 41 50 07");
            byte[] body = hex("00 80 0000000000000077 40");

            Message message = stored(concatenated(header, body));

            assertTrue(message.isDurable());
            assertEquals(7, message.priority());
            assertArrayEquals(body, message.encoded());
        }
    }

    @Nested
    class ReadsHeader {

        @Test
        void absentMeansDefaults() {
            Message message = decode(BODY);

            assertFalse(message.isDurable());
            assertEquals(Message.PRIORITY_DEFAULT, message.priority());
            assertEquals(Message.NEVER, message.expiresAtMs());
            assertEquals(Message.NEVER, message.deliverAtMs());
        }

        @Test
        void emptyListMeansDefaults() {
            assertFalse(stored(hex("00 53 70 45 00 53 77 40")).isDurable());
        }

        @ParameterizedTest
        @CsvSource({"0, 0", "4, 4", "9, 9", "10, 9", "255, 9"})
        void priorityIsAtMostNine(int onTheWire, int expected) {
            Header header = new Header();
            header.setPriority(UnsignedByte.valueOf((byte) onTheWire));

            assertEquals(expected, decode(header, BODY).priority());
        }

        @ParameterizedTest
        @ValueSource(strings = {"41", "56 01"})
        void durableInBothEncodings(String encoding) {
            byte[] field = hex(encoding);
            byte[] header = concatenated(hex("00 53 70 c0"), new byte[] {(byte) (1 + field.length), 1}, field);

            assertTrue(stored(concatenated(header, values(BODY))).isDurable());
        }

        @Test
        void timeToLiveStartsNow() {
            Header header = new Header();
            header.setTtl(UnsignedInteger.valueOf(30_000));

            assertEquals(NOW_MS + 30_000, decode(header, BODY).expiresAtMs());
        }

        @Test
        void longestTimeToLiveIsUnsigned() {
            Header header = new Header();
            header.setTtl(UnsignedInteger.MAX_VALUE);

            assertEquals(NOW_MS + 0xffff_ffffL, decode(header, BODY).expiresAtMs());
        }

        @Test
        void timeToLiveOfZeroMeansNone() {
            Header header = new Header();
            header.setTtl(UnsignedInteger.ZERO);

            assertEquals(Message.NEVER, decode(header, BODY).expiresAtMs());
        }

        @Test
        void absoluteExpiryCountsOnlyWithoutTimeToLive() {
            Properties properties = new Properties();
            properties.setAbsoluteExpiryTime(new Date(NOW_MS + 5_000));
            Header header = new Header();
            header.setTtl(UnsignedInteger.valueOf(30_000));

            assertEquals(NOW_MS + 5_000, decode(properties, BODY).expiresAtMs());
            assertEquals(NOW_MS + 5_000, decode(new Header(), properties, BODY).expiresAtMs());
            assertEquals(NOW_MS + 30_000, decode(header, properties, BODY).expiresAtMs());
        }

        @Test
        void senderCannotSetDeliveryCount() {
            Header header = new Header();
            header.setDeliveryCount(UnsignedInteger.valueOf(50));

            assertArrayEquals(values(BODY), decode(header, BODY).encoded());
        }
    }

    @Nested
    class ReadsAnnotations {

        private Message withAnnotation(String key, Object value) {
            return decode(new MessageAnnotations(Map.of(Symbol.valueOf(key), value)), BODY);
        }

        @Test
        void deliveryTimeIsAbsolute() {
            assertEquals(
                    NOW_MS + 9,
                    withAnnotation("x-opt-delivery-time", NOW_MS + 9).deliverAtMs());
            assertEquals(
                    NOW_MS + 9,
                    withAnnotation("x-opt-delivery-time", new Date(NOW_MS + 9)).deliverAtMs());
        }

        @Test
        void deliveryDelayStartsNow() {
            assertEquals(
                    NOW_MS + 1_000,
                    withAnnotation("x-opt-delivery-delay", 1_000).deliverAtMs());
            assertEquals(
                    NOW_MS + 1_000,
                    withAnnotation("x-opt-delivery-delay", UnsignedLong.valueOf(1_000))
                            .deliverAtMs());
        }

        @Test
        void deliveryTimeWinsOverDelay() {
            MessageAnnotations both = new MessageAnnotations(Map.of(
                    Symbol.valueOf("x-opt-delivery-delay"), 1_000L, Symbol.valueOf("x-opt-delivery-time"), NOW_MS + 5));

            assertEquals(NOW_MS + 5, decode(both, BODY).deliverAtMs());
        }

        @Test
        void nonsenseTimesMeanNone() {
            assertEquals(
                    Message.NEVER, withAnnotation("x-opt-delivery-delay", -5L).deliverAtMs());
            assertEquals(
                    Message.NEVER, withAnnotation("x-opt-delivery-time", -5L).deliverAtMs());
            assertEquals(
                    Message.NEVER, withAnnotation("x-opt-delivery-time", "soon").deliverAtMs());
            assertEquals(
                    Long.MAX_VALUE,
                    withAnnotation("x-opt-delivery-delay", Long.MAX_VALUE).deliverAtMs());
        }
    }

    @Nested
    class Refuses {

        @Test
        void emptyPayload() {
            assertEquals(
                    "Expected a message, but the payload is empty [message, byte 0]",
                    refusal(new byte[0]).getMessage());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "40", // no section
                    "00 53 6f 45", // unknown descriptors
                    "00 53 79 45",
                    "00 43 45",
                    "00 a3 01 61 45",
                    "00 00 53 70 45 45",
                    "00", // cut short
                    "00 53",
                    "00 53 70",
                    "00 53 70 c0",
                    "00 53 70 c0 05",
                    "00 53 70 c0 05 01 41",
                    "00 80 00 00",
                    "00 53 77",
                    "00 53 77 b1 ff ff ff ff 61",
                    "00 53 77 b1 7f ff ff ff 61",
                    "00 53 75 a0 05 01",
                    "00 53 70 c1 01 00", // wrong shapes
                    "00 53 72 45",
                    "00 53 73 40",
                    "00 53 74 a1 00",
                    "00 53 75 a1 00",
                    "00 53 76 c1 01 00",
                    "00 53 78 45",
                    "00 53 70 c0 00", // sizes too small for their counts
                    "00 53 70 d0 00 00 00 03 00 00 00",
                    "00 53 72 d1 00 00 00 00",
                    "00 53 77 57", // no type of AMQP
                    "00 53 77 3f",
                    "00 53 77 a2 00",
                    "00 53 70 c0 02 01 40 00 53 70 45", // order
                    "00 53 73 45 00 53 72 c1 01 00 00 53 77 40",
                    "00 53 77 40 00 53 70 45",
                    "00 53 78 c1 01 00 00 53 77 40",
                    "00 53 77 40 00 53 77 40", // bodies
                    "00 53 75 a0 00 00 53 76 45",
                    "00 53 76 45 00 53 77 40",
                    "00 53 77 40 00 53 75 a0 00",
                    "00 53 70 c0 02 01 a1 00 53 77 40", // header fields
                    "00 53 70 c0 02 01 43 00 53 77 40",
                    "00 53 70 c0 03 02 40 43 00 53 77 40",
                    "00 53 70 c0 04 03 40 40 55 05 00 53 77 40",
                    "00 53 70 c0 05 04 40 40 40 43 00 53 77 40",
                    "00 53 70 c0 07 06 40 40 40 40 40 41 00 53 77 40",
                    "00 53 70 c0 01 02 00 53 77 40", // counts beyond the size
                    "00 53 70 d0 00 00 00 04 ff ff ff ff 00 53 77 40",
                    "00 53 72 c1 01 02 00 53 77 40",
                    "00 53 72 c1 02 01 40 00 53 77 40",
                    "00 53 72 d1 00 00 00 04 7f ff ff fe 00 53 77 40",
                    "00 53 72 c1 05 02 a3 01 61 a1 00 53 77 40",
                    "00 53 74 c1 02 01 40 00 53 77 40",
                    "00 53 73 c0 01 09 00 53 77 40",
                })
        void whatIsNoMessage(String payload) {
            UndecodableMessageException refusal = refusal(hex(payload));

            assertTrue(refusal.getMessage().matches(".* \\[[a-zA-Z_]+, byte \\d+]"), refusal.getMessage());
        }

        @Test
        void namesSectionAndPosition() {
            assertEquals(
                    "Expected a boolean, but found type 0x43 [HEADER, byte 6]",
                    refusal(hex("00 53 70 c0 02 01 43")).getMessage());
            assertEquals(
                    "Expected no section PROPERTIES after AMQP_VALUE [PROPERTIES, byte 4]",
                    refusal(hex("00 53 77 40 00 53 73 45")).getMessage());
        }

        @Test
        void everyMessageThatIsCutShort() {
            Header header = new Header();
            header.setDurable(true);
            byte[] payload = values(
                    header,
                    new DeliveryAnnotations(Map.of(Symbol.valueOf("a"), "b")),
                    new MessageAnnotations(Map.of(Symbol.valueOf("c"), List.of(1, 2))),
                    new Properties(),
                    new ApplicationProperties(Map.of("d", 5)),
                    BODY,
                    new Footer(Map.of(Symbol.valueOf("e"), "f")));
            int[] boundaries = boundaries(payload);

            for (int length = 1; length < payload.length; length++) {
                if (Arrays.binarySearch(boundaries, length) < 0) {
                    refusal(Arrays.copyOf(payload, length));
                }
            }
            assertEquals(7, boundaries.length);
        }

        private int[] boundaries(byte[] payload) {
            ValueScanner scanner = new ValueScanner();
            scanner.reset(ByteBuffer.wrap(payload));
            int[] ends = new int[7];
            int at = 0;
            for (int i = 0; i < ends.length; i++) {
                scanner.section(at);
                at = scanner.skip(scanner.valueAt());
                ends[i] = at;
            }
            return ends;
        }
    }
}
