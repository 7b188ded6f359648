// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing array of encoded AMQP values. Owned by one thread; reusable. */
final class EncodedBytes {
    /** A rare large value may not occupy memory for the rest of a connection's life. */
    private static final int KEPT_BYTES_MAX = 16 * 1024;

    private final int capacityBytes;
    private byte[] bytes;
    private int length;

    EncodedBytes(int capacityBytes) {
        this.capacityBytes = capacityBytes;
        bytes = new byte[capacityBytes];
    }

    void clear() {
        length = 0;
        if (bytes.length > KEPT_BYTES_MAX) {
            bytes = new byte[capacityBytes];
        }
    }

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    EncodedBytes int8(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
        return this;
    }

    EncodedBytes int16(int value) {
        return int8(value >> 8).int8(value);
    }

    EncodedBytes int32(int value) {
        ensure(4);
        int32At(length, value);
        length += 4;
        return this;
    }

    EncodedBytes int64(long value) {
        return int32((int) (value >> 32)).int32((int) value);
    }

    /** Overwrites what was written before. */
    void int32At(int position, int value) {
        bytes[position] = (byte) (value >> 24);
        bytes[position + 1] = (byte) (value >> 16);
        bytes[position + 2] = (byte) (value >> 8);
        bytes[position + 3] = (byte) value;
    }

    /** Overwrites what was written before. */
    void int8At(int position, int value) {
        bytes[position] = (byte) value;
    }

    EncodedBytes raw(byte[] source, int from, int count) {
        ensure(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
        return this;
    }

    EncodedBytes uint(long value) {
        if (value == 0) {
            return int8(TypeCodes.UINT0);
        }
        return value < 256
                ? int8(TypeCodes.SMALL_UINT).int8((int) value)
                : int8(TypeCodes.UINT).int32((int) value);
    }

    EncodedBytes symbol(String value) {
        byte[] ascii = value.getBytes(StandardCharsets.US_ASCII);
        return sized(TypeCodes.SYMBOL8, TypeCodes.SYMBOL32, ascii);
    }

    /** A value of the types that {@link io.postrider.api.message.Annotations} may hold. */
    EncodedBytes simple(Object value) {
        if (value instanceof String text) {
            return sized(TypeCodes.STRING8, TypeCodes.STRING32, text.getBytes(StandardCharsets.UTF_8));
        }
        if (value instanceof byte[] binary) {
            return sized(TypeCodes.BINARY8, TypeCodes.BINARY32, binary);
        }
        if (value instanceof Boolean bool) {
            return int8(bool ? TypeCodes.TRUE : TypeCodes.FALSE);
        }
        if (value instanceof Byte number) {
            return int8(TypeCodes.BYTE).int8(number);
        }
        if (value instanceof Short number) {
            return int8(TypeCodes.SHORT).int16(number);
        }
        if (value instanceof Integer number) {
            return int8(TypeCodes.INT).int32(number);
        }
        if (value instanceof Long number) {
            return int8(TypeCodes.LONG).int64(number);
        }
        if (value instanceof Float number) {
            return int8(TypeCodes.FLOAT).int32(Float.floatToIntBits(number));
        }
        if (value instanceof Double number) {
            return int8(TypeCodes.DOUBLE).int64(Double.doubleToLongBits(number));
        }
        throw new IllegalArgumentException("Expected a simple annotation value, but got " + value.getClass());
    }

    private EncodedBytes sized(int code8, int code32, byte[] content) {
        if (content.length < 256) {
            int8(code8).int8(content.length);
        } else {
            int8(code32).int32(content.length);
        }
        return raw(content, 0, content.length);
    }

    private void ensure(int count) {
        if (count > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
    }
}
