// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;
import org.apache.qpid.proton.amqp.transport.AmqpError;

/**
 * Structure of encoded AMQP values (AMQP 1.0 §1.6), by position. Stateless.
 *
 * <p>{@link #skip} walks into every list, map and array and checks that each size and count fits into what encloses it,
 * so that a decoder that trusts them afterwards cannot be led outside the frame or into allocating by a claimed size.
 */
final class WireFormat {
    static final int NULL = 0x40;
    static final int TRUE = 0x41;
    static final int FALSE = 0x42;
    static final int UINT0 = 0x43;
    static final int ULONG0 = 0x44;
    static final int LIST0 = 0x45;
    static final int UBYTE = 0x50;
    static final int SMALL_UINT = 0x52;
    static final int SMALL_ULONG = 0x53;
    static final int BOOLEAN = 0x56;
    static final int UINT = 0x70;
    static final int ULONG = 0x80;
    static final int BINARY8 = 0xa0;
    static final int SYMBOL8 = 0xa3;
    static final int BINARY32 = 0xb0;
    static final int SYMBOL32 = 0xb3;
    static final int LIST8 = 0xc0;
    static final int LIST32 = 0xd0;

    private static final int DEPTH_MAX = 16;
    private static final int EMPTY_ELEMENTS_MAX = 1024;

    private WireFormat() {}

    static ProtocolException malformed(String text) {
        return ProtocolException.connection(AmqpError.DECODE_ERROR, text);
    }

    static int unsignedByte(ByteBuffer bytes, int position, int limit) {
        if (position >= limit) {
            throw malformed("Expected another byte at position " + position + ", but the frame ends there");
        }
        return bytes.get(position) & 0xff;
    }

    static int fourBytes(ByteBuffer bytes, int position, int limit) {
        require(position, 4, limit);
        return bytes.getInt(position);
    }

    static void require(int position, long length, int limit) {
        if (length < 0 || length > limit - position) {
            throw malformed("Expected " + length + " bytes at position " + position + ", but only " + (limit - position)
                    + " are left");
        }
    }

    /** Checks the value at a position and returns the position after it. */
    static int skip(ByteBuffer bytes, int position, int limit) {
        return skip(bytes, position, limit, 0);
    }

    private static int skip(ByteBuffer bytes, int position, int limit, int depth) {
        if (depth > DEPTH_MAX) {
            throw malformed("Expected at most " + DEPTH_MAX + " nested values");
        }
        int code = unsignedByte(bytes, position, limit);
        if (code == 0) {
            int value = skip(bytes, position + 1, limit, depth + 1);
            return skip(bytes, value, limit, depth + 1);
        }
        return skipBody(bytes, code, position + 1, limit, depth);
    }

    private static int skipBody(ByteBuffer bytes, int code, int position, int limit, int depth) {
        return switch (code >>> 4) {
            case 0x4 -> position;
            case 0x5, 0x6, 0x7, 0x8, 0x9 -> skipBytes(position, 1 << ((code >>> 4) - 5), limit);
            case 0xa -> skipBytes(position + 1, unsignedByte(bytes, position, limit), limit);
            case 0xb -> skipBytes(position + 4, fourBytes(bytes, position, limit) & 0xffffffffL, limit);
            case 0xc, 0xd -> skipCompound(bytes, code, position, limit, depth);
            case 0xe, 0xf -> skipArray(bytes, code, position, limit, depth);
            default ->
                throw malformed("Expected a format code at position " + (position - 1) + ", but found 0x"
                        + Integer.toHexString(code));
        };
    }

    private static int skipBytes(int position, long count, int limit) {
        require(position, count, limit);
        return (int) (position + count);
    }

    private static int skipCompound(ByteBuffer bytes, int code, int position, int limit, int depth) {
        boolean isWide = code >>> 4 == 0xd;
        int width = isWide ? 4 : 1;
        int end = compoundEnd(bytes, position, limit, isWide);
        long count = isWide
                ? fourBytes(bytes, position + width, end) & 0xffffffffL
                : unsignedByte(bytes, position + width, end);
        int at = position + 2 * width;
        if (count > end - at) {
            throw malformed("Expected at most " + (end - at) + " elements at position " + at + ", but found " + count);
        }
        for (long i = 0; i < count; i++) {
            at = skip(bytes, at, end, depth + 1);
        }
        if (at != end) {
            throw malformed("Expected the value at position " + (position - 1) + " to end at " + end
                    + ", but its elements end at " + at);
        }
        return end;
    }

    private static int skipArray(ByteBuffer bytes, int code, int position, int limit, int depth) {
        boolean isWide = code >>> 4 == 0xf;
        int width = isWide ? 4 : 1;
        int end = compoundEnd(bytes, position, limit, isWide);
        long count = isWide
                ? fourBytes(bytes, position + width, end) & 0xffffffffL
                : unsignedByte(bytes, position + width, end);
        int at = position + 2 * width;
        int element = unsignedByte(bytes, at++, end);
        while (element == 0) {
            at = skip(bytes, at, end, depth + 1);
            element = unsignedByte(bytes, at++, end);
        }
        if (count > Math.max(EMPTY_ELEMENTS_MAX, end - at)) {
            throw malformed("Expected at most " + (end - at) + " elements at position " + at + ", but found " + count);
        }
        for (long i = 0; i < count; i++) {
            at = skipBody(bytes, element, at, end, depth + 1);
        }
        if (at != end) {
            throw malformed("Expected the array at position " + (position - 1) + " to end at " + end
                    + ", but its elements end at " + at);
        }
        return end;
    }

    /** End of a compound whose size field is at {@code position}; the size counts everything after itself. */
    static int compoundEnd(ByteBuffer bytes, int position, int limit, boolean isWide) {
        int width = isWide ? 4 : 1;
        long size = isWide ? fourBytes(bytes, position, limit) & 0xffffffffL : unsignedByte(bytes, position, limit);
        require(position + width, size, limit);
        if (size < width) {
            throw malformed(
                    "Expected a size of at least " + width + " at position " + position + ", but found " + size);
        }
        return (int) (position + width + size);
    }
}
