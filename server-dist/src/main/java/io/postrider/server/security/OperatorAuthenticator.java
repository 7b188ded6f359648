// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.security;

import io.postrider.api.address.UserRecord;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.Reply;

/** Lets the local operator in by token, and leaves everybody else to the broker's users. Any thread. */
public final class OperatorAuthenticator implements Authenticator {
    private static final Identity OPERATOR = new Identity(OperatorToken.USER, true);

    private final OperatorToken token;
    private final Authenticator users;

    public OperatorAuthenticator(OperatorToken token, Authenticator users) {
        this.token = token;
        this.users = users;
    }

    @Override
    public boolean allowsAnonymous() {
        return users.allowsAnonymous();
    }

    @Override
    public boolean hasVerifiers() {
        return users.hasVerifiers();
    }

    @Override
    public void findUser(String name, Reply<UserRecord> reply) {
        users.findUser(name, reply);
    }

    /** A wrong token costs nothing to refuse: it cannot be guessed, so the time taken tells nothing. */
    @Override
    public void authenticate(String user, String password, Reply<Identity> reply) {
        if (!user.equals(OperatorToken.USER)) {
            users.authenticate(user, password, reply);
        } else if (token.matches(password)) {
            reply.ok(OPERATOR);
        } else {
            reply.rejected(new Rejection(
                    ErrorCode.UNAUTHORIZED, "The operator token is not the one of this start of the broker"));
        }
    }
}
