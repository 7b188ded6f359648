// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.kit;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.Reply;

/**
 * Knows {@code alice} and {@code bob}, whose passwords are their names backwards. Answers on a thread of its own.
 *
 * @param allowsAnonymous whether peers may come in without a password
 */
public record TestUsers(boolean allowsAnonymous) implements Authenticator {

    @Override
    public void authenticate(String user, String password, Reply<Identity> reply) {
        boolean isRight = (user.equals("alice") || user.equals("bob"))
                && new StringBuilder(user).reverse().toString().equals(password);
        Thread thread = new Thread(() -> {
            if (isRight) {
                reply.ok(new Identity(user, false));
            } else {
                reply.rejected(new Rejection(ErrorCode.UNAUTHORIZED, "wrong user or password"));
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
