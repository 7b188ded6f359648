// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.StreamMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every cell of the conversion tables of Jakarta Messaging 3.1 §3.5.4 and §3.11.3, for properties, maps and streams. */
class ConversionMatrixTest {

    /** Types to the types they may be read as, beside themselves. */
    private static final Map<String, Set<String>> ALLOWED = new LinkedHashMap<>();

    private static final Map<String, Object> SAMPLES = new LinkedHashMap<>();

    static {
        allow("boolean", true, "String");
        allow("byte", (byte) 5, "short", "int", "long", "String");
        allow("short", (short) 5, "int", "long", "String");
        allow("int", 5, "long", "String");
        allow("long", 5L, "String");
        allow("float", 5f, "double", "String");
        allow("double", 5d, "String");
        allow("String", "5", "boolean", "byte", "short", "int", "long", "float", "double");
        allow("char", 'c', "String");
        allow("byte[]", new byte[] {5});
    }

    private static void allow(String type, Object sample, String... others) {
        SAMPLES.put(type, sample);
        Set<String> all = new TreeSet<>(List.of(others));
        all.add(type);
        ALLOWED.put(type, all);
    }

    private interface Getter {
        Object get() throws JMSException;
    }

    private static Map<String, Getter> mapGetters(MapMessage m) {
        Map<String, Getter> getters = new LinkedHashMap<>();
        getters.put("boolean", () -> m.getBoolean("x"));
        getters.put("byte", () -> m.getByte("x"));
        getters.put("short", () -> m.getShort("x"));
        getters.put("int", () -> m.getInt("x"));
        getters.put("long", () -> m.getLong("x"));
        getters.put("float", () -> m.getFloat("x"));
        getters.put("double", () -> m.getDouble("x"));
        getters.put("String", () -> m.getString("x"));
        getters.put("char", () -> m.getChar("x"));
        getters.put("byte[]", () -> m.getBytes("x"));
        return getters;
    }

    private static Map<String, Getter> propertyGetters(Message m) {
        Map<String, Getter> getters = new LinkedHashMap<>();
        getters.put("boolean", () -> m.getBooleanProperty("x"));
        getters.put("byte", () -> m.getByteProperty("x"));
        getters.put("short", () -> m.getShortProperty("x"));
        getters.put("int", () -> m.getIntProperty("x"));
        getters.put("long", () -> m.getLongProperty("x"));
        getters.put("float", () -> m.getFloatProperty("x"));
        getters.put("double", () -> m.getDoubleProperty("x"));
        getters.put("String", () -> m.getStringProperty("x"));
        return getters;
    }

    private static Map<String, Getter> streamGetters(StreamMessage m) {
        Map<String, Getter> getters = new LinkedHashMap<>();
        getters.put("boolean", m::readBoolean);
        getters.put("byte", m::readByte);
        getters.put("short", m::readShort);
        getters.put("int", m::readInt);
        getters.put("long", m::readLong);
        getters.put("float", m::readFloat);
        getters.put("double", m::readDouble);
        getters.put("String", m::readString);
        getters.put("char", m::readChar);
        getters.put("byte[]", () -> m.readBytes(new byte[9]));
        return getters;
    }

    private static DynamicTest cell(String where, String from, String to, Getter getter) {
        return DynamicTest.dynamicTest(where + ": " + from + " as " + to, () -> {
            if (ALLOWED.get(from).contains(to)) {
                getter.get();
            } else {
                assertThrows(MessageFormatException.class, getter::get);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> everyCell() throws JMSException {
        List<DynamicTest> cells = new ArrayList<>();
        for (Map.Entry<String, Object> sample : SAMPLES.entrySet()) {
            String from = sample.getKey();
            MapMessage map = Messages.map();
            map.setObject("x", sample.getValue());
            mapGetters(map).forEach((to, getter) -> cells.add(cell("map", from, to, getter)));
            for (String to : SAMPLES.keySet()) {
                StreamMessage stream = Messages.stream();
                stream.writeObject(sample.getValue());
                stream.reset();
                cells.add(cell("stream", from, to, streamGetters(stream).get(to)));
            }
            if (!from.equals("char") && !from.equals("byte[]")) {
                Message message = Messages.plain();
                message.setObjectProperty("x", sample.getValue());
                propertyGetters(message).forEach((to, getter) -> cells.add(cell("property", from, to, getter)));
            }
        }
        return cells.stream();
    }

    @Test
    void missingValuesBehaveLikeTheStringNull() throws JMSException {
        Message message = Messages.plain();
        assertEquals(false, message.getBooleanProperty("x"));
        assertThrows(NumberFormatException.class, () -> message.getByteProperty("x"));
        assertThrows(NumberFormatException.class, () -> message.getIntProperty("x"));
        assertThrows(NullPointerException.class, () -> message.getDoubleProperty("x"));
        assertEquals(null, message.getStringProperty("x"));

        MapMessage map = Messages.map();
        assertThrows(NullPointerException.class, () -> map.getChar("x"));
        assertEquals(null, map.getBytes("x"));
        assertEquals(null, map.getObject("x"));
    }

    @Test
    void textThatIsNoNumberIsRefusedAndTheStreamStaysWhereItWas() throws JMSException {
        StreamMessage stream = Messages.stream();
        stream.writeString("seven");
        stream.reset();

        assertThrows(NumberFormatException.class, stream::readInt);
        assertEquals("seven", stream.readString());
    }

    @Test
    void classesWithoutAPlaceAreRefused() {
        assertThrows(MessageFormatException.class, () -> Messages.plain().setObjectProperty("x", new byte[1]));
        assertThrows(MessageFormatException.class, () -> Messages.plain().setObjectProperty("x", 'c'));
        assertThrows(MessageFormatException.class, () -> Messages.map().setObject("x", List.of()));
        assertThrows(MessageFormatException.class, () -> Messages.stream().writeObject(new Object()));
    }
}
