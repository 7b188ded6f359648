// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.codec;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ByteWriter} wrote; never trusts a length beyond what is there. Owned by one thread. */
final class ByteReader {
    private final ByteBuffer buffer;

    ByteReader(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    boolean hasRemaining() {
        return buffer.hasRemaining();
    }

    /** Position in the buffer it was given. */
    int position() {
        return buffer.position();
    }

    int readByte() {
        try {
            return buffer.get() & 0xff;
        } catch (BufferUnderflowException e) {
            throw underflow(1);
        }
    }

    boolean readBoolean() {
        return readByte() != 0;
    }

    int readInt() {
        try {
            return buffer.getInt();
        } catch (BufferUnderflowException e) {
            throw underflow(4);
        }
    }

    long readLong() {
        try {
            return buffer.getLong();
        } catch (BufferUnderflowException e) {
            throw underflow(8);
        }
    }

    /** A count of things that take at least this many bytes each. */
    int readCount(int bytesEachMin) {
        int count = readInt();
        if (count < 0 || (long) count * bytesEachMin > buffer.remaining()) {
            throw new CodecException("Expected a count that fits into " + buffer.remaining() + " bytes, but found "
                    + count + " [position=" + (buffer.position() - 4) + "]");
        }
        return count;
    }

    byte[] readBytes() {
        byte[] bytes = new byte[readCount(1)];
        buffer.get(bytes);
        return bytes;
    }

    String readString() {
        return new String(readBytes(), StandardCharsets.UTF_8);
    }

    @Nullable
    String readOptionalString() {
        if (buffer.remaining() >= 4 && buffer.getInt(buffer.position()) == -1) {
            buffer.getInt();
            return null;
        }
        return readString();
    }

    private CodecException underflow(int wanted) {
        return new CodecException("Expected " + wanted + " more bytes, but found " + buffer.remaining() + " [position="
                + buffer.position() + "]");
    }
}
