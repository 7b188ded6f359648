// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.engine.EngineSettings;

/**
 * How the listener listens and what it allows. Immutable.
 *
 * @param host address to bind
 * @param port 0 for any free one
 * @param containerId our container id
 * @param connectionsMax connections beyond this are refused
 * @param frameBytesMax largest frame accepted
 * @param messageBytesMax largest message accepted
 * @param channelMax highest channel number of a connection
 * @param handleMax highest link handle of a session
 * @param idleTimeoutMs silence after which a connection is given up; 0 for never
 * @param openTimeoutMs time from the TCP connection to the open frame
 * @param producerCredit deliveries a producer may have under way
 */
public record AmqpSettings(
        String host,
        int port,
        String containerId,
        int connectionsMax,
        int frameBytesMax,
        long messageBytesMax,
        int channelMax,
        int handleMax,
        int idleTimeoutMs,
        int openTimeoutMs,
        int producerCredit) {
    public static final int PORT_DEFAULT = 5672;

    /** Loopback, the registered port, and limits that suit one machine. */
    public static final AmqpSettings DEFAULT = new AmqpSettings(
            "127.0.0.1", PORT_DEFAULT, "postrider", 10_000, 256 * 1024, 16L << 30, 1023, 4095, 60_000, 10_000, 1000);

    public AmqpSettings {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("Expected a port of 0 to 65535, but got " + port);
        }
        if (connectionsMax < 1) {
            throw new IllegalArgumentException("Expected at least 1 connection, but got " + connectionsMax);
        }
        if (openTimeoutMs < 1) {
            throw new IllegalArgumentException("Expected an open timeout of at least 1 ms, but got " + openTimeoutMs);
        }
        if (producerCredit < 1) {
            throw new IllegalArgumentException("Expected a producer credit of at least 1, but got " + producerCredit);
        }
    }

    public AmqpSettings withAddress(String newHost, int newPort) {
        return new AmqpSettings(
                newHost,
                newPort,
                containerId,
                connectionsMax,
                frameBytesMax,
                messageBytesMax,
                channelMax,
                handleMax,
                idleTimeoutMs,
                openTimeoutMs,
                producerCredit);
    }

    public AmqpSettings withTimeouts(int newIdleTimeoutMs, int newOpenTimeoutMs) {
        return new AmqpSettings(
                host,
                port,
                containerId,
                connectionsMax,
                frameBytesMax,
                messageBytesMax,
                channelMax,
                handleMax,
                newIdleTimeoutMs,
                newOpenTimeoutMs,
                producerCredit);
    }

    public AmqpSettings withLimits(int newConnectionsMax, int newFrameBytesMax, long newMessageBytesMax) {
        return new AmqpSettings(
                host,
                port,
                containerId,
                newConnectionsMax,
                newFrameBytesMax,
                newMessageBytesMax,
                channelMax,
                handleMax,
                idleTimeoutMs,
                openTimeoutMs,
                producerCredit);
    }

    EngineSettings engine() {
        return new EngineSettings(containerId, frameBytesMax, channelMax, handleMax, messageBytesMax, idleTimeoutMs);
    }
}
