// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.UserRecord;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;

/** Decides who a peer is. Any thread may call; the reply comes on a thread of the authenticator. */
public interface Authenticator {

    /**
     * A user that proved who it is.
     *
     * @param isAdmin whether it may manage the broker
     */
    record Identity(String user, boolean isAdmin) {
        /** The user of peers that did not authenticate, where that is allowed. */
        public static final Identity ANONYMOUS = new Identity("anonymous", false);
    }

    /** Whether peers may come in without a password. */
    boolean allowsAnonymous();

    /**
     * Checks a password. The time taken does not tell whether the user exists.
     *
     * @param reply rejected with {@code UNAUTHORIZED} and a text that does not say which of the two was wrong
     */
    void authenticate(String user, String password, Reply<Identity> reply);

    /** Whether {@link #findUser} knows the users' verifiers, so that peers may prove a password without sending it. */
    default boolean hasVerifiers() {
        return false;
    }

    /** Looks a user up, with its verifier and roles; rejected with {@code NOT_FOUND} if there is none. */
    default void findUser(String name, Reply<UserRecord> reply) {
        reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "Users cannot be looked up here"));
    }
}
