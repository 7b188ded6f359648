// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.codec.AmqpReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads body sections, of which there may be several of a kind (AMQP 1.0 §3.2). */
final class Bodies {
    private Bodies() {}

    /** A range of bytes in a received message, or a joined copy of several. */
    static final class Slice {
        static final Slice EMPTY = new Slice(new byte[0], 0, 0);

        final byte[] bytes;
        final int offset;
        final int length;

        Slice(byte[] bytes, int offset, int length) {
            this.bytes = bytes;
            this.offset = offset;
            this.length = length;
        }

        byte[] copy() {
            return Arrays.copyOfRange(bytes, offset, offset + length);
        }
    }

    /** The contents of all data sections, one after the other. */
    static Slice data(Sections sections) {
        AmqpReader reader = sections.body();
        @Nullable String[] symbol = new String[1];
        Slice first = Slice.EMPTY;
        boolean isFirst = true;
        while (reader.hasRemaining()) {
            reader.readDescriptor(symbol);
            int length = reader.enterBinary();
            Slice next = new Slice(sections.bytes, reader.position(), length);
            reader.moveTo(reader.position() + length);
            first = isFirst ? next : join(first, next);
            isFirst = false;
        }
        return first;
    }

    /** The elements of all sequence sections. */
    static List<@Nullable Object> sequence(Sections sections) {
        AmqpReader reader = sections.body();
        @Nullable String[] symbol = new String[1];
        List<@Nullable Object> elements = new ArrayList<>();
        while (reader.hasRemaining()) {
            reader.readDescriptor(symbol);
            if (reader.skipNull()) {
                continue;
            }
            int count = reader.enterList();
            for (int i = 0; i < count; i++) {
                elements.add(reader.readObject());
            }
        }
        return elements;
    }

    private static Slice join(Slice a, Slice b) {
        byte[] joined = Arrays.copyOf(a.copy(), a.length + b.length);
        System.arraycopy(b.bytes, b.offset, joined, a.length, b.length);
        return new Slice(joined, 0, joined.length);
    }
}
