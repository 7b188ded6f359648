// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Appends AMQP values to a growing array. Owned by one thread at a time; meant to be reused.
 *
 * <p>Lists and maps are opened, filled and closed; the caller counts the elements. They are written with one-byte sizes when
 * they turn out small, so that small messages stay small on the wire.
 */
public final class AmqpWriter {
    /** Longest string of which every encoding fits a one-byte size. */
    private static final int SHORT_STRING_CHARS = 255 / 3;
    /** Bytes of a compound's header in its wide form: constructor, size, count. */
    private static final int WIDE_HEADER_BYTES = 9;

    private static final int NARROW_HEADER_BYTES = 3;

    private byte[] bytes;
    private int position;

    public AmqpWriter(int capacity) {
        bytes = new byte[capacity];
    }

    public void clear() {
        position = 0;
    }

    public int position() {
        return position;
    }

    /** Takes back everything after a position. */
    public void truncate(int to) {
        position = to;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, position);
    }

    public void writeNull() {
        put(AmqpTypes.NULL);
    }

    public void writeBoolean(boolean value) {
        put(value ? AmqpTypes.TRUE : AmqpTypes.FALSE);
    }

    public void writeUbyte(int value) {
        put(AmqpTypes.UBYTE);
        put(value);
    }

    public void writeByte(byte value) {
        put(AmqpTypes.BYTE);
        put(value);
    }

    public void writeShort(short value) {
        put(AmqpTypes.SHORT);
        put(value >> 8);
        put(value);
    }

    /** @param value 0 to 2^32-1 */
    public void writeUint(long value) {
        if (value == 0) {
            put(AmqpTypes.UINT_ZERO);
        } else if (value <= 0xff) {
            put(AmqpTypes.UINT_SMALL);
            put((int) value);
        } else {
            put(AmqpTypes.UINT);
            putInt((int) value);
        }
    }

    public void writeInt(int value) {
        if (value == (byte) value) {
            put(AmqpTypes.INT_SMALL);
            put(value);
        } else {
            put(AmqpTypes.INT);
            putInt(value);
        }
    }

    /** @param value bits of the unsigned number */
    public void writeUlong(long value) {
        if (value == 0) {
            put(AmqpTypes.ULONG_ZERO);
        } else if (value > 0 && value <= 0xff) {
            put(AmqpTypes.ULONG_SMALL);
            put((int) value);
        } else {
            put(AmqpTypes.ULONG);
            putLong(value);
        }
    }

    public void writeLong(long value) {
        if (value == (byte) value) {
            put(AmqpTypes.LONG_SMALL);
            put((int) value);
        } else {
            put(AmqpTypes.LONG);
            putLong(value);
        }
    }

    public void writeFloat(float value) {
        put(AmqpTypes.FLOAT);
        putInt(Float.floatToIntBits(value));
    }

    public void writeDouble(double value) {
        put(AmqpTypes.DOUBLE);
        putLong(Double.doubleToLongBits(value));
    }

    public void writeChar(char value) {
        put(AmqpTypes.CHAR);
        putInt(value);
    }

    /** @param ms milliseconds since the epoch */
    public void writeTimestamp(long ms) {
        put(AmqpTypes.TIMESTAMP);
        putLong(ms);
    }

    public void writeUuid(UUID value) {
        put(AmqpTypes.UUID);
        putLong(value.getMostSignificantBits());
        putLong(value.getLeastSignificantBits());
    }

    public void writeBinary(byte[] value) {
        writeBinary(value, 0, value.length);
    }

    public void writeBinary(byte[] value, int offset, int length) {
        writeVariable(AmqpTypes.BINARY8, AmqpTypes.BINARY32, value, offset, length);
    }

    public void writeSymbol(byte[] encoded) {
        writeVariable(AmqpTypes.SYMBOL8, AmqpTypes.SYMBOL32, encoded, 0, encoded.length);
    }

    public void writeString(String value) {
        if (value.length() <= SHORT_STRING_CHARS && writeShortAscii(value)) {
            return;
        }
        byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
        writeVariable(AmqpTypes.STRING8, AmqpTypes.STRING32, encoded, 0, encoded.length);
    }

    /** A string or null. */
    public void writeStringOrNull(@Nullable String value) {
        if (value == null) {
            writeNull();
        } else {
            writeString(value);
        }
    }

    /** Copies bytes that are AMQP already. */
    public void writeEncoded(byte[] encoded, int offset, int length) {
        ensure(length);
        System.arraycopy(encoded, offset, bytes, position, length);
        position += length;
    }

    /** Begins a section or other described value with a small numeric descriptor. */
    public void writeDescriptor(int code) {
        put(AmqpTypes.DESCRIBED);
        put(AmqpTypes.ULONG_SMALL);
        put(code);
    }

    /** Begins a list or map; elements follow, then {@link #endList} or {@link #endMap} with the value returned here. */
    public int begin() {
        ensure(WIDE_HEADER_BYTES);
        int mark = position;
        position += WIDE_HEADER_BYTES;
        return mark;
    }

    public void endList(int mark, int elements) {
        end(mark, elements, AmqpTypes.LIST8, AmqpTypes.LIST32);
    }

    /** @param entries key and value pairs */
    public void endMap(int mark, int entries) {
        end(mark, 2 * entries, AmqpTypes.MAP8, AmqpTypes.MAP32);
    }

    /**
     * Writes a value of any type that has an AMQP form.
     *
     * @throws AmqpFormatException for any other class
     */
    public void writeObject(@Nullable Object value) {
        if (value == null) {
            writeNull();
        } else if (value instanceof String v) {
            writeString(v);
        } else if (value instanceof Integer v) {
            writeInt(v);
        } else if (value instanceof Long v) {
            writeLong(v);
        } else if (value instanceof Boolean v) {
            writeBoolean(v);
        } else if (value instanceof Double v) {
            writeDouble(v);
        } else if (value instanceof Float v) {
            writeFloat(v);
        } else if (value instanceof Short v) {
            writeShort(v);
        } else if (value instanceof Byte v) {
            writeByte(v);
        } else if (value instanceof Character v) {
            writeChar(v);
        } else if (value instanceof byte[] v) {
            writeBinary(v);
        } else if (value instanceof UUID v) {
            writeUuid(v);
        } else if (value instanceof Map<?, ?> v) {
            writeMap(v);
        } else if (value instanceof Collection<?> v) {
            writeList(v);
        } else {
            throw new AmqpFormatException("Expected a value with an AMQP form, but got "
                    + value.getClass().getName());
        }
    }

    private void writeMap(Map<?, ?> map) {
        int mark = begin();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            writeObject(entry.getKey());
            writeObject(entry.getValue());
        }
        endMap(mark, map.size());
    }

    private void writeList(Collection<?> list) {
        int mark = begin();
        for (Object element : list) {
            writeObject(element);
        }
        endList(mark, list.size());
    }

    private void end(int mark, int count, int narrow, int wide) {
        int bodyBytes = position - mark - WIDE_HEADER_BYTES;
        if (count <= 0xff && bodyBytes + 1 <= 0xff) {
            System.arraycopy(bytes, mark + WIDE_HEADER_BYTES, bytes, mark + NARROW_HEADER_BYTES, bodyBytes);
            bytes[mark] = (byte) narrow;
            bytes[mark + 1] = (byte) (bodyBytes + 1);
            bytes[mark + 2] = (byte) count;
            position = mark + NARROW_HEADER_BYTES + bodyBytes;
            return;
        }
        int end = position;
        position = mark;
        put(wide);
        putInt(bodyBytes + 4);
        putInt(count);
        position = end;
    }

    /** Writes the string and returns true, or leaves everything as it was if it is not ASCII. */
    private boolean writeShortAscii(String value) {
        int length = value.length();
        ensure(2 + length);
        int at = position + 2;
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                return false;
            }
            bytes[at + i] = (byte) c;
        }
        bytes[position] = (byte) AmqpTypes.STRING8;
        bytes[position + 1] = (byte) length;
        position = at + length;
        return true;
    }

    private void writeVariable(int narrow, int wide, byte[] value, int offset, int length) {
        if (length <= 0xff) {
            put(narrow);
            put(length);
        } else {
            put(wide);
            putInt(length);
        }
        writeEncoded(value, offset, length);
    }

    private void put(int value) {
        ensure(1);
        bytes[position++] = (byte) value;
    }

    private void putInt(int value) {
        ensure(4);
        bytes[position] = (byte) (value >> 24);
        bytes[position + 1] = (byte) (value >> 16);
        bytes[position + 2] = (byte) (value >> 8);
        bytes[position + 3] = (byte) value;
        position += 4;
    }

    private void putLong(long value) {
        putInt((int) (value >> 32));
        putInt((int) value);
    }

    private void ensure(int more) {
        if (bytes.length - position < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, position + more));
        }
    }
}
