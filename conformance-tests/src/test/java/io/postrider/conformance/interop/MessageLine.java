// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A message as the test programs of every language write it: one line of fields {@code name=type:value} separated by tabs.
 * Names are {@code durable priority id subject reply-to correlation-id group-id count body}, application properties as
 * {@code p.NAME} and message annotations as {@code a.NAME}. Types are {@code null bool byte int long double string symbol
 * binary}; a body may also be {@code data:HEX}, {@code list:type:value,…} (an amqp-sequence) or
 * {@code map:key~type:value,…}. Keys and values are percent-encoded. Immutable.
 */
public record MessageLine(SortedMap<String, Object> fields) {

    /** A data section. */
    public record Data(String hex) {
        public byte[] bytes() {
            return HexFormat.of().parseHex(hex);
        }

        public static Data of(byte... bytes) {
            return new Data(HexFormat.of().formatHex(bytes));
        }
    }

    public MessageLine {
        fields = Collections.unmodifiableSortedMap(new TreeMap<>(fields));
    }

    /** A durable message of the usual priority. */
    public static MessageLine of(Object body) {
        return new MessageLine(new TreeMap<>(Map.of("durable", true, "priority", 4))).with("body", body);
    }

    public MessageLine with(String name, Object value) {
        SortedMap<String, Object> copy = new TreeMap<>(fields);
        copy.put(name, value);
        return new MessageLine(copy);
    }

    public Object get(String name) {
        return fields.get(name);
    }

    /** Only the named fields, with numbers widened, so that languages without our integer types compare equal. */
    public SortedMap<String, Object> comparable(Collection<String> names) {
        SortedMap<String, Object> compared = new TreeMap<>();
        for (String name : names) {
            compared.put(name, fields.containsKey(name) ? widen(fields.get(name)) : "absent");
        }
        return compared;
    }

    private static Object widen(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .collect(Collectors.toMap(
                            e -> e.getKey().toString(), e -> widen(e.getValue()), (a, b) -> b, TreeMap::new));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(MessageLine::widen).toList();
        }
        if (value instanceof Double || value instanceof Float || !(value instanceof Number)) {
            return value instanceof Float f ? Double.valueOf(f) : value;
        }
        return ((Number) value).longValue();
    }

    public String format() {
        return fields.entrySet().stream()
                .map(e -> quote(e.getKey()) + "=" + formatValue(e.getValue()))
                .collect(Collectors.joining("\t"));
    }

    public static MessageLine parse(String line) {
        SortedMap<String, Object> fields = new TreeMap<>();
        for (String field : line.split("\t")) {
            int at = field.indexOf('=');
            fields.put(unquote(field.substring(0, at)), parseValue(field.substring(at + 1)));
        }
        return new MessageLine(fields);
    }

    private static String formatValue(Object value) {
        if (value == null) {
            return "null:";
        } else if (value instanceof Boolean) {
            return "bool:" + value;
        } else if (value instanceof Byte) {
            return "byte:" + value;
        } else if (value instanceof Integer) {
            return "int:" + value;
        } else if (value instanceof Long) {
            return "long:" + value;
        } else if (value instanceof Double) {
            return "double:" + value;
        } else if (value instanceof byte[] bytes) {
            return "binary:" + HexFormat.of().formatHex(bytes);
        } else if (value instanceof Data data) {
            return "data:" + data.hex();
        } else if (value instanceof List<?> list) {
            return "list:" + list.stream().map(MessageLine::formatValue).collect(Collectors.joining(","));
        } else if (value instanceof Map<?, ?> map) {
            return "map:"
                    + map.entrySet().stream()
                            .map(e -> quote(e.getKey().toString()) + "~" + formatValue(e.getValue()))
                            .collect(Collectors.joining(","));
        }
        return "string:" + quote(value.toString());
    }

    private static Object parseValue(String text) {
        int at = text.indexOf(':');
        String value = text.substring(at + 1);
        return switch (text.substring(0, at)) {
            case "null" -> null;
            case "bool" -> Boolean.valueOf(value);
            case "byte", "int", "long" -> Long.valueOf(value);
            case "double" -> Double.valueOf(value);
            case "string", "symbol" -> unquote(value);
            case "data", "binary" -> new Data(value);
            case "list" -> parseList(value);
            case "map" -> parseMap(value);
            default -> throw new IllegalArgumentException("Expected a known type, found " + text);
        };
    }

    private static List<Object> parseList(String text) {
        List<Object> list = new ArrayList<>();
        for (String element : text.isEmpty() ? new String[0] : text.split(",")) {
            list.add(parseValue(element));
        }
        return list;
    }

    private static Map<String, Object> parseMap(String text) {
        Map<String, Object> map = new TreeMap<>();
        for (String entry : text.isEmpty() ? new String[0] : text.split(",")) {
            int at = entry.indexOf('~');
            map.put(unquote(entry.substring(0, at)), parseValue(entry.substring(at + 1)));
        }
        return map;
    }

    static String quote(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }

    private static String unquote(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
