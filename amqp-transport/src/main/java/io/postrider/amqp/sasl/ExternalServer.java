// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import io.postrider.api.address.UserRecord;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.Authenticator.Identity;
import io.postrider.api.port.Reply;
import java.nio.charset.StandardCharsets;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * Takes the user from the client's certificate (RFC 4422, EXTERNAL), which TLS has verified. A user of that name adds its
 * roles; the certificate alone is enough to come in.
 */
final class ExternalServer implements SaslServerMechanism {
    private final Authenticator authenticator;
    private final String user;
    private boolean isChallenged;

    ExternalServer(Authenticator authenticator, String user) {
        this.authenticator = authenticator;
        this.user = user;
    }

    @Override
    public Symbol name() {
        return SaslMechanismNames.EXTERNAL;
    }

    @Override
    public void init(byte @Nullable [] initialResponse, SaslListener listener) {
        if (initialResponse == null) {
            isChallenged = true;
            listener.challenge(new byte[0]);
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
        String asked = new String(message, StandardCharsets.UTF_8);
        if (!asked.isEmpty() && !asked.equals(user)) {
            listener.failed(SaslCode.AUTH, "User " + user + " may not act as another user");
            return;
        }
        authenticator.findUser(user, new Reply<>() {
            @Override
            public void ok(UserRecord found) {
                listener.succeeded(new Identity(user, found.isAdmin()));
            }

            @Override
            public void rejected(Rejection rejection) {
                if (rejection.code() == ErrorCode.NOT_FOUND || rejection.code() == ErrorCode.NOT_IMPLEMENTED) {
                    listener.succeeded(new Identity(user, false));
                } else {
                    listener.failed(SaslCode.SYS_TEMP, rejection.text() + " [user=" + user + "]");
                }
            }
        });
    }
}
