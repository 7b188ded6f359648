// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import static io.postrider.amqp.engine.WireFormat.malformed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one described list in order, without creating objects. Reused; owned by the connection's event loop.
 *
 * <p>A field that is null or left out at the end reads as its default (AMQP 1.0 §1.4).
 */
final class FieldScanner {
    /** Descriptor of something that is not a described list of the transport. */
    static final int UNKNOWN = -1;

    private static final Map<String, Integer> BY_SYMBOL = Map.ofEntries(
            Map.entry("amqp:open:list", 0x10),
            Map.entry("amqp:begin:list", 0x11),
            Map.entry("amqp:attach:list", 0x12),
            Map.entry("amqp:flow:list", 0x13),
            Map.entry("amqp:transfer:list", 0x14),
            Map.entry("amqp:disposition:list", 0x15),
            Map.entry("amqp:detach:list", 0x16),
            Map.entry("amqp:end:list", 0x17),
            Map.entry("amqp:close:list", 0x18),
            Map.entry("amqp:sasl-mechanisms:list", 0x40),
            Map.entry("amqp:sasl-init:list", 0x41),
            Map.entry("amqp:sasl-challenge:list", 0x42),
            Map.entry("amqp:sasl-response:list", 0x43),
            Map.entry("amqp:sasl-outcome:list", 0x44));

    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private int position;
    private int end;
    private long fieldsLeft;

    /**
     * Reads the descriptor and opens nothing yet.
     *
     * @return the descriptor's code, or {@link #UNKNOWN}
     */
    int descriptor(ByteBuffer source, int start, int limit) {
        bytes = source;
        end = limit;
        position = start;
        fieldsLeft = 0;
        if (limit - start < 3 || source.get(start) != 0) {
            return UNKNOWN;
        }
        int code = source.get(start + 1) & 0xff;
        return switch (code) {
            case WireFormat.SMALL_ULONG -> {
                position = start + 3;
                yield source.get(start + 2) & 0xff;
            }
            case WireFormat.ULONG -> {
                WireFormat.require(start + 2, 8, limit);
                position = start + 10;
                long value = source.getLong(start + 2);
                yield value >= 0 && value < 256 ? (int) value : UNKNOWN;
            }
            case WireFormat.SYMBOL8, WireFormat.SYMBOL32 -> {
                position = WireFormat.skip(source, start + 1, limit);
                int textStart = start + (code == WireFormat.SYMBOL8 ? 3 : 6);
                byte[] text = new byte[Math.min(64, position - textStart)];
                source.get(textStart, text, 0, text.length);
                yield BY_SYMBOL.getOrDefault(new String(text, StandardCharsets.US_ASCII), UNKNOWN);
            }
            default -> UNKNOWN;
        };
    }

    /**
     * Opens the list behind the descriptor.
     *
     * @return the position after the list
     */
    int open() {
        int code = WireFormat.unsignedByte(bytes, position, end);
        if (code == WireFormat.LIST0) {
            fieldsLeft = 0;
            return position + 1;
        }
        if (code != WireFormat.LIST8 && code != WireFormat.LIST32) {
            throw malformed("Expected a list of fields, but found format code 0x" + Integer.toHexString(code));
        }
        boolean isWide = code == WireFormat.LIST32;
        int width = isWide ? 4 : 1;
        int listEnd = WireFormat.compoundEnd(bytes, position + 1, end, isWide);
        fieldsLeft = isWide ? bytes.getInt(position + 1 + width) & 0xffffffffL : bytes.get(position + 1 + width) & 0xff;
        position += 1 + 2 * width;
        end = listEnd;
        return listEnd;
    }

    /** Moves to the next field; false if it is null or left out. */
    private boolean next() {
        if (fieldsLeft == 0) {
            return false;
        }
        fieldsLeft--;
        if (WireFormat.unsignedByte(bytes, position, end) == WireFormat.NULL) {
            position++;
            return false;
        }
        return true;
    }

    /** A uint as a long, or {@code absent}. */
    long uint(long absent) {
        if (!next()) {
            return absent;
        }
        int code = WireFormat.unsignedByte(bytes, position++, end);
        return switch (code) {
            case WireFormat.UINT0 -> 0;
            case WireFormat.SMALL_UINT -> WireFormat.unsignedByte(bytes, position++, end);
            case WireFormat.UINT -> {
                long value = WireFormat.fourBytes(bytes, position, end) & 0xffffffffL;
                position += 4;
                yield value;
            }
            default -> throw unexpected("a uint", code);
        };
    }

    /** A boolean that must be there. */
    boolean mandatoryBool(String name) {
        if (!next()) {
            throw malformed("Expected " + name + " to be there");
        }
        return bool();
    }

    boolean bool(boolean absent) {
        return next() ? bool() : absent;
    }

    private boolean bool() {
        int code = WireFormat.unsignedByte(bytes, position++, end);
        return switch (code) {
            case WireFormat.TRUE -> true;
            case WireFormat.FALSE -> false;
            case WireFormat.BOOLEAN -> WireFormat.unsignedByte(bytes, position++, end) != 0;
            default -> throw unexpected("a boolean", code);
        };
    }

    int ubyte(int absent) {
        if (!next()) {
            return absent;
        }
        int code = WireFormat.unsignedByte(bytes, position++, end);
        if (code != WireFormat.UBYTE) {
            throw unexpected("a ubyte", code);
        }
        return WireFormat.unsignedByte(bytes, position++, end);
    }

    /**
     * Passes over a binary.
     *
     * @return its length, its bytes being those before {@link #position}; -1 if absent
     */
    int binary() {
        if (!next()) {
            return -1;
        }
        int code = WireFormat.unsignedByte(bytes, position, end);
        if (code != WireFormat.BINARY8 && code != WireFormat.BINARY32) {
            throw unexpected("a binary", code);
        }
        int after = WireFormat.skip(bytes, position, end);
        int length = after - position - (code == WireFormat.BINARY8 ? 2 : 5);
        position = after;
        return length;
    }

    /**
     * Passes over a value of any type.
     *
     * @return where it starts, its end being {@link #position}; -1 if absent
     */
    int any() {
        if (!next()) {
            return -1;
        }
        int start = position;
        position = WireFormat.skip(bytes, position, end);
        return start;
    }

    /** A symbol as text, or null if absent. */
    @Nullable
    String symbol() {
        if (!next()) {
            return null;
        }
        int code = WireFormat.unsignedByte(bytes, position, end);
        if (code != WireFormat.SYMBOL8 && code != WireFormat.SYMBOL32) {
            throw unexpected("a symbol", code);
        }
        int after = WireFormat.skip(bytes, position, end);
        byte[] text = new byte[after - position - (code == WireFormat.SYMBOL8 ? 2 : 5)];
        bytes.get(after - text.length, text);
        position = after;
        return new String(text, StandardCharsets.US_ASCII);
    }

    /** The bytes of a binary, or null if absent. */
    byte @Nullable [] binaryBytes() {
        int length = binary();
        if (length < 0) {
            return null;
        }
        byte[] copy = new byte[length];
        bytes.get(position - length, copy);
        return copy;
    }

    int position() {
        return position;
    }

    private ProtocolException unexpected(String expected, int code) {
        return malformed("Expected " + expected + " at position " + (position - 1) + ", but found format code 0x"
                + Integer.toHexString(code));
    }
}
