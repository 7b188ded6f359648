// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.security;

import io.postrider.amqp.sasl.TokenChecker;
import io.postrider.amqp.server.ListenerSecurity;
import io.postrider.amqp.server.TlsFiles;
import io.postrider.server.config.SecurityConfig;
import java.io.IOException;
import java.nio.file.Path;

/** Makes what the AMQP listener needs of the configuration. Stateless; reads files. */
public final class ConnectionSecurity {
    private ConnectionSecurity() {}

    /** @throws IOException if a certificate, key or key set cannot be used, with a text that names the file */
    public static ListenerSecurity of(SecurityConfig config) throws IOException {
        Path certificate = config.certificate();
        Path key = config.key();
        TlsFiles tls = config.tls() == SecurityConfig.Tls.OFF || certificate == null || key == null
                ? null
                : new TlsFiles(certificate, key, config.clientCa(), client(config.clientAuth()));
        TokenChecker tokens = config.tokens() == null ? null : new JwtTokens(config.tokens());
        return new ListenerSecurity(
                tls,
                config.tls() == SecurityConfig.Tls.REQUIRED,
                config.isPlainAllowed(),
                config.hasWebSocket(),
                config.isBehindProxy(),
                config.connectionsPerAddressMax(),
                tokens);
    }

    private static TlsFiles.Client client(SecurityConfig.ClientAuth auth) {
        return switch (auth) {
            case NONE -> TlsFiles.Client.NONE;
            case OPTIONAL -> TlsFiles.Client.REQUESTED;
            case REQUIRED -> TlsFiles.Client.REQUIRED;
        };
    }
}
