// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import java.nio.ByteBuffer;
import java.util.Date;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.jspecify.annotations.Nullable;

/** Values of Proton's type system in the types the broker's own records hold. Any thread. */
public final class AmqpValues {
    private AmqpValues() {}

    /**
     * The value as {@link io.postrider.api.message.Annotations} may hold it: unsigned integers in the next wider type (the
     * widest wraps), symbols, characters and UUIDs as strings, timestamps as milliseconds.
     *
     * @return null for null and for types that have no such form: lists, maps, arrays, decimals, described values
     */
    public static @Nullable Object simple(@Nullable Object value) {
        if (value instanceof String
                || value instanceof Boolean
                || value instanceof Byte
                || value instanceof Short
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Float
                || value instanceof Double) {
            return value;
        }
        if (value instanceof Symbol || value instanceof Character || value instanceof UUID) {
            return value.toString();
        }
        if (value instanceof UnsignedByte number) {
            return number.shortValue();
        }
        if (value instanceof UnsignedShort number) {
            return number.intValue();
        }
        if (value instanceof UnsignedInteger number) {
            return number.longValue();
        }
        if (value instanceof UnsignedLong number) {
            return number.longValue();
        }
        if (value instanceof Date date) {
            return date.toInstant().toEpochMilli();
        }
        return value instanceof Binary binary ? bytes(binary) : null;
    }

    /** A copy of the bytes. */
    public static byte[] bytes(Binary binary) {
        ByteBuffer view = binary.asByteBuffer();
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        return bytes;
    }
}
