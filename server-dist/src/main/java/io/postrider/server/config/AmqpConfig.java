// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

/**
 * Where AMQP peers connect, and what one of them may ask for. Immutable.
 *
 * @param port 0 for a free port
 * @param maxFrameSizeBytes largest frame we accept (AMQP 1.0 §2.7.1), at least 512
 * @param maxMessageSizeBytes largest message we accept
 * @param idleTimeoutMs a peer silent for longer is closed; 0 for never
 * @param openTimeoutMs time a peer has from connecting to a finished open
 */
public record AmqpConfig(
        String host,
        int port,
        int maxFrameSizeBytes,
        long maxMessageSizeBytes,
        int idleTimeoutMs,
        int openTimeoutMs,
        int connectionsMax,
        int channelMax,
        int handleMax,
        int producerCredit) {

    public AmqpConfig {
        InvalidSettingException.checkHost(ConfigKey.AMQP_HOST, host);
        InvalidSettingException.checkRange(ConfigKey.AMQP_PORT, port, 0, 65_535);
        InvalidSettingException.checkRange(ConfigKey.AMQP_MAX_FRAME_SIZE, maxFrameSizeBytes, 512, 64 << 20);
        InvalidSettingException.checkRange(ConfigKey.AMQP_MAX_MESSAGE_SIZE, maxMessageSizeBytes, 1024, 1L << 40);
        InvalidSettingException.checkRange(ConfigKey.AMQP_IDLE_TIMEOUT, idleTimeoutMs, 0, 86_400_000);
        InvalidSettingException.checkRange(ConfigKey.AMQP_OPEN_TIMEOUT, openTimeoutMs, 100, 3_600_000);
        InvalidSettingException.checkRange(ConfigKey.AMQP_CONNECTIONS_MAX, connectionsMax, 1, 1_000_000);
        InvalidSettingException.checkRange(ConfigKey.AMQP_CHANNEL_MAX, channelMax, 0, 65_535);
        InvalidSettingException.checkRange(ConfigKey.AMQP_HANDLE_MAX, handleMax, 0, 1_000_000);
        InvalidSettingException.checkRange(ConfigKey.AMQP_PRODUCER_CREDIT, producerCredit, 1, 1_000_000);
    }
}
