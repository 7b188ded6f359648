// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.uri;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection URI taken apart: {@code amqp://host:port?option=value&…}. Immutable.
 *
 * @param options names to decoded values, in the order given
 */
public record ConnectionUri(String host, int port, Map<String, String> options) {
    private static final int AMQP_PORT = 5672;

    /** @throws IllegalArgumentException with a sentence that says what is wrong */
    public static ConnectionUri parse(String text) {
        URI uri;
        try {
            uri = new URI(text.trim());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("Expected a URI like amqp://host:5672, but got '" + text + "'", e);
        }
        if (!"amqp".equals(uri.getScheme())) {
            throw new IllegalArgumentException(
                    "Expected a URI with the scheme amqp, like amqp://host:5672, but got '" + text + "'");
        }
        if (uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "Expected a host in the URI, like amqp://host:5672, but got '" + text + "'");
        }
        String host = uri.getHost();
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        Map<String, String> options = query(uri.getRawQuery(), text);
        userInfo(uri.getRawUserInfo(), options);
        return new ConnectionUri(host, uri.getPort() < 0 ? AMQP_PORT : uri.getPort(), options);
    }

    private static Map<String, String> query(@Nullable String query, String text) {
        Map<String, String> options = new LinkedHashMap<>();
        if (query == null) {
            return options;
        }
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException(
                        "Expected options like name=value, but got '" + pair + "' in '" + text + "'");
            }
            options.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
        }
        return options;
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
