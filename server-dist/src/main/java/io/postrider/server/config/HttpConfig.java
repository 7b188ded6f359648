// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

/**
 * Where the REST API, health and metrics are served. Immutable.
 *
 * @param port 0 for a free port
 * @param isMetricsOpen whether {@code /metrics} may be read without a user
 */
public record HttpConfig(String host, int port, boolean isMetricsOpen) {
    public HttpConfig {
        InvalidSettingException.checkHost(ConfigKey.HTTP_HOST, host);
        InvalidSettingException.checkRange(ConfigKey.HTTP_PORT, port, 0, 65_535);
    }
}
