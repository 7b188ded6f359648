// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The secret that proves a client can read this broker's data directory, which is as good as owning the broker. Made
 * fresh at each start. Immutable.
 */
public final class OperatorToken {
    /** Name under which the token logs in over AMQP. No user of the broker may have it. */
    public static final String USER = "local-operator";

    private static final int RANDOM_BYTES = 32;

    private final String text;

    private OperatorToken(String text) {
        this.text = text;
    }

    public static OperatorToken random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new OperatorToken(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** The secret itself: only for the file in the data directory. */
    public String text() {
        return text;
    }

    /** Compares in constant time. */
    public boolean matches(String candidate) {
        return MessageDigest.isEqual(text.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
    }

    /** Leaves the secret out, so that it cannot reach a log by accident. */
    @Override
    public String toString() {
        return "OperatorToken[]";
    }
}
