// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import org.apache.qpid.proton.amqp.Symbol;

/** Relies on the certificate of the TLS handshake (RFC 4422, appendix A) and asks for no other identity. */
public final class ExternalClient implements SaslClientMechanism {
    private static final byte[] NO_AUTHORIZATION_ID = {};

    @Override
    public Symbol name() {
        return SaslMechanismNames.EXTERNAL;
    }

    @Override
    public byte[] initialResponse() {
        return NO_AUTHORIZATION_ID;
    }

    /** Some brokers ask for the authorization id by an empty challenge. */
    @Override
    public byte[] respond(byte[] challenge) {
        return NO_AUTHORIZATION_ID;
    }
}
