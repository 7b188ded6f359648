// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

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
}
