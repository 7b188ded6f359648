// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.security;

import java.security.SecureRandom;

/** Makes passwords for people: letters and digits that are not mistaken for each other. */
public final class Secrets {
    private static final String ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
    private static final int LENGTH = 24;

    private Secrets() {}

    /** A password of nearly 119 bits. */
    public static String password() {
        SecureRandom random = new SecureRandom();
        StringBuilder password = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return password.toString();
    }
}
