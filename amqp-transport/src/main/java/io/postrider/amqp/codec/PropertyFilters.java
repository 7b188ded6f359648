// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.jspecify.annotations.Nullable;

/**
 * The property filters of AMQP Filter Expressions, written as selectors: every entry of the map must hold. Stateless.
 *
 * <p>A string may begin with {@code &p:} for a prefix, {@code &s:} for a suffix, or {@code &&} for a text that begins with an
 * ampersand. Null means that the property must be absent.
 */
final class PropertyFilters {
    private static final int ENTRIES_MAX = 16;
    private static final String ESCAPE = "\\";
    private static final Set<String> FIELDS = Set.of(
            "message-id",
            "user-id",
            "to",
            "subject",
            "reply-to",
            "correlation-id",
            "content-type",
            "content-encoding",
            "absolute-expiry-time",
            "creation-time",
            "group-id",
            "group-sequence",
            "reply-to-group-id");

    private PropertyFilters() {}

    /** On fields of the properties section; null if the map asks for what cannot be compared. */
    static @Nullable String onProperties(@Nullable Object map) {
        return read(map, true);
    }

    /** On application properties; null if the map asks for what cannot be compared. */
    static @Nullable String onApplicationProperties(@Nullable Object map) {
        return read(map, false);
    }

    private static @Nullable String read(@Nullable Object map, boolean isOnFields) {
        if (!(map instanceof Map<?, ?> entries) || entries.isEmpty() || entries.size() > ENTRIES_MAX) {
            return null;
        }
        StringJoiner all = new StringJoiner(" AND ");
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            String identifier = isOnFields ? field(entry.getKey()) : applicationProperty(entry.getKey());
            String condition = identifier == null ? null : condition(identifier, entry.getValue());
            if (condition == null) {
                return null;
            }
            all.add(condition);
        }
        return all.toString();
    }

    private static @Nullable String field(@Nullable Object key) {
        String name = key instanceof Symbol || key instanceof String ? key.toString() : "";
        return FIELDS.contains(name) ? "amqp." + name.replace('-', '_') : null;
    }

    static @Nullable String applicationProperty(@Nullable Object key) {
        // Names that selectors take for something else cannot be reached by one.
        if (!(key instanceof String name)
                || name.isEmpty()
                || name.startsWith("JMS")
                || name.startsWith("amqp.")
                || name.startsWith("m.")) {
            return null;
        }
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static @Nullable String condition(String identifier, @Nullable Object value) {
        if (value == null) {
            return identifier + " IS NULL";
        }
        if (value instanceof String || value instanceof Symbol) {
            return text(identifier, value.toString());
        }
        if (value instanceof Binary binary) {
            return identifier + " = "
                    + quoted(new String(
                            binary.getArray(), binary.getArrayOffset(), binary.getLength(), StandardCharsets.UTF_8));
        }
        if (value instanceof Boolean) {
            return identifier + " = " + (Boolean.TRUE.equals(value) ? "TRUE" : "FALSE");
        }
        if (value instanceof UUID) {
            return identifier + " = " + quoted(value.toString());
        }
        Number number = number(value);
        if (number == null) {
            return null;
        }
        return identifier + " = " + number;
    }

    @SuppressWarnings("JavaUtilDate") // what the codec makes of a timestamp
    private static @Nullable Number number(Object value) {
        if (value instanceof Date date) {
            return date.getTime();
        }
        if (value instanceof Double || value instanceof Float) {
            double number = ((Number) value).doubleValue();
            return Double.isFinite(number) ? number : null;
        }
        boolean isWhole = value instanceof Byte
                || value instanceof Short
                || value instanceof Integer
                || value instanceof Long
                || value instanceof UnsignedByte
                || value instanceof UnsignedShort
                || value instanceof UnsignedInteger
                || value instanceof UnsignedLong;
        return isWhole ? (Number) ((Number) value).longValue() : null;
    }

    private static String text(String identifier, String value) {
        if (value.startsWith("&p:")) {
            return identifier + " LIKE " + quoted(pattern(value.substring(3)) + "%") + " ESCAPE '" + ESCAPE + "'";
        }
        if (value.startsWith("&s:")) {
            return identifier + " LIKE " + quoted("%" + pattern(value.substring(3))) + " ESCAPE '" + ESCAPE + "'";
        }
        return identifier + " = " + quoted(value.startsWith("&&") ? value.substring(1) : value);
    }

    private static String pattern(String text) {
        return text.replace(ESCAPE, ESCAPE + ESCAPE).replace("%", ESCAPE + "%").replace("_", ESCAPE + "_");
    }

    static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
