// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator.Identity;
import io.postrider.api.port.Reply;
import java.nio.charset.StandardCharsets;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * Takes a token that somebody else issued: OAUTHBEARER (RFC 7628) and XOAUTH2, which differ in their first words only. After
 * a token that is no good the client is told why in a challenge, answers it, and only then gets its outcome.
 */
final class BearerServer implements SaslServerMechanism {
    private static final String AUTH = "auth=Bearer ";
    private static final byte[] FAILURE = "{\"status\":\"invalid_token\"}".getBytes(StandardCharsets.UTF_8);

    private final Symbol name;
    private final TokenChecker tokens;
    private @Nullable String failure;
    private boolean isChallenged;

    BearerServer(Symbol name, TokenChecker tokens) {
        this.name = name;
        this.tokens = tokens;
    }

    @Override
    public Symbol name() {
        return name;
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
        String reason = failure;
        if (reason != null) {
            listener.failed(SaslCode.AUTH, reason);
        } else if (isChallenged) {
            isChallenged = false;
            check(response, listener);
        } else {
            listener.failed(SaslCode.AUTH, "Expected no response before a challenge");
        }
    }

    private void check(byte[] message, SaslListener listener) {
        String token = null;
        String user = null;
        for (String part : new String(message, StandardCharsets.UTF_8).split("[\u0001,]", -1)) {
            if (part.regionMatches(true, 0, AUTH, 0, AUTH.length())) {
                token = part.substring(AUTH.length()).strip();
            } else if (part.startsWith("user=")) {
                user = part.substring("user=".length());
            } else if (part.startsWith("a=")) {
                user = part.substring("a=".length());
            }
        }
        if (token == null || token.isEmpty()) {
            listener.failed(SaslCode.AUTH, "Expected a message of " + name + " with a bearer token");
            return;
        }
        String wanted = user == null || user.isEmpty() ? null : user;
        tokens.check(token, new Reply<>() {
            @Override
            public void ok(Identity identity) {
                if (wanted == null || wanted.equals(identity.user())) {
                    listener.succeeded(identity);
                } else {
                    refuse("The token is for user " + identity.user() + ", not for " + wanted, listener);
                }
            }

            @Override
            public void rejected(Rejection rejection) {
                if (rejection.code() == ErrorCode.UNAUTHORIZED) {
                    refuse(rejection.text(), listener);
                } else {
                    listener.failed(SaslCode.SYS_TEMP, rejection.text());
                }
            }
        });
    }

    private void refuse(String reason, SaslListener listener) {
        failure = reason;
        listener.challenge(FAILURE);
    }
}
