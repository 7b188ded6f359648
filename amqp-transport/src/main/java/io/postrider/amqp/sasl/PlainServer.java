// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.Authenticator.Identity;
import io.postrider.api.port.Reply;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/** Checks a user name and password sent as they are (RFC 4616). */
final class PlainServer implements SaslServerMechanism {
    private static final byte[] EMPTY_CHALLENGE = {};

    private final Authenticator authenticator;
    private boolean isChallenged;

    PlainServer(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    @Override
    public Symbol name() {
        return SaslMechanismNames.PLAIN;
    }

    @Override
    public void init(byte @Nullable [] initialResponse, SaslListener listener) {
        if (initialResponse == null) {
            // The client speaks first, here by way of an empty challenge (RFC 4422 §3).
            isChallenged = true;
            listener.challenge(EMPTY_CHALLENGE);
        } else {
            check(initialResponse, listener);
        }
    }

    @Override
    public void response(byte[] response, SaslListener listener) {
        if (isChallenged) {
            isChallenged = false;
            check(response, listener);
        } else {
            listener.failed(SaslCode.AUTH, "Expected no response before a challenge");
        }
    }

    private void check(byte[] message, SaslListener listener) {
        PlainCredentials credentials = PlainCredentials.parse(message);
        if (credentials == null) {
            listener.failed(SaslCode.AUTH, "Expected authorization id, user and password as PLAIN has them");
            return;
        }
        if (!credentials.actsAsItself()) {
            listener.failed(SaslCode.AUTH, "User " + credentials.user() + " may not act as another user");
            return;
        }
        authenticator.authenticate(credentials.user(), credentials.password(), new Reply<>() {
            @Override
            public void ok(Identity identity) {
                listener.succeeded(identity);
            }

            @Override
            public void rejected(Rejection rejection) {
                SaslCode code = rejection.code() == ErrorCode.UNAUTHORIZED ? SaslCode.AUTH : SaslCode.SYS_TEMP;
                listener.failed(code, rejection.text() + " [user=" + credentials.user() + "]");
            }
        });
    }
}
