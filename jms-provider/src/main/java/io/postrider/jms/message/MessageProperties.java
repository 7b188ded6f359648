// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.codec.AmqpReader;
import jakarta.jms.JMSException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a message under their JMS names, the ones with a place of their own on the wire included. Owned by
 * whoever owns the message.
 */
public final class MessageProperties {
    private @Nullable Map<String, Object> values;

    public @Nullable Object get(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw new IllegalArgumentException("Expected a property name, but got " + (name == null ? "null" : "''"));
        }
        return values == null ? null : values.get(name);
    }

    public boolean isEmpty() {
        return values == null || values.isEmpty();
    }

    public Set<String> names() {
        return values == null ? Set.of() : values.keySet();
    }

    Map<String, Object> all() {
        return values == null ? Map.of() : values;
    }

    /** Sets a property for an application: the name and the type of the value are checked. */
    public void set(@Nullable String name, @Nullable Object value) throws JMSException {
        PropertyNames.check(name);
        if (value != null && !Conversions.isPropertyValue(value)) {
            throw Conversions.notAValue(value);
        }
        String checked = String.valueOf(name);
        if (PropertyNames.isProviders(checked)) {
            return;
        }
        switch (checked) {
            case PropertyNames.GROUP_SEQ -> put(checked, Conversions.toInt(value));
            case PropertyNames.TTL -> put(checked, checkedTtl(Conversions.toLong(value)));
            case PropertyNames.TYPED_ENCODING -> put(checked, Conversions.toBoolean(value));
            case PropertyNames.GROUP_ID, PropertyNames.USER_ID, PropertyNames.REPLY_TO_GROUP_ID ->
                put(checked, Conversions.toText(value));
            default -> put(checked, value);
        }
    }

    /** Sets a property without a check; null values are kept, they exist. */
    void put(String name, @Nullable Object value) {
        if (values == null) {
            values = new LinkedHashMap<>();
        }
        nullable(values).put(name, value);
    }

    void putIfPresent(String name, @Nullable Object value) {
        if (value != null) {
            put(name, value);
        }
    }

    void remove(String name) {
        if (values != null) {
            values.remove(name);
        }
    }

    void clear() {
        values = null;
    }

    /** Adds the application properties of a received message. */
    void read(@Nullable AmqpReader reader) {
        if (reader == null) {
            return;
        }
        int count = reader.enterMap();
        for (int i = 0; i < count; i += 2) {
            String name = reader.readString();
            Object value = reader.readObject();
            if (name != null && !name.isEmpty()) {
                put(name, Conversions.received(value));
            }
        }
    }

    private static long checkedTtl(long ttlMs) throws JMSException {
        if (ttlMs < 0 || ttlMs > 0xffff_ffffL) {
            throw new JMSException("Expected " + PropertyNames.TTL + " to be 0 to 4294967295 ms, but got " + ttlMs);
        }
        return ttlMs;
    }

    /** A property may exist with the value null, which the map's type does not say. */
    @SuppressWarnings("NullAway")
    private static Map<String, @Nullable Object> nullable(Map<String, Object> map) {
        return (Map<String, @Nullable Object>) map;
    }
}
