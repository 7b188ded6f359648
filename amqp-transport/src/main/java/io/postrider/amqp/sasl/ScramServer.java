// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import io.postrider.api.address.UserRecord;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.Authenticator.Identity;
import io.postrider.api.port.Reply;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * The broker's side of SCRAM-SHA-256 (RFC 5802, RFC 7677): neither side shows the other the password. The broker needs only
 * its verifier, and the costly rounds are the client's.
 *
 * <p>A name nobody has gets a salt that is always the same for it, so that asking does not tell whether the user exists.
 * Channel binding is not offered.
 */
final class ScramServer implements SaslServerMechanism {
    private static final int NONCE_BYTES = 18;
    private static final int SALT_BYTES = 16;
    private static final int ITERATIONS = 10_000;
    private static final String HMAC = "HmacSHA256";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] DECOY_KEY = random(32);

    private final Authenticator authenticator;
    private final Supplier<String> nonces;
    private @Nullable ScramClientFirst first;
    private @Nullable UserRecord user;
    private String serverFirst = "";

    ScramServer(Authenticator authenticator) {
        this(authenticator, () -> Base64.getEncoder().encodeToString(random(NONCE_BYTES)));
    }

    /** @param nonces what is added to the client's nonce, different each time */
    ScramServer(Authenticator authenticator, Supplier<String> nonces) {
        this.authenticator = authenticator;
        this.nonces = nonces;
    }

    @Override
    public Symbol name() {
        return SaslMechanismNames.SCRAM_SHA_256;
    }

    @Override
    public void init(byte @Nullable [] initialResponse, SaslListener listener) {
        if (initialResponse == null) {
            listener.failed(SaslCode.AUTH, "Expected the client's first message with the choice of SCRAM");
            return;
        }
        ScramClientFirst parsed = ScramClientFirst.parse(initialResponse);
        if (parsed == null) {
            listener.failed(
                    SaslCode.AUTH, "Expected a first message of SCRAM without channel binding and without extensions");
            return;
        }
        first = parsed;
        authenticator.findUser(parsed.user(), new Reply<>() {
            @Override
            public void ok(UserRecord found) {
                user = found;
                challenge(parsed, found.salt(), found.iterations(), listener);
            }

            @Override
            public void rejected(Rejection rejection) {
                if (rejection.code() == ErrorCode.NOT_FOUND) {
                    challenge(parsed, decoySalt(parsed.user()), ITERATIONS, listener);
                } else {
                    listener.failed(SaslCode.SYS_TEMP, rejection.text() + " [user=" + parsed.user() + "]");
                }
            }
        });
    }

    private void challenge(ScramClientFirst parsed, byte[] salt, int iterations, SaslListener listener) {
        Base64.Encoder base64 = Base64.getEncoder();
        serverFirst = "r=" + parsed.nonce() + nonces.get() + ",s=" + base64.encodeToString(salt) + ",i=" + iterations;
        listener.challenge(serverFirst.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void response(byte[] response, SaslListener listener) {
        ScramClientFirst began = first;
        if (began == null || serverFirst.isEmpty()) {
            listener.failed(SaslCode.AUTH, "Expected no response before a challenge");
            return;
        }
        ScramClientFinal last = ScramClientFinal.parse(response);
        String nonce = serverFirst.substring(2, serverFirst.indexOf(','));
        UserRecord known = user;
        serverFirst = last == null ? "" : serverFirst;
        if (last == null || !last.nonce().equals(nonce) || !last.binding().equals(began.binding())) {
            listener.failed(SaslCode.AUTH, "Expected a final message of SCRAM that continues the first");
            return;
        }
        String authMessage = began.bare() + "," + serverFirst + "," + last.withoutProof();
        serverFirst = "";
        if (known == null || !proves(known, authMessage, last.proof())) {
            listener.failed(SaslCode.AUTH, "The user name or the password is wrong [user=" + began.user() + "]");
            return;
        }
        String verifier = "v=" + Base64.getEncoder().encodeToString(hmac(known.serverKey(), authMessage));
        listener.succeeded(new Identity(known.name(), known.isAdmin()), verifier.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the proof was made with the client key of which the stored key is the hash. */
    private static boolean proves(UserRecord user, String authMessage, byte[] proof) {
        byte[] clientKey = hmac(user.storedKey(), authMessage);
        if (proof.length != clientKey.length) {
            return false;
        }
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] ^= proof[i];
        }
        try {
            byte[] found = MessageDigest.getInstance("SHA-256").digest(clientKey);
            return MessageDigest.isEqual(found, user.storedKey());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected the platform to know SHA-256", e);
        }
    }

    private static byte[] decoySalt(String name) {
        return Arrays.copyOf(hmac(DECOY_KEY, name), SALT_BYTES);
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected the platform to know HMAC with SHA-256", e);
        }
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
