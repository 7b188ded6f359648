// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads AMQP values from an array. Owned by one thread at a time. Never reads outside its range and never allocates by a
 * claimed size: whatever is wrong with the bytes ends in an {@link AmqpFormatException}.
 *
 * <p>Values become the Java types JMS knows: ubyte short, ushort int, uint and ulong long (ulong wraps), symbol String,
 * timestamp long, decimals double. Descriptors are dropped.
 */
public final class AmqpReader {
    private static final int DEPTH_MAX = 32;

    private final byte[] bytes;
    private final int limit;
    private int position;

    public AmqpReader(byte[] bytes, int position, int limit) {
        this.bytes = bytes;
        this.position = position;
        this.limit = limit;
    }

    public int position() {
        return position;
    }

    public boolean hasRemaining() {
        return position < limit;
    }

    public void moveTo(int newPosition) {
        position = newPosition;
    }

    /** Whether the next value is null; if so it is consumed. */
    public boolean skipNull() {
        if (position < limit && (bytes[position] & 0xff) == AmqpTypes.NULL) {
            position++;
            return true;
        }
        return false;
    }

    /**
     * Reads the descriptor of a described value.
     *
     * @return its number, or -1 if it is a symbol, which {@code symbol} then holds at index 0
     */
    public long readDescriptor(@Nullable String[] symbol) {
        int constructor = next();
        if (constructor != AmqpTypes.DESCRIBED) {
            throw wrong("a described value", constructor);
        }
        Object descriptor = read(0);
        if (descriptor instanceof Long code) {
            return code;
        }
        if (descriptor instanceof String name) {
            symbol[0] = name;
            return -1;
        }
        throw new AmqpFormatException("Expected a numeric or symbolic descriptor at byte " + position);
    }

    /**
     * Enters a list.
     *
     * @return number of elements, which follow
     */
    public int enterList() {
        int constructor = next();
        return switch (constructor) {
            case AmqpTypes.LIST_ZERO -> 0;
            case AmqpTypes.LIST8 -> enterNarrow();
            case AmqpTypes.LIST32 -> enterWide();
            default -> throw wrong("a list", constructor);
        };
    }

    /**
     * Enters a map.
     *
     * @return number of keys and values together, which follow
     */
    public int enterMap() {
        int constructor = next();
        int count = switch (constructor) {
            case AmqpTypes.MAP8 -> enterNarrow();
            case AmqpTypes.MAP32 -> enterWide();
            default -> throw wrong("a map", constructor);
        };
        if (count % 2 != 0) {
            throw new AmqpFormatException("Expected an even number of keys and values, but got " + count);
        }
        return count;
    }

    /** Reads any value. */
    public @Nullable Object readObject() {
        return read(0);
    }

    /** Reads a string or symbol; null stays null. */
    public @Nullable String readString() {
        Object value = read(0);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw new AmqpFormatException("Expected a string before byte " + position + ", but got "
                + value.getClass().getSimpleName());
    }

    /** Reads a whole number or timestamp. */
    public long readLong(long whenNull) {
        Object value = read(0);
        if (value == null) {
            return whenNull;
        }
        if (value instanceof Number number) {
            return number.longValue();
        }
        throw new AmqpFormatException("Expected a number before byte " + position + ", but got "
                + value.getClass().getSimpleName());
    }

    public boolean readBoolean(boolean whenNull) {
        Object value = read(0);
        if (value == null) {
            return whenNull;
        }
        if (value instanceof Boolean b) {
            return b;
        }
        throw new AmqpFormatException("Expected a boolean before byte " + position + ", but got "
                + value.getClass().getSimpleName());
    }

    /** Reads a binary value as a copy; null stays null. */
    public byte @Nullable [] readBinary() {
        Object value = read(0);
        if (value == null || value instanceof byte[]) {
            return (byte[]) value;
        }
        throw new AmqpFormatException("Expected binary before byte " + position + ", but got "
                + value.getClass().getSimpleName());
    }

    /**
     * Enters a binary value without copying it.
     *
     * @return its length; the reader stands at its first byte
     */
    public int enterBinary() {
        int constructor = next();
        return switch (constructor) {
            case AmqpTypes.BINARY8 -> checked(next());
            case AmqpTypes.BINARY32 -> checked(nextInt());
            case AmqpTypes.NULL -> 0;
            default -> throw wrong("binary", constructor);
        };
    }

    /**
     * Reads a symbol or string and finds it among candidates, without making a String.
     *
     * @param ascii the candidates
     * @return index of the match, or -1
     */
    public int readSymbol(byte[][] ascii) {
        int constructor = next();
        int length = switch (constructor) {
            case AmqpTypes.SYMBOL8, AmqpTypes.STRING8 -> checked(next());
            case AmqpTypes.SYMBOL32, AmqpTypes.STRING32 -> checked(nextInt());
            default -> {
                position--;
                skip();
                yield -1;
            }
        };
        if (length < 0) {
            return -1;
        }
        int from = position;
        position += length;
        for (int i = 0; i < ascii.length; i++) {
            if (Arrays.equals(bytes, from, position, ascii[i], 0, ascii[i].length)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether the next value's constructor is one of a string. */
    public boolean isAtString() {
        int constructor = peek();
        return constructor == AmqpTypes.STRING8 || constructor == AmqpTypes.STRING32;
    }

    public boolean isAtBinary() {
        int constructor = peek();
        return constructor == AmqpTypes.BINARY8 || constructor == AmqpTypes.BINARY32;
    }

    public boolean isAtNull() {
        return peek() == AmqpTypes.NULL;
    }

    /** Reads a message id or correlation id: String, UUID, byte[] or, for ulong, Long. */
    public @Nullable Object readId() {
        return read(0);
    }

    /** Steps over one value without decoding it. */
    public void skip() {
        skip(0);
    }

    private void skip(int depth) {
        int constructor = next();
        if (constructor == AmqpTypes.DESCRIBED) {
            deeper(depth);
            skip(depth + 1);
            skip(depth + 1);
            return;
        }
        // The upper half of a constructor gives the width of what follows (AMQP 1.0 §1.2).
        int width = switch (constructor >> 4) {
            case 0x4 -> 0;
            case 0x5 -> 1;
            case 0x6 -> 2;
            case 0x7 -> 4;
            case 0x8 -> 8;
            case 0x9 -> 16;
            case 0xa, 0xc, 0xe -> next();
            case 0xb, 0xd, 0xf -> nextInt();
            default -> throw wrong("a type", constructor);
        };
        position += checked(width);
    }

    private @Nullable Object read(int depth) {
        int constructor = next();
        if (constructor == AmqpTypes.DESCRIBED) {
            deeper(depth);
            skip(depth + 1);
            return read(depth + 1);
        }
        return readValue(constructor, depth);
    }

    private @Nullable Object readValue(int constructor, int depth) {
        return switch (constructor) {
            case AmqpTypes.NULL -> null;
            case AmqpTypes.TRUE -> true;
            case AmqpTypes.FALSE -> false;
            case AmqpTypes.BOOLEAN -> next() != 0;
            case AmqpTypes.UBYTE -> (short) next();
            case AmqpTypes.BYTE -> (byte) next();
            case AmqpTypes.USHORT -> nextShort() & 0xffff;
            case AmqpTypes.SHORT -> nextShort();
            case AmqpTypes.UINT -> nextInt() & 0xffff_ffffL;
            case AmqpTypes.UINT_SMALL, AmqpTypes.ULONG_SMALL -> (long) next();
            case AmqpTypes.UINT_ZERO, AmqpTypes.ULONG_ZERO -> 0L;
            case AmqpTypes.INT -> nextInt();
            case AmqpTypes.INT_SMALL -> (int) (byte) next();
            case AmqpTypes.ULONG, AmqpTypes.LONG, AmqpTypes.TIMESTAMP -> nextLong();
            case AmqpTypes.LONG_SMALL -> (long) (byte) next();
            case AmqpTypes.FLOAT -> Float.intBitsToFloat(nextInt());
            case AmqpTypes.DOUBLE -> Double.longBitsToDouble(nextLong());
            case AmqpTypes.DECIMAL32, AmqpTypes.DECIMAL64, AmqpTypes.DECIMAL128 -> decimal(constructor);
            case AmqpTypes.CHAR -> (char) nextInt();
            case AmqpTypes.UUID -> new UUID(nextLong(), nextLong());
            case AmqpTypes.BINARY8 -> copy(next());
            case AmqpTypes.BINARY32 -> copy(nextInt());
            case AmqpTypes.STRING8 -> string(next());
            case AmqpTypes.STRING32 -> string(nextInt());
            case AmqpTypes.SYMBOL8 -> string(next());
            case AmqpTypes.SYMBOL32 -> string(nextInt());
            case AmqpTypes.LIST_ZERO -> new ArrayList<>();
            case AmqpTypes.LIST8 -> list(enterNarrow(), depth);
            case AmqpTypes.LIST32 -> list(enterWide(), depth);
            case AmqpTypes.MAP8 -> map(enterNarrow(), depth);
            case AmqpTypes.MAP32 -> map(enterWide(), depth);
            case AmqpTypes.ARRAY8 -> array(enterNarrow(), depth);
            case AmqpTypes.ARRAY32 -> array(enterWide(), depth);
            default -> throw wrong("a type", constructor);
        };
    }

    private List<@Nullable Object> list(int count, int depth) {
        deeper(depth);
        List<@Nullable Object> list = new ArrayList<>(Math.min(count, limit - position));
        for (int i = 0; i < count; i++) {
            list.add(read(depth + 1));
        }
        return list;
    }

    private Map<@Nullable Object, @Nullable Object> map(int count, int depth) {
        deeper(depth);
        if (count % 2 != 0) {
            throw new AmqpFormatException("Expected an even number of keys and values, but got " + count);
        }
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < count; i += 2) {
            Object key = read(depth + 1);
            map.put(key, read(depth + 1));
        }
        return map;
    }

    /** An array has one constructor for all its elements (AMQP 1.0 §1.6.24). */
    private List<@Nullable Object> array(int count, int depth) {
        deeper(depth);
        int constructor = next();
        if (constructor == AmqpTypes.DESCRIBED) {
            skip(depth + 1);
            constructor = next();
        }
        boolean takesNoBytes = constructor >> 4 == 0x4;
        if (count > limit - position && !takesNoBytes) {
            throw new AmqpFormatException("Expected " + count + " elements, but only " + (limit - position)
                    + " bytes are left at byte " + position);
        }
        if (takesNoBytes && count > 0xffff) {
            throw new AmqpFormatException("Expected at most 65535 elements without bytes, but got " + count);
        }
        List<@Nullable Object> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(readValue(constructor, depth + 1));
        }
        return list;
    }

    /** Binary integer decimals (IEEE 754-2008); JMS has no decimal type, so the nearest double must do. */
    private double decimal(int constructor) {
        int totalBytes = constructor == AmqpTypes.DECIMAL32 ? 4 : constructor == AmqpTypes.DECIMAL64 ? 8 : 16;
        BigInteger raw = new BigInteger(1, copy(totalBytes));
        int bits = totalBytes * 8;
        int exponentBits = totalBytes == 4 ? 8 : totalBytes == 8 ? 10 : 14;
        int bias = totalBytes == 4 ? 101 : totalBytes == 8 ? 398 : 6176;
        boolean isNegative = raw.testBit(bits - 1);
        if (raw.testBit(bits - 2) && raw.testBit(bits - 3) && raw.testBit(bits - 4) && raw.testBit(bits - 5)) {
            boolean isNaN = raw.testBit(bits - 6);
            return isNaN ? Double.NaN : isNegative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        boolean isLarge = raw.testBit(bits - 2) && raw.testBit(bits - 3);
        int coefficientBits = bits - 1 - exponentBits - (isLarge ? 2 : 0);
        BigInteger coefficient =
                raw.and(BigInteger.ONE.shiftLeft(coefficientBits).subtract(BigInteger.ONE));
        if (isLarge) {
            coefficient = coefficient.setBit(coefficientBits + 2);
        }
        int exponent = raw.shiftRight(coefficientBits)
                        .and(BigInteger.ONE.shiftLeft(exponentBits).subtract(BigInteger.ONE))
                        .intValue()
                - bias;
        double value = new BigDecimal(coefficient, -exponent).doubleValue();
        return isNegative ? -value : value;
    }

    private String string(int length) {
        checked(length);
        String value = new String(bytes, position, length, StandardCharsets.UTF_8);
        position += length;
        return value;
    }

    private byte[] copy(int length) {
        checked(length);
        byte[] value = Arrays.copyOfRange(bytes, position, position + length);
        position += length;
        return value;
    }

    private int enterNarrow() {
        int size = checked(next());
        if (size < 1) {
            throw new AmqpFormatException("Expected a compound of at least 1 byte at byte " + position);
        }
        return next();
    }

    private int enterWide() {
        int size = checked(nextInt());
        if (size < 4) {
            throw new AmqpFormatException("Expected a compound of at least 4 bytes at byte " + position);
        }
        int count = nextInt();
        if (count < 0) {
            throw new AmqpFormatException("Expected a count below 2^31, but got " + (count & 0xffff_ffffL));
        }
        return count;
    }

    private int peek() {
        if (position >= limit) {
            throw truncated(1);
        }
        return bytes[position] & 0xff;
    }

    private int next() {
        if (position >= limit) {
            throw truncated(1);
        }
        return bytes[position++] & 0xff;
    }

    private short nextShort() {
        return (short) ((next() << 8) | next());
    }

    private int nextInt() {
        return (next() << 24) | (next() << 16) | (next() << 8) | next();
    }

    private long nextLong() {
        return ((long) nextInt() << 32) | (nextInt() & 0xffff_ffffL);
    }

    private int checked(int length) {
        if (length < 0 || length > limit - position) {
            throw truncated(length & 0xffff_ffffL);
        }
        return length;
    }

    private void deeper(int depth) {
        if (depth >= DEPTH_MAX) {
            throw new AmqpFormatException("Expected values nested at most " + DEPTH_MAX + " deep, at byte " + position);
        }
    }

    private AmqpFormatException truncated(long wanted) {
        return new AmqpFormatException("Expected " + wanted + " more bytes at byte " + position + ", but only "
                + (limit - position) + " are left");
    }

    private AmqpFormatException wrong(String expected, int constructor) {
        return new AmqpFormatException("Expected " + expected + " before byte " + position + ", but got constructor 0x"
                + Integer.toHexString(constructor));
    }
}
