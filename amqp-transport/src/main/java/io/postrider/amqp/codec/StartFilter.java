// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.address.StartPosition;
import java.util.Date;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.jspecify.annotations.Nullable;

/** The filter that says where in a log a reader begins, as RabbitMQ's streams have it. Stateless. */
final class StartFilter {
    static final Symbol NAME = Symbol.valueOf("rabbitmq:stream-offset-spec");

    private StartFilter() {}

    /** The position of a filter's value; null if it is none. */
    @SuppressWarnings("JavaUtilDate") // what the codec makes of a timestamp
    static @Nullable StartPosition position(@Nullable Object value) {
        if (value instanceof Date time) {
            return time.getTime() < 0 ? null : new StartPosition(StartPosition.Kind.TIME, time.getTime());
        }
        if (value instanceof Byte
                || value instanceof Short
                || value instanceof Integer
                || value instanceof Long
                || value instanceof UnsignedShort
                || value instanceof UnsignedInteger
                || value instanceof UnsignedLong) {
            long offset = ((Number) value).longValue();
            return offset < 0 ? null : new StartPosition(StartPosition.Kind.OFFSET, offset);
        }
        if (value instanceof String || value instanceof Symbol) {
            try {
                return StartPosition.parse(value.toString());
            } catch (IllegalArgumentException e) {
                return null; // told to the peer as what it is: no position
            }
        }
        return null;
    }
}
