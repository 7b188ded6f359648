// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import org.apache.qpid.proton.amqp.Symbol;

/** Comes in without a name (RFC 4505). */
public final class AnonymousClient implements SaslClientMechanism {
    private static final byte[] NO_TRACE = {};

    @Override
    public Symbol name() {
        return SaslMechanismNames.ANONYMOUS;
    }

    @Override
    public byte[] initialResponse() {
        return NO_TRACE;
    }
}
