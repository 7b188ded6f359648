// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import org.jspecify.annotations.Nullable;

/**
 * How to reach a broker, and as whom. Immutable.
 *
 * @param hostname virtual host asked for in sasl-init and open
 * @param user null for nobody in particular
 * @param idleTimeoutMs silence of the broker after which the connection counts as lost; 0 for never
 * @param maxFrameSize largest frame we take, bytes
 * @param connectTimeoutMs from dialling to the end of SASL; 0 waits for ever
 * @param requestTimeoutMs for the answer to open, begin, attach and so on; negative waits for ever
 * @param closeTimeoutMs for the answer to close, end and detach
 * @param isDaemon whether our threads let the process end
 */
public record WireSettings(
        String host,
        int port,
        String hostname,
        @Nullable String user,
        @Nullable String password,
        int idleTimeoutMs,
        int maxFrameSize,
        int channelMax,
        boolean hasSaslLayer,
        boolean isTcpNoDelay,
        int connectTimeoutMs,
        long requestTimeoutMs,
        long closeTimeoutMs,
        boolean isDaemon) {

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
