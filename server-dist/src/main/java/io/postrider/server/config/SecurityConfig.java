// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How AMQP connections are protected. Immutable.
 *
 * @param tls whether TLS is spoken on the AMQP port, and whether anything else is
 * @param certificate chain as PEM, or null
 * @param key PKCS #8 as PEM, or null
 * @param clientCa certificates of authorities that may vouch for clients, or null
 * @param clientAuth whether clients are asked for certificates
 * @param isPlainAllowed whether passwords and tokens are taken without TLS
 * @param hasWebSocket whether AMQP over WebSocket is spoken on the AMQP port
 * @param isBehindProxy whether every connection begins with a PROXY protocol header
 * @param connectionsPerAddressMax 0 for no limit
 * @param tokens which bearer tokens are taken, or null for none
 */
public record SecurityConfig(
        Tls tls,
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path clientCa,
        ClientAuth clientAuth,
        boolean isPlainAllowed,
        boolean hasWebSocket,
        boolean isBehindProxy,
        int connectionsPerAddressMax,
        @Nullable Tokens tokens) {

    /** Use of TLS. */
    public enum Tls {
        OFF,
        OPTIONAL,
        REQUIRED
    }

    /** What is asked of a client in TLS. */
    public enum ClientAuth {
        NONE,
        OPTIONAL,
        REQUIRED
    }

    /**
     * Bearer tokens: JWTs signed by one of a set of keys.
     *
     * @param keys a JSON Web Key Set
     * @param issuer the only one believed, or null for any
     * @param audience must be among the token's, or null for any
     * @param userClaim names the user
     * @param rolesClaim lists roles; {@code admin} may manage the broker
     */
    public record Tokens(
            Path keys, @Nullable String issuer, @Nullable String audience, String userClaim, String rolesClaim) {}

    public SecurityConfig {
        boolean hasFiles = certificate != null && key != null;
        InvalidSettingException.check(
                tls == Tls.OFF || hasFiles,
                ConfigKey.AMQP_TLS,
                "off, unless tls.certificate-file and tls.key-file are set",
                tls);
        InvalidSettingException.check(
                clientAuth == ClientAuth.NONE || clientCa != null,
                ConfigKey.TLS_CLIENT_AUTH,
                "none, unless tls.client-ca-file is set",
                clientAuth);
        InvalidSettingException.checkRange(
                ConfigKey.AMQP_CONNECTIONS_PER_ADDRESS_MAX, connectionsPerAddressMax, 0, 1_000_000);
    }
}
