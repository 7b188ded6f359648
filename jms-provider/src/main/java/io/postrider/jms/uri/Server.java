// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.uri;

import java.util.Locale;
import java.util.Map;

/**
 * Where a broker listens. Immutable.
 *
 * @param path of the HTTP request that becomes a WebSocket; empty for plain sockets
 */
public record Server(Scheme scheme, String host, int port, String path) {

    /** How to reach it. */
    public enum Scheme {
        AMQP(5672, false, false),
        AMQPS(5671, true, false),
        AMQPWS(80, false, true),
        AMQPWSS(443, true, true);

        private static final Map<String, Scheme> NAMES = Map.of(
                "amqp", AMQP,
                "tcp", AMQP,
                "amqps", AMQPS,
                "amqp+ssl", AMQPS,
                "ssl", AMQPS,
                "amqpws", AMQPWS,
                "ws", AMQPWS,
                "amqpwss", AMQPWSS,
                "wss", AMQPWSS);

        private final int defaultPort;
        private final boolean isTls;
        private final boolean isWebSocket;

        Scheme(int defaultPort, boolean isTls, boolean isWebSocket) {
            this.defaultPort = defaultPort;
            this.isTls = isTls;
            this.isWebSocket = isWebSocket;
        }

        public int defaultPort() {
            return defaultPort;
        }

        public boolean isTls() {
            return isTls;
        }

        public boolean isWebSocket() {
            return isWebSocket;
        }

        /** @throws IllegalArgumentException if there is no such scheme */
        public static Scheme of(String name) {
            Scheme scheme = NAMES.get(name.toLowerCase(Locale.ROOT));
            if (scheme == null) {
                throw new IllegalArgumentException(
                        "Expected one of the schemes amqp, amqps, amqpws and amqpwss, but got '" + name + "'");
            }
            return scheme;
        }
    }

    /** The same broker by way of TLS. */
    Server withTls() {
        return switch (scheme) {
            case AMQP -> new Server(Scheme.AMQPS, host, port, path);
            case AMQPWS -> new Server(Scheme.AMQPWSS, host, port, path);
            case AMQPS, AMQPWSS -> this;
        };
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
