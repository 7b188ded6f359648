// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The conversion table of properties, map entries and stream fields (Jakarta Messaging 3.1 §3.5.4, §3.11.3). A missing
 * value behaves like the string null handed to {@code valueOf}.
 */
final class Conversions {
    private Conversions() {}

    static boolean toBoolean(@Nullable Object value) throws JMSException {
        if (value instanceof Boolean b) {
            return b;
        }
        if (value == null || value instanceof String) {
            return Boolean.parseBoolean((String) value);
        }
        throw impossible(value, "boolean");
    }

    static byte toByte(@Nullable Object value) throws JMSException {
        if (value instanceof Byte b) {
            return b;
        }
        if (value == null || value instanceof String) {
            return Byte.parseByte((String) value);
        }
        throw impossible(value, "byte");
    }

    static short toShort(@Nullable Object value) throws JMSException {
        if (value instanceof Short || value instanceof Byte) {
            return ((Number) value).shortValue();
        }
        if (value == null || value instanceof String) {
            return Short.parseShort((String) value);
        }
        throw impossible(value, "short");
    }

    static int toInt(@Nullable Object value) throws JMSException {
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).intValue();
        }
        if (value == null || value instanceof String) {
            return Integer.parseInt((String) value);
        }
        throw impossible(value, "int");
    }

    static long toLong(@Nullable Object value) throws JMSException {
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value == null || value instanceof String) {
            return Long.parseLong((String) value);
        }
        throw impossible(value, "long");
    }

    static float toFloat(@Nullable Object value) throws JMSException {
        if (value instanceof Float f) {
            return f;
        }
        if (value == null) {
            throw new NullPointerException("No such value");
        }
        if (value instanceof String s) {
            return Float.parseFloat(s);
        }
        throw impossible(value, "float");
    }

    static double toDouble(@Nullable Object value) throws JMSException {
        if (value instanceof Double || value instanceof Float) {
            return ((Number) value).doubleValue();
        }
        if (value == null) {
            throw new NullPointerException("No such value");
        }
        if (value instanceof String s) {
            return Double.parseDouble(s);
        }
        throw impossible(value, "double");
    }

    static char toChar(@Nullable Object value) throws JMSException {
        if (value instanceof Character c) {
            return c;
        }
        if (value == null) {
            throw new NullPointerException("No such value");
        }
        throw impossible(value, "char");
    }

    static @Nullable String toText(@Nullable Object value) throws JMSException {
        if (value == null) {
            return null;
        }
        if (value instanceof byte[]) {
            throw impossible(value, "String");
        }
        return value.toString();
    }

    static byte @Nullable [] toBytes(@Nullable Object value) throws JMSException {
        if (value == null) {
            return null;
        }
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        throw impossible(value, "byte[]");
    }

    /** Whether a property may hold the value. */
    static boolean isPropertyValue(@Nullable Object value) {
        return value == null
                || value instanceof String
                || value instanceof Boolean
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Short
                || value instanceof Byte
                || value instanceof Float
                || value instanceof Double;
    }

    /** Whether a map entry or stream field may hold the value. */
    static boolean isBodyValue(@Nullable Object value) {
        return isPropertyValue(value) || value instanceof Character || value instanceof byte[];
    }

    static MessageFormatException notAValue(Object value) {
        return new MessageFormatException("Expected a primitive wrapper or String, but got "
                + value.getClass().getName());
    }

    /** What a property received from a foreign sender becomes: a type JMS knows (interop: binary as hex, the rest as text). */
    static @Nullable Object received(@Nullable Object value) {
        if (isPropertyValue(value)) {
            return value;
        }
        return value instanceof byte[] bytes ? MessageIds.hex(bytes) : String.valueOf(value);
    }

    /** What a map entry or stream field received from a foreign sender becomes. */
    static @Nullable Object receivedInBody(@Nullable Object value) {
        return isBodyValue(value) || !(value instanceof UUID) ? value : value.toString();
    }

    private static MessageFormatException impossible(Object value, String type) {
        return new MessageFormatException("A " + value.getClass().getSimpleName() + " cannot be read as " + type);
    }
}
