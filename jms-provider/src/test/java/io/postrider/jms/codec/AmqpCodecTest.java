// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Decimal32;
import org.apache.qpid.proton.amqp.Decimal64;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The codec against Proton-J's as oracle, and against bytes that are wrong. */
class AmqpCodecTest {
    private final DecoderImpl oracleDecoder = new DecoderImpl();
    private final EncoderImpl oracleEncoder = new EncoderImpl(oracleDecoder);

    AmqpCodecTest() {
        AMQPDefinedTypes.registerAllTypes(oracleDecoder, oracleEncoder);
    }

    private byte[] encodedByOracle(Object value) {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        oracleEncoder.setByteBuffer(buffer);
        oracleEncoder.writeObject(value);
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
    }

    private static Object read(byte[] bytes) {
        AmqpReader reader = new AmqpReader(bytes, 0, bytes.length);
        Object value = reader.readObject();
        assertEquals(bytes.length, reader.position(), "read to the end");
        AmqpReader skipping = new AmqpReader(bytes, 0, bytes.length);
        skipping.skip();
        assertEquals(bytes.length, skipping.position(), "skipped to the end");
        return value;
    }

    static Stream<Object> values() {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("a", 1);
        map.put("b", new ArrayList<>(List.of(true, 2L, "x".repeat(300))));
        List<Object> many = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            many.add(i);
        }
        return Stream.of(
                true,
                false,
                (byte) -1,
                (short) -300,
                0,
                127,
                128,
                -129,
                Integer.MIN_VALUE,
                0L,
                -128L,
                1L << 40,
                1.5f,
                -2.25,
                'z',
                "",
                "short",
                "\u20ac",
                "e".repeat(85),
                "e".repeat(86),
                "e".repeat(255),
                "e".repeat(256),
                "\u20ac".repeat(1000),
                UUID.nameUUIDFromBytes(new byte[] {1}),
                new ArrayList<>(),
                many,
                map);
    }

    @ParameterizedTest
    @MethodSource("values")
    void oracleReadsWhatWeWriteAndWeReadBoth(Object value) {
        AmqpWriter writer = new AmqpWriter(1);
        writer.writeObject(value);
        byte[] ours = writer.toByteArray();

        oracleDecoder.setByteBuffer(ByteBuffer.wrap(ours));
        assertEquals(value, oracleDecoder.readObject());
        assertEquals(value, read(ours));
        assertEquals(value, read(encodedByOracle(value)));
    }

    static Stream<Arguments> foreignValues() {
        return Stream.of(
                Arguments.of(UnsignedByte.valueOf((byte) 200), (short) 200),
                Arguments.of(UnsignedShort.valueOf((short) 65_000), 65_000),
                Arguments.of(UnsignedInteger.valueOf(4_000_000_000L), 4_000_000_000L),
                Arguments.of(UnsignedInteger.ZERO, 0L),
                Arguments.of(UnsignedLong.valueOf(7), 7L),
                Arguments.of(UnsignedLong.valueOf(-1L), -1L),
                Arguments.of(Symbol.valueOf("sym"), "sym"),
                Arguments.of(new Date(1234), 1234L),
                // 15 and 1.5 as binary integer decimals: sign, biased exponent, coefficient.
                Arguments.of(new Decimal32((101 << 23) | 15), 15.0),
                Arguments.of(new Decimal64((397L << 53) | 15), 1.5),
                Arguments.of(new int[] {1, 2}, List.of(1, 2)),
                Arguments.of(new Symbol[] {Symbol.valueOf("a")}, List.of("a")));
    }

    @ParameterizedTest
    @MethodSource("foreignValues")
    void foreignTypesBecomeThoseJmsKnows(Object foreign, Object expected) {
        assertEquals(expected, read(encodedByOracle(foreign)));
    }

    @Test
    void binaryIsCopied() {
        AmqpWriter writer = new AmqpWriter(16);
        writer.writeBinary(new byte[300]);

        assertArrayEquals(new byte[300], (byte[]) read(writer.toByteArray()));
    }

    @Test
    void valueWithoutAmqpFormIsRefused() {
        assertThrows(AmqpFormatException.class, () -> new AmqpWriter(16).writeObject(new Object()));
    }

    @Test
    void damagedBytesNeverDoAnythingElseThanRefuse() {
        byte[] good = encodedByOracle(Map.of(
                "k", List.of(1, 2L, "three", 4.0, List.of(5), Map.of("six", 0)),
                "l", List.of(1, 2, 3)));
        Random random = new Random(42);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] bad = good.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(bad.length) : bad.length;
            try {
                new AmqpReader(bad, 0, length).readObject();
            } catch (AmqpFormatException e) {
                refused++;
            }
        }
        assertEquals(true, refused > 1000, "refused " + refused);
    }

    @Test
    void deepNestingIsRefused() {
        byte[] deep = new byte[3 * 100];
        for (int i = 0; i < 100; i++) {
            deep[3 * i] = (byte) AmqpTypes.LIST8;
            deep[3 * i + 1] = (byte) Math.min(255, 3 * (99 - i) + 1);
            deep[3 * i + 2] = 1;
        }

        assertThrows(AmqpFormatException.class, () -> new AmqpReader(deep, 0, deep.length).readObject());
    }
}
