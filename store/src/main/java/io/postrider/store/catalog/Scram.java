// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.catalog;

import io.postrider.api.address.UserRecord;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * SCRAM-SHA-256 verifiers (RFC 5802 §3, RFC 7677): what is kept of a password, and how one is checked against it. Stateless; any
 * thread. One check costs {@value #ITERATIONS} rounds of HMAC, several milliseconds: never on an event loop.
 *
 * <p>Passwords are normalized with NFKC, the part of SASLprep (RFC 4013) that decides whether two keyboards mean the same
 * text; the characters SASLprep forbids are let through.
 */
public final class Scram {
    /** Rounds for new verifiers. RFC 7677 §4 asks for at least 4096. */
    public static final int ITERATIONS = 10_000;

    private static final int SALT_BYTES = 16;
    private static final int KEY_BITS = 256;
    private static final String HMAC = "HmacSHA256";
    private static final SecureRandom RANDOM = new SecureRandom();

    private Scram() {}

    /**
     * Makes the record of a user with a fresh salt.
     *
     * @param password at least one character
     */
    public static UserRecord userRecord(String name, String password, Set<String> roles) {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return userRecord(name, password, roles, salt, ITERATIONS);
    }

    static UserRecord userRecord(String name, String password, Set<String> roles, byte[] salt, int iterations) {
        if (name.isEmpty() || password.isEmpty()) {
            throw new IllegalArgumentException("Expected a user name and a password, but one of them is empty");
        }
        byte[] salted = saltedPassword(password, salt, iterations);
        return new UserRecord(name, salt, iterations, storedKey(clientKey(salted)), hmac(salted, "Server Key"), roles);
    }

    /** Whether a password is the user's. Takes the same time whether it is or not. */
    public static boolean verify(UserRecord user, String password) {
        // The empty password is never valid; something is computed for it all the same.
        String tried = password.isEmpty() ? "\0" : password;
        byte[] found = storedKey(clientKey(saltedPassword(tried, user.salt(), user.iterations())));
        return MessageDigest.isEqual(found, user.storedKey()) && !password.isEmpty();
    }

    static byte[] saltedPassword(String password, byte[] salt, int iterations) {
        char[] normalized = Normalizer.normalize(password, Normalizer.Form.NFKC).toCharArray();
        PBEKeySpec spec = new PBEKeySpec(normalized, salt, iterations, KEY_BITS);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected the platform to know PBKDF2 with SHA-256", e);
        } finally {
            spec.clearPassword();
        }
    }

    static byte[] clientKey(byte[] saltedPassword) {
        return hmac(saltedPassword, "Client Key");
    }

    static byte[] storedKey(byte[] clientKey) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(clientKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected the platform to know SHA-256", e);
        }
    }

    static byte[] hmac(byte[] key, String text) {
        return hmac(key, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] hmac(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected the platform to know HMAC with SHA-256", e);
        }
    }
}
