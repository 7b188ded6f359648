// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.security;

import io.postrider.api.address.UserRecord;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.api.port.Reply;
import java.util.List;

/** Lets the local operator in by token, and leaves everybody else to the broker's users. Any thread. */
public final class OperatorAuthenticator implements Authenticator {
    private static final Identity OPERATOR = new Identity(OperatorToken.USER, true);

    private final OperatorToken token;
    private final Authenticator users;
    private final BrokerAdmin admin;

    /** @param admin knows the users' verifiers */
    public OperatorAuthenticator(OperatorToken token, Authenticator users, BrokerAdmin admin) {
        this.token = token;
        this.users = users;
        this.admin = admin;
    }

    @Override
    public boolean allowsAnonymous() {
        return users.allowsAnonymous();
    }

    @Override
    public boolean hasVerifiers() {
        return true;
    }

    @Override
    public void findUser(String name, Reply<UserRecord> reply) {
        admin.users(new Reply<>() {
            @Override
            public void ok(List<UserRecord> all) {
                for (UserRecord user : all) {
                    if (user.name().equals(name)) {
                        reply.ok(user);
                        return;
                    }
                }
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "There is no user of this name"));
            }

            @Override
            public void rejected(Rejection rejection) {
                reply.rejected(rejection);
            }
        });
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
