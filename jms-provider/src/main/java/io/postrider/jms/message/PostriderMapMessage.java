// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.codec.AmqpReader;
import io.postrider.jms.codec.AmqpWriter;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message with named values as its body. */
final class PostriderMapMessage extends PostriderMessage implements MapMessage {
    private final Map<String, @Nullable Object> entries = new LinkedHashMap<>();

    @Override
    byte typeCode() {
        return SectionCodes.TYPE_MAP;
    }

    @Override
    void writeBody(AmqpWriter writer) {
        writer.writeDescriptor(SectionCodes.VALUE);
        int mark = writer.begin();
        for (Map.Entry<String, @Nullable Object> entry : entries.entrySet()) {
            writer.writeString(entry.getKey());
            writer.writeObject(entry.getValue());
        }
        writer.endMap(mark, entries.size());
    }

    @Override
    void readBody(Reception received) {
        AmqpReader reader = received.sections().body();
        if (reader.readObject() instanceof Map<?, ?> map) {
            map.forEach((key, value) -> entries.put(String.valueOf(key), Conversions.receivedInBody(value)));
        }
    }

    @Override
    void emptyBody() {
        entries.clear();
    }

    @Override
    @Nullable
    Object body() {
        return entries.isEmpty() ? null : new HashMap<>(entries);
    }

    @Override
    boolean isBodyOf(Class<?> target) {
        return entries.isEmpty() || target == Map.class || target == Object.class;
    }

    private @Nullable Object get(@Nullable String name) throws JMSException {
        loadBody();
        return entries.get(checked(name));
    }

    private void put(@Nullable String name, @Nullable Object value) throws JMSException {
        checkBodyWritable();
        entries.put(checked(name), value);
    }

    private static String checked(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw new IllegalArgumentException("Expected a name, but got " + (name == null ? "null" : "''"));
        }
        return name;
    }

    @Override
    public boolean getBoolean(String name) throws JMSException {
        return Conversions.toBoolean(get(name));
    }

    @Override
    public byte getByte(String name) throws JMSException {
        return Conversions.toByte(get(name));
    }

    @Override
    public short getShort(String name) throws JMSException {
        return Conversions.toShort(get(name));
    }

    @Override
    public char getChar(String name) throws JMSException {
        return Conversions.toChar(get(name));
    }

    @Override
    public int getInt(String name) throws JMSException {
        return Conversions.toInt(get(name));
    }

    @Override
    public long getLong(String name) throws JMSException {
        return Conversions.toLong(get(name));
    }

    @Override
    public float getFloat(String name) throws JMSException {
        return Conversions.toFloat(get(name));
    }

    @Override
    public double getDouble(String name) throws JMSException {
        return Conversions.toDouble(get(name));
    }

    @Override
    public @Nullable String getString(String name) throws JMSException {
        return Conversions.toText(get(name));
    }

    @Override
    public byte @Nullable [] getBytes(String name) throws JMSException {
        byte[] bytes = Conversions.toBytes(get(name));
        return bytes == null ? null : bytes.clone();
    }

    @Override
    public @Nullable Object getObject(String name) throws JMSException {
        Object value = get(name);
        return value instanceof byte[] bytes ? bytes.clone() : value;
    }

    @Override
    public Enumeration<String> getMapNames() throws JMSException {
        loadBody();
        return Collections.enumeration(new ArrayList<>(entries.keySet()));
    }

    @Override
    public boolean itemExists(String name) throws JMSException {
        loadBody();
        return entries.containsKey(name);
    }

    @Override
    public void setBoolean(String name, boolean value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setByte(String name, byte value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setShort(String name, short value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setChar(String name, char value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setInt(String name, int value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setLong(String name, long value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setFloat(String name, float value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setDouble(String name, double value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setString(String name, @Nullable String value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setBytes(String name, byte @Nullable [] value) throws JMSException {
        put(name, value == null ? null : value.clone());
    }

    @Override
    public void setBytes(String name, byte[] value, int offset, int length) throws JMSException {
        put(name, Arrays.copyOfRange(value, offset, offset + length));
    }

    @Override
    public void setObject(String name, @Nullable Object value) throws JMSException {
        if (value != null && !Conversions.isBodyValue(value)) {
            throw Conversions.notAValue(value);
        }
        put(name, value instanceof byte[] bytes ? bytes.clone() : value);
    }
}
