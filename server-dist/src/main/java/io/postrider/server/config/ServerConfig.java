// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

import io.postrider.api.address.PolicyRule;
import java.util.List;

/**
 * Everything the process can be told, as one value for those who put the parts together; each part gets its own record.
 * Immutable.
 *
 * @param isAnonymousAllowed whether AMQP peers may come in without a password
 * @param eventLoops threads that serve AMQP connections, 0 for one per two cores
 * @param hasQueueMetrics whether metrics carry a label per queue
 */
public record ServerConfig(
        AmqpConfig amqp,
        SecurityConfig security,
        HttpConfig http,
        StoreConfig store,
        List<PolicyRule> policies,
        boolean isAnonymousAllowed,
        int eventLoops,
        boolean hasQueueMetrics) {
    public ServerConfig {
        InvalidSettingException.checkRange(ConfigKey.THREADS_EVENT_LOOPS, eventLoops, 0, 1024);
    }

    /** The number of event loops, with the automatic value resolved against this machine. */
    public int eventLoopsEffective() {
        return eventLoops > 0 ? eventLoops : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
}
