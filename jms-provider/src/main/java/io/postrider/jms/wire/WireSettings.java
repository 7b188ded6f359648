// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.uri.ClientOptions;
import io.postrider.jms.uri.Server;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a broker, and as whom. Immutable.
 *
 * @param hostname virtual host asked for in sasl-init and open
 * @param user null for nobody in particular
 * @param connectTimeoutMs from dialling to the end of SASL; 0 waits for ever
 * @param requestTimeoutMs for the answer to open, begin, attach and so on; negative waits for ever
 * @param closeTimeoutMs for the answer to close, end and detach
 */
public record WireSettings(
        Server server,
        String hostname,
        @Nullable String user,
        @Nullable String password,
        ClientOptions.Transport transport,
        ClientOptions.Tls tls,
        int connectTimeoutMs,
        long requestTimeoutMs,
        long closeTimeoutMs) {

    public static WireSettings of(
            ClientOptions options, Server server, @Nullable String user, @Nullable String password) {
        String virtualHost = options.virtualHost();
        return new WireSettings(
                server,
                virtualHost == null ? server.host() : virtualHost,
                user,
                password,
                options.transport(),
                options.tls(),
                options.timeouts().connectMs(),
                options.timeouts().requestMs(),
                options.timeouts().closeMs());
    }

    @Override
    public String toString() {
        return server.toString();
    }
}
