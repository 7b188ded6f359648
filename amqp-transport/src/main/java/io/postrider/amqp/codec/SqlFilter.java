// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The SQL filter of AMQP Filter Expressions, written as a selector. Stateless.
 *
 * <pre>
 *  p.name  properties.name               field of the properties section
 *  h.name  header.name                   priority, durable
 *  a.name  application_properties.name   application property, as is a bare name or one in [brackets]
 *  !=                                    as well as &lt;&gt;
 * </pre>
 *
 * What selectors have no words for (functions, {@code %}, fields of the delivery) is not offered.
 */
final class SqlFilter {
    private static final int LENGTH_MAX = 4096;
    private static final Pattern TOKEN = Pattern.compile("\\s+|('(?:[^']|'')*')|\\[([^\\]]+)]|\"([^\"]+)\""
            + "|([A-Za-z_$][A-Za-z0-9_$]*(?:\\.[A-Za-z_$][A-Za-z0-9_$-]*)*)"
            + "|(\\d[0-9A-Za-z.]*(?:[eE][+-]?\\d+)?)|(!=|<>|<=|>=|[=<>()+\\-*/,])|(.)");
    private static final Map<String, String> SECTIONS = Map.of(
            "p", "properties",
            "properties", "properties",
            "h", "header",
            "header", "header",
            "a", "application_properties",
            "application_properties", "application_properties");

    private SqlFilter() {}

    /** The selector, or null if the text is too long or uses what is not offered. */
    static @Nullable String selector(String sql) {
        if (sql.length() > LENGTH_MAX) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        Matcher tokens = TOKEN.matcher(sql);
        while (tokens.find()) {
            String token = translated(tokens, sql);
            if (token == null) {
                return null;
            }
            text.append(token);
        }
        return text.toString();
    }

    private static @Nullable String translated(Matcher token, String sql) {
        if (token.group(1) != null || token.group(5) != null) {
            return token.group();
        }
        if (token.group(2) != null || token.group(3) != null) {
            return PropertyFilters.applicationProperty(token.group(2) != null ? token.group(2) : token.group(3));
        }
        if (token.group(4) != null) {
            boolean isCall = sql.substring(token.end()).stripLeading().startsWith("(") && !isKeyword(token.group(4));
            return isCall ? null : name(token.group(4));
        }
        if (token.group(6) != null) {
            return token.group(6).equals("!=") ? "<>" : token.group(6);
        }
        return token.group(7) != null ? null : " ";
    }

    private static boolean isKeyword(String word) {
        return switch (word.toUpperCase(Locale.ROOT)) {
            case "AND", "OR", "NOT", "IN", "LIKE", "IS", "NULL", "ESCAPE", "BETWEEN", "TRUE", "FALSE" -> true;
            default -> false;
        };
    }

    private static @Nullable String name(String name) {
        if (isKeyword(name)) {
            return name;
        }
        int dot = name.indexOf('.');
        String section = dot < 0 ? null : SECTIONS.get(name.substring(0, dot).toLowerCase(Locale.ROOT));
        if (section == null) {
            return PropertyFilters.applicationProperty(name);
        }
        String field = name.substring(dot + 1);
        return switch (section) {
            case "properties" -> "amqp." + field.replace('-', '_');
            case "header" -> field.equals("priority") || field.equals("durable") ? "amqp." + field : null;
            default -> PropertyFilters.applicationProperty(field);
        };
    }
}
