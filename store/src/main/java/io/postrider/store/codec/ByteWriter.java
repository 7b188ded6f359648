// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A direct buffer that grows as it is written, big endian. Owned by one thread; reused by {@link #reset}. */
public final class ByteWriter {
    private static final int KEPT_BYTES_MAX = 4 * 1024 * 1024;

    private final int initialBytes;
    private ByteBuffer buffer;

    public ByteWriter(int initialBytes) {
        this.initialBytes = initialBytes;
        this.buffer = ByteBuffer.allocateDirect(initialBytes);
    }

    /** Empties it; a buffer that one huge entry blew up is given back. */
    public void reset() {
        if (buffer.capacity() > KEPT_BYTES_MAX) {
            buffer = ByteBuffer.allocateDirect(initialBytes);
        }
        buffer.clear();
    }

    public int length() {
        return buffer.position();
    }

    /** What was written, from position to limit. Valid until the next write. */
    public ByteBuffer written() {
        ByteBuffer view = buffer.duplicate();
        view.flip();
        return view;
    }

    /** A buffer with room for this many bytes at its position; what is put there counts as written. */
    public ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            long wanted = Math.max((long) buffer.capacity() * 2, (long) buffer.position() + bytes);
            if (wanted > Integer.MAX_VALUE - 16) {
                wanted = (long) buffer.position() + bytes;
            }
            ByteBuffer grown = ByteBuffer.allocateDirect(Math.toIntExact(wanted));
            buffer.flip();
            grown.put(buffer);
            buffer = grown;
        }
        return buffer;
    }

    public void putByte(int value) {
        room(1).put((byte) value);
    }

    public void putBoolean(boolean value) {
        putByte(value ? 1 : 0);
    }

    public void putInt(int value) {
        room(4).putInt(value);
    }

    public void putIntAt(int position, int value) {
        buffer.putInt(position, value);
    }

    public void putLong(long value) {
        room(8).putLong(value);
    }

    public void putBytes(byte[] value) {
        room(4 + value.length).putInt(value.length).put(value);
    }

    public void putString(String value) {
        putBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** A string that may be absent: length -1 says so. */
    public void putOptionalString(@Nullable String value) {
        if (value == null) {
            putInt(-1);
        } else {
            putString(value);
        }
    }
}
