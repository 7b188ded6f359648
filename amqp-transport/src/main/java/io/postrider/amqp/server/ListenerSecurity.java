// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.sasl.TokenChecker;
import org.jspecify.annotations.Nullable;

/**
 * How connections are protected and who may come in by what. Immutable.
 *
 * @param tls the certificate to show, or null for no TLS
 * @param isTlsRequired whether nothing but TLS is spoken; only with {@code tls}
 * @param offersSecretsInClear whether passwords and tokens are taken without TLS
 * @param offersWebSocket whether AMQP over WebSocket is spoken on the same port
 * @param expectsProxyHeader whether every connection begins with a PROXY protocol header
 * @param connectionsPerAddressMax connections from one address, 0 for no limit
 * @param tokens checks bearer tokens, or null if none are taken
 */
public record ListenerSecurity(
        @Nullable TlsFiles tls,
        boolean isTlsRequired,
        boolean offersSecretsInClear,
        boolean offersWebSocket,
        boolean expectsProxyHeader,
        int connectionsPerAddressMax,
        @Nullable TokenChecker tokens) {
    /** Plain TCP and WebSocket, passwords, no limit per address. */
    public static final ListenerSecurity DEFAULT = new ListenerSecurity(null, false, true, true, false, 0, null);

    public ListenerSecurity {
        if (isTlsRequired && tls == null) {
            throw new IllegalArgumentException("Expected a certificate where TLS is required");
        }
        if (connectionsPerAddressMax < 0) {
            throw new IllegalArgumentException(
                    "Expected a limit of at least 0 connections for an address, but got " + connectionsPerAddressMax);
        }
    }

    /** Whether a connection's first bytes decide what is spoken on it. */
    boolean mustSniff() {
        return tls != null || offersWebSocket || expectsProxyHeader;
    }
}
