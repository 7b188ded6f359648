// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.uri;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection URI taken apart. One broker is {@code amqp://host:port?option=value&…}, several are
 * {@code failover:(amqp://a:1,amqp://b:2)?option=value&…}; the word, the brackets or both may be left out. Immutable.
 *
 * @param isList whether it names several brokers, or says failover
 * @param options names to decoded values, in the order given
 */
public record ConnectionUri(List<Server> servers, boolean isList, Map<String, String> options) {
    private static final String FAILOVER = "failover:";
    private static final String NESTED = "failover.nested.";
    /** A comma before another URI: option values may have commas in them. */
    private static final String BETWEEN_URIS = ",\\s*(?=[A-Za-z+]+://)";

    public ConnectionUri {
        servers = List.copyOf(servers);
    }

    /** @throws IllegalArgumentException with a sentence that says what is wrong */
    public static ConnectionUri parse(String text) {
        String rest = text.trim();
        boolean isFailover = rest.toLowerCase(Locale.ROOT).startsWith(FAILOVER);
        if (isFailover) {
            rest = rest.substring(FAILOVER.length());
            rest = rest.startsWith("//") ? rest.substring(2) : rest;
        }
        Map<String, String> options = new LinkedHashMap<>();
        String inner = rest;
        if (rest.startsWith("(")) {
            int end = rest.indexOf(')');
            if (end < 0) {
                throw new IllegalArgumentException("Expected a ')' after the brokers, but got '" + text + "'");
            }
            inner = rest.substring(1, end);
            isFailover = true;
            outerOptions(rest.substring(end + 1), text, options);
        }
        List<Server> servers = new ArrayList<>();
        for (String one : inner.split(BETWEEN_URIS)) {
            servers.add(server(one.trim(), text, options));
        }
        return new ConnectionUri(servers, isFailover || servers.size() > 1, nested(options));
    }

    private static void outerOptions(String rest, String text, Map<String, String> options) {
        if (rest.isEmpty()) {
            return;
        }
        if (!rest.startsWith("?")) {
            throw new IllegalArgumentException(
                    "Expected '?' and options after the brokers, but got '" + rest + "' in '" + text + "'");
        }
        query(rest.substring(1), text, options);
    }

    private static Server server(String one, String text, Map<String, String> options) {
        URI uri;
        try {
            uri = new URI(one);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("Expected a URI like amqp://host:5672, but got '" + text + "'", e);
        }
        if (uri.getScheme() == null || uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "Expected a host in the URI, like amqp://host:5672, but got '" + text + "'");
        }
        Server.Scheme scheme = Server.Scheme.of(uri.getScheme());
        String host = uri.getHost();
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        query(uri.getRawQuery(), text, options);
        userInfo(uri.getRawUserInfo(), options);
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return new Server(scheme, host, uri.getPort() < 0 ? scheme.defaultPort() : uri.getPort(), path);
    }

    private static void query(@Nullable String query, String text, Map<String, String> options) {
        if (query == null) {
            return;
        }
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException(
                        "Expected options like name=value, but got '" + pair + "' in '" + text + "'");
            }
            String name = decode(pair.substring(0, equals));
            String value = decode(pair.substring(equals + 1));
            String before = options.putIfAbsent(name, value);
            if (before != null && !before.equals(value)) {
                throw new IllegalArgumentException(
                        "Expected one value for '" + name + "', but got '" + before + "' and '" + value + "'");
            }
        }
    }

    /** Options for each of several brokers; ours are the same for all of them. */
    private static Map<String, String> nested(Map<String, String> options) {
        Map<String, String> plain = new LinkedHashMap<>();
        options.forEach(
                (name, value) -> plain.put(name.startsWith(NESTED) ? name.substring(NESTED.length()) : name, value));
        return plain;
    }

    private static void userInfo(@Nullable String userInfo, Map<String, String> options) {
        if (userInfo == null) {
            return;
        }
        int colon = userInfo.indexOf(':');
        options.putIfAbsent("jms.username", decode(colon < 0 ? userInfo : userInfo.substring(0, colon)));
        if (colon >= 0) {
            options.putIfAbsent("jms.password", decode(userInfo.substring(colon + 1)));
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
