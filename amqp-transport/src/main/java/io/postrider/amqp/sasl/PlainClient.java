// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import org.apache.qpid.proton.amqp.Symbol;

/** Sends user name and password as they are (RFC 4616). */
public final class PlainClient implements SaslClientMechanism {
    private final PlainCredentials credentials;

    /** @throws IllegalArgumentException if either is empty or has a NUL in it, which PLAIN cannot carry */
    public PlainClient(String user, String password) {
        if (user.isEmpty() || password.isEmpty() || user.indexOf('\0') >= 0 || password.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("Expected a user and a password without NUL characters");
        }
        credentials = new PlainCredentials("", user, password);
    }

    @Override
    public Symbol name() {
        return SaslMechanismNames.PLAIN;
    }

    @Override
    public byte[] initialResponse() {
        return credentials.message();
    }

    /** Some brokers ignore the initial response and ask for it with an empty challenge. */
    @Override
    public byte[] respond(byte[] challenge) {
        if (challenge.length > 0) {
            throw new IllegalStateException("Expected an empty challenge with PLAIN");
        }
        return credentials.message();
    }
}
