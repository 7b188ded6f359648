// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.message;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Facts the broker adds to a stored message, merged over the message's own annotations on each delivery. Immutable and
 * sorted by key, so that equal annotations have equal bytes.
 *
 * @param values keys to values of type String, Boolean, Byte, Short, Integer, Long, Float, Double or {@code byte[]}
 */
public record Annotations(SortedMap<String, Object> values) {
    public static final Annotations NONE = new Annotations(new TreeMap<>());

    public Annotations {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    public static Annotations of(Map<String, Object> values) {
        return values.isEmpty() ? NONE : new Annotations(new TreeMap<>(values));
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** These annotations with {@code newer} added; equal keys take the newer value. */
    public Annotations merged(Annotations newer) {
        if (newer.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return newer;
        }
        TreeMap<String, Object> all = new TreeMap<>(values);
        all.putAll(newer.values);
        return new Annotations(all);
    }

    /** These annotations without some keys. */
    public Annotations without(String... keys) {
        TreeMap<String, Object> rest = new TreeMap<>(values);
        for (String key : keys) {
            rest.remove(key);
        }
        return rest.size() == values.size() ? this : of(rest);
    }

    /** A whole number; null where there is none. */
    public @Nullable Long number(String key) {
        Object value = values.get(key);
        return value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte
                ? ((Number) value).longValue()
                : null;
    }

    /** Text; null where there is none. */
    public @Nullable String text(String key) {
        return values.get(key) instanceof String text ? text : null;
    }
}
