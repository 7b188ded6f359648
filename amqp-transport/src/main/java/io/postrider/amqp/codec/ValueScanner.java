// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads encoded AMQP values in place (AMQP 1.0 §1.2–1.6), by absolute position, without building objects. Owned by one
 * thread; reusable.
 *
 * <p>Nothing is trusted: every access is checked against the limit first, and whatever does not fit ends in
 * {@link UndecodableMessageException}. All loops advance, so time is bounded by the number of bytes.
 */
final class ValueScanner {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer buffer = NOTHING;
    private int start;
    private int limit;
    private String place = "";
    private int valueAt;

    /** Starts with the bytes from position to limit; neither is changed. */
    void reset(ByteBuffer bytes) {
        buffer = bytes.order(ByteOrder.BIG_ENDIAN);
        start = bytes.position();
        limit = bytes.limit();
        place = "message";
    }

    /** Lets go of the buffer, so that a reused scanner pins no memory. */
    void clear() {
        buffer = NOTHING;
    }

    /** Moves the limit, so that reading a section cannot stray into the next one; at most what it was at reset. */
    void limit(int newLimit) {
        limit = newLimit;
    }

    /** Reads the descriptor of a section; its value is then at {@link #valueAt}. */
    Section section(int at) {
        place = "message";
        if (code(at) != TypeCodes.DESCRIBED) {
            throw problem(at, "Expected a section, but found type " + hex(code(at)));
        }
        int descriptorAt = at + 1;
        valueAt = skip(descriptorAt);
        Section section = isSymbol(descriptorAt) ? sectionBySymbol(descriptorAt) : sectionByCode(descriptorAt);
        if (section == null) {
            throw problem(descriptorAt, "Expected the descriptor of a section, but found something else");
        }
        place = section.name();
        if (!section.shape().fits(code(valueAt))) {
            throw problem(
                    valueAt, "Expected a " + section.shape() + " as section, but found type " + hex(code(valueAt)));
        }
        return section;
    }

    int valueAt() {
        return valueAt;
    }

    private @Nullable Section sectionByCode(int at) {
        return switch (code(at)) {
            case TypeCodes.SMALL_ULONG -> Section.byCode(buffer.get(at + 1) & 0xff);
            case TypeCodes.ULONG -> Section.byCode(buffer.getLong(at + 1));
            default -> null;
        };
    }

    private @Nullable Section sectionBySymbol(int at) {
        for (Section section : Section.values()) {
            if (textEquals(at, section.symbol())) {
                return section;
            }
        }
        return null;
    }

    /** Constructor at a position. */
    int code(int at) {
        if (at >= limit) {
            throw problem(at, "Expected a value, but the bytes end");
        }
        return buffer.get(at) & 0xff;
    }

    /**
     * Position after the value that begins at {@code at}. Checks that it is inside the limit, not what is inside of
     * lists, maps and arrays.
     */
    int skip(int at) {
        int position = at;
        // A described value is a descriptor and a value, each of which may be described again.
        for (int pending = 1; pending > 0; pending--) {
            int code = code(position);
            while (code == TypeCodes.DESCRIBED) {
                pending++;
                position++;
                code = code(position);
            }
            position = skipPrimitive(position, code);
        }
        return position;
    }

    private int skipPrimitive(int at, int code) {
        int layout = TypeCodes.layout(code);
        if (layout >= 0) {
            return end(at, 1 + layout);
        }
        if (layout == TypeCodes.UNKNOWN) {
            throw problem(at, "Expected a type of AMQP, but found " + hex(code));
        }
        boolean isShort = layout == TypeCodes.SIZE8 || layout == TypeCodes.COMPOUND8;
        int afterSize = end(at, isShort ? 2 : 5);
        int size = isShort ? buffer.get(at + 1) & 0xff : buffer.getInt(at + 1);
        int sizeMin = layout == TypeCodes.COMPOUND8 ? 1 : layout == TypeCodes.COMPOUND32 ? 4 : 0;
        if (size >= 0 && size < sizeMin) {
            throw problem(at, "Expected a size of at least " + sizeMin + ", but found " + size);
        }
        return end(afterSize, size);
    }

    private int end(int at, int length) {
        if (length < 0 || length > limit - at) {
            throw problem(
                    at,
                    "Expected at most " + (limit - at) + " bytes, but the value claims "
                            + Integer.toUnsignedString(length));
        }
        return at + length;
    }

    /** Number of elements of the list or map at a position that was skipped before; for a map, keys and values. */
    int count(int at) {
        int code = code(at);
        if (code == TypeCodes.LIST0) {
            return 0;
        }
        boolean isShort = TypeCodes.layout(code) == TypeCodes.COMPOUND8;
        int count = isShort ? buffer.get(at + 2) & 0xff : buffer.getInt(at + 5);
        boolean isMap = code == TypeCodes.MAP8 || code == TypeCodes.MAP32;
        if (count < 0 || (isMap && count % 2 != 0)) {
            throw problem(at, "Expected a count of elements, but found " + Integer.toUnsignedString(count));
        }
        return count;
    }

    /** Position of the first element of the list or map at a position that was skipped before. */
    int firstElement(int at) {
        int code = code(at);
        if (code == TypeCodes.LIST0) {
            return at + 1;
        }
        return at + (TypeCodes.layout(code) == TypeCodes.COMPOUND8 ? 3 : 9);
    }

    /** Finds a value by its key, a string or symbol in ASCII; -1 if the map at {@code mapAt} does not have it. */
    int find(int mapAt, byte[] key) {
        int count = count(mapAt);
        int at = firstElement(mapAt);
        for (int i = 0; i < count; i += 2) {
            int value = skip(at);
            if (textEquals(at, key)) {
                skip(value);
                return value;
            }
            at = skip(value);
        }
        return -1;
    }

    /** Position of a list's element, which is skipped once to check it; -1 if the list is shorter or the field null. */
    int element(int listAt, int index) {
        if (index >= count(listAt)) {
            return -1;
        }
        int at = firstElement(listAt);
        for (int i = 0; i < index; i++) {
            at = skip(at);
        }
        skip(at);
        return code(at) == TypeCodes.NULL ? -1 : at;
    }

    boolean isSymbol(int at) {
        int code = code(at);
        return code == TypeCodes.SYMBOL8 || code == TypeCodes.SYMBOL32;
    }

    boolean isString(int at) {
        int code = code(at);
        return code == TypeCodes.STRING8 || code == TypeCodes.STRING32;
    }

    boolean isBinary(int at) {
        int code = code(at);
        return code == TypeCodes.BINARY8 || code == TypeCodes.BINARY32;
    }

    /** Whether the string or symbol at a position that was skipped before has exactly these bytes. */
    boolean textEquals(int at, byte[] text) {
        if (!isString(at) && !isSymbol(at)) {
            return false;
        }
        if (contentLength(at) != text.length) {
            return false;
        }
        int from = contentAt(at);
        for (int i = 0; i < text.length; i++) {
            if (buffer.get(from + i) != text[i]) {
                return false;
            }
        }
        return true;
    }

    /** First byte of the string, symbol or binary at a position that was skipped before. */
    int contentAt(int at) {
        return at + (TypeCodes.layout(code(at)) == TypeCodes.SIZE8 ? 2 : 5);
    }

    /** Number of bytes of the string, symbol or binary at a position that was skipped before. */
    int contentLength(int at) {
        return TypeCodes.layout(code(at)) == TypeCodes.SIZE8 ? buffer.get(at + 1) & 0xff : buffer.getInt(at + 1);
    }

    /** Content of the string, symbol or binary at a position that was skipped before. */
    byte[] content(int at) {
        byte[] bytes = new byte[contentLength(at)];
        buffer.get(contentAt(at), bytes);
        return bytes;
    }

    /** The string or symbol at a position that was skipped before. */
    String text(int at) {
        return new String(content(at), StandardCharsets.UTF_8);
    }

    /** Whether a value is an integer, unsigned ones and timestamps included. */
    boolean isIntegral(int at) {
        return switch (code(at)) {
            case TypeCodes.UINT0,
                    TypeCodes.ULONG0,
                    TypeCodes.UBYTE,
                    TypeCodes.BYTE,
                    TypeCodes.SMALL_UINT,
                    TypeCodes.SMALL_ULONG,
                    TypeCodes.SMALL_INT,
                    TypeCodes.SMALL_LONG,
                    TypeCodes.USHORT,
                    TypeCodes.SHORT,
                    TypeCodes.UINT,
                    TypeCodes.INT,
                    TypeCodes.ULONG,
                    TypeCodes.LONG,
                    TypeCodes.TIMESTAMP -> true;
            default -> false;
        };
    }

    /** The integer at a position that was skipped before; an unsigned long wraps. */
    long integral(int at) {
        return switch (code(at)) {
            case TypeCodes.UINT0, TypeCodes.ULONG0 -> 0;
            case TypeCodes.UBYTE, TypeCodes.SMALL_UINT, TypeCodes.SMALL_ULONG -> buffer.get(at + 1) & 0xff;
            case TypeCodes.BYTE, TypeCodes.SMALL_INT, TypeCodes.SMALL_LONG -> buffer.get(at + 1);
            case TypeCodes.USHORT -> buffer.getShort(at + 1) & 0xffff;
            case TypeCodes.SHORT -> buffer.getShort(at + 1);
            case TypeCodes.UINT -> buffer.getInt(at + 1) & 0xffff_ffffL;
            case TypeCodes.INT -> buffer.getInt(at + 1);
            case TypeCodes.ULONG, TypeCodes.LONG, TypeCodes.TIMESTAMP -> buffer.getLong(at + 1);
            default -> throw problem(at, "Expected an integer, but found type " + hex(code(at)));
        };
    }

    boolean bool(int at) {
        return switch (code(at)) {
            case TypeCodes.TRUE -> true;
            case TypeCodes.FALSE -> false;
            case TypeCodes.BOOLEAN -> buffer.get(at + 1) != 0;
            default -> throw problem(at, "Expected a boolean, but found type " + hex(code(at)));
        };
    }

    float float32(int at) {
        return buffer.getFloat(at + 1);
    }

    double float64(int at) {
        return buffer.getDouble(at + 1);
    }

    int int32(int at) {
        return buffer.getInt(at + 1);
    }

    long int64(int at) {
        return buffer.getLong(at + 1);
    }

    /** Second half of a value of 16 bytes. */
    long int64Low(int at) {
        return buffer.getLong(at + 9);
    }

    UndecodableMessageException problem(int at, String text) {
        return new UndecodableMessageException(place, at - start, text);
    }

    private static String hex(int code) {
        return "0x" + Integer.toHexString(code);
    }
}
