// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.sasl;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * SCRAM (RFC 5802, RFC 7677): the password never travels, and the broker proves that it knows it too. Without channel
 * binding.
 */
final class Scram implements Mechanism {
    private static final String NO_BINDING = "n,,";
    private static final int NONCE_BYTES = 24;
    private static final int ITERATIONS_MIN = 4096;
    private static final int ITERATIONS_MAX = 10_000_000;

    /** The hash functions in use. */
    enum Hash {
        SHA_512("SCRAM-SHA-512", "SHA-512", "HmacSHA512", "PBKDF2WithHmacSHA512", 512),
        SHA_256("SCRAM-SHA-256", "SHA-256", "HmacSHA256", "PBKDF2WithHmacSHA256", 256),
        SHA_1("SCRAM-SHA-1", "SHA-1", "HmacSHA1", "PBKDF2WithHmacSHA1", 160);

        final String mechanism;
        private final String digest;
        private final String mac;
        private final String derivation;
        private final int bits;

        Hash(String mechanism, String digest, String mac, String derivation, int bits) {
            this.mechanism = mechanism;
            this.digest = digest;
            this.mac = mac;
            this.derivation = derivation;
            this.bits = bits;
        }
    }

    private final Hash hash;
    private final String password;
    private final String nonce;
    private final String firstBare;
    private byte[] serverSignature = {};
    private boolean isServerProven;
    private int step;

    Scram(Hash hash, String user, String password) {
        this(hash, user, password, freshNonce());
    }

    Scram(Hash hash, String user, String password, String nonce) {
        this.hash = hash;
        this.password = Normalizer.normalize(password, Normalizer.Form.NFKC);
        this.nonce = nonce;
        String name = Normalizer.normalize(user, Normalizer.Form.NFKC)
                .replace("=", "=3D")
                .replace(",", "=2C");
        this.firstBare = "n=" + name + ",r=" + nonce;
    }

    private static String freshNonce() {
        byte[] bytes = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public String name() {
        return hash.mechanism;
    }

    @Override
    public byte[] initialResponse() {
        return bytes(NO_BINDING + firstBare);
    }

    @Override
    public byte[] respond(byte[] challenge) throws MechanismException {
        String text = new String(challenge, StandardCharsets.UTF_8);
        step++;
        if (step == 1) {
            return proof(text);
        }
        checkServer(text);
        return new byte[0];
    }

    private byte[] proof(String serverFirst) throws MechanismException {
        Map<String, String> fields = fields(serverFirst);
        String combined = fields.getOrDefault("r", "");
        if (fields.containsKey("m") || !combined.startsWith(nonce) || combined.length() == nonce.length()) {
            throw new MechanismException("Expected the broker to extend our nonce, but got '" + serverFirst + "'");
        }
        int iterations = number(fields.getOrDefault("i", ""));
        if (iterations < ITERATIONS_MIN || iterations > ITERATIONS_MAX) {
            throw new MechanismException("Expected " + ITERATIONS_MIN + " to " + ITERATIONS_MAX
                    + " iterations, but the broker asks for '" + fields.get("i") + "'");
        }
        String finalWithoutProof = "c=" + base64(bytes(NO_BINDING)) + ",r=" + combined;
        String authMessage = firstBare + "," + serverFirst + "," + finalWithoutProof;
        try {
            byte[] salted = salted(decode(fields.getOrDefault("s", "")), iterations);
            byte[] clientKey = hmac(salted, "Client Key");
            byte[] storedKey = MessageDigest.getInstance(hash.digest).digest(clientKey);
            byte[] signature = hmac(storedKey, authMessage);
            serverSignature = hmac(hmac(salted, "Server Key"), authMessage);
            for (int i = 0; i < clientKey.length; i++) {
                clientKey[i] ^= signature[i];
            }
            return bytes(finalWithoutProof + ",p=" + base64(clientKey));
        } catch (GeneralSecurityException e) {
            throw new MechanismException("This JVM cannot compute " + hash.mechanism, e);
        }
    }

    private void checkServer(String serverFinal) throws MechanismException {
        Map<String, String> fields = fields(serverFinal);
        if (fields.containsKey("e")) {
            throw new MechanismException("The broker refused the proof: " + fields.get("e"));
        }
        if (serverSignature.length == 0) {
            throw new MechanismException("The broker let us in without asking for a proof, and gave none itself");
        }
        if (!MessageDigest.isEqual(serverSignature, decode(fields.getOrDefault("v", "")))) {
            throw new MechanismException("The broker does not know the password: it may be a false one");
        }
        isServerProven = true;
    }

    /** The broker's proof may come in a challenge or with the outcome. */
    @Override
    public void checkComplete(byte[] additionalData) throws MechanismException {
        if (!isServerProven) {
            checkServer(new String(additionalData, StandardCharsets.UTF_8));
        }
    }

    private byte[] salted(byte[] salt, int iterations) throws GeneralSecurityException, MechanismException {
        if (salt.length == 0) {
            throw new MechanismException("Expected a salt, but the broker sent none");
        }
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, hash.bits);
        return SecretKeyFactory.getInstance(hash.derivation)
                .generateSecret(spec)
                .getEncoded();
    }

    private byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(hash.mac);
        mac.init(new SecretKeySpec(key, hash.mac));
        return mac.doFinal(bytes(text));
    }

    private static Map<String, String> fields(String text) {
        Map<String, String> fields = new HashMap<>();
        for (String part : text.split(",")) {
            int equals = part.indexOf('=');
            if (equals == 1) {
                fields.put(part.substring(0, 1), part.substring(2));
            }
        }
        return fields;
    }

    private static int number(String text) {
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }

    private static byte[] decode(String base64) throws MechanismException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new MechanismException("Expected base64, but the broker sent '" + base64 + "'", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
