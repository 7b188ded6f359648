// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.security;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator.Identity;
import io.postrider.api.port.Reply;
import io.postrider.server.config.SecurityConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens by the keys of a file: what is believed, what is not, and what happens when the file changes. */
class JwtTokensTest {

    @TempDir
    Path directory;

    private Path file;
    private ECKey key;
    private JwtTokens tokens;

    /** What the checker answered last. */
    private static final class Answer implements Reply<Identity> {
        private Identity identity;
        private Rejection rejection;

        @Override
        public void ok(Identity value) {
            identity = value;
        }

        @Override
        public void rejected(Rejection reason) {
            rejection = reason;
        }
    }

    @BeforeEach
    void start() throws Exception {
        file = directory.resolve("keys.json");
        key = newKey("one");
        Files.writeString(file, new JWKSet(key.toPublicJWK()).toString());
        tokens = new JwtTokens(new SecurityConfig.Tokens(file, "issuer", "broker", "sub", "roles"));
    }

    private static ECKey newKey(String id) throws Exception {
        return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .subject("joe")
                .issuer("issuer")
                .audience("broker")
                .expirationTime(Date.from(Instant.now().plusSeconds(300)));
    }

    private static String signed(ECKey by, JWTClaimsSet claims) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(by.getKeyID()).build(), claims);
        token.sign(new ECDSASigner(by));
        return token.serialize();
    }

    private Answer check(String token) {
        Answer answer = new Answer();
        tokens.check(token, answer);
        return answer;
    }

    @Test
    void goodTokenIsItsUser() throws Exception {
        assertEquals(new Identity("joe", false), check(signed(key, claims().build())).identity);
        assertEquals(
                new Identity("joe", true),
                check(signed(key, claims().claim("roles", List.of("admin")).build())).identity);
    }

    @Test
    void tokenThatIsNoGoodIsRefusedWithAReason() throws Exception {
        Date past = Date.from(Instant.now().minusSeconds(3600));
        List<String> bad = List.of(
                signed(key, claims().expirationTime(past).build()),
                signed(key, claims().expirationTime(null).build()),
                signed(key, claims().issuer("somebody else").build()),
                signed(key, claims().audience("another").build()),
                signed(key, claims().subject(null).build()),
                signed(newKey("one"), claims().build()),
                signed(newKey("two"), claims().build()),
                new PlainJWT(claims().build()).serialize(),
                "no token",
                "");
        for (String token : bad) {
            Answer answer = check(token);
            assertNull(answer.identity, token);
            assertTrue(answer.rejection.text().length() > 10, token);
        }
    }

    @Test
    void changedKeysAreTaken() throws Exception {
        ECKey next = newKey("next");
        String token = signed(next, claims().build());
        assertNull(check(token).identity);

        Files.writeString(file, new JWKSet(next.toPublicJWK()).toString());
        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() + 5000));

        await().until(() -> check(token).identity != null);
    }

    @Test
    void fileThatIsNoKeySetIsNamed() throws Exception {
        Path wrong = Files.writeString(directory.resolve("wrong.json"), "{");

        IOException thrown = assertThrows(
                IOException.class, () -> new JwtTokens(new SecurityConfig.Tokens(wrong, null, null, "sub", "roles")));

        assertTrue(thrown.getMessage().contains("wrong.json"), thrown.getMessage());
    }
}
