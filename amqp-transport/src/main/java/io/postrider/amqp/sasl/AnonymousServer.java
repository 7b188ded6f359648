// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import io.postrider.api.port.Authenticator.Identity;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/** Lets everybody in as the same user (RFC 4505); the trace text is ignored. */
final class AnonymousServer implements SaslServerMechanism {

    @Override
    public Symbol name() {
        return SaslMechanismNames.ANONYMOUS;
    }

    @Override
    public void init(byte @Nullable [] initialResponse, SaslListener listener) {
        listener.succeeded(Identity.ANONYMOUS);
    }

    @Override
    public void response(byte[] response, SaslListener listener) {
        listener.failed(SaslCode.AUTH, "Expected no response with ANONYMOUS");
    }
}
