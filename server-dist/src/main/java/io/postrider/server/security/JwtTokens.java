// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.postrider.amqp.sasl.TokenChecker;
import io.postrider.api.address.UserRecord;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator.Identity;
import io.postrider.api.port.Reply;
import io.postrider.server.config.SecurityConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.text.ParseException;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks JSON Web Tokens (RFC 7519) against a key set in a file, which is read again when it changes. Signatures only by keys of
 * which the set holds the public half; the token must not be expired and must name its user. Any thread.
 */
final class JwtTokens implements TokenChecker {
    private static final Logger LOG = LoggerFactory.getLogger(JwtTokens.class);
    private static final long CHECK_NS = TimeUnit.SECONDS.toNanos(1);
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    private record Keys(FileTime modified, DefaultJWTProcessor<SecurityContext> processor) {}

    private final SecurityConfig.Tokens config;
    private volatile Keys keys;
    private volatile long nextCheckNs;

    /** @throws IOException if the key set cannot be read, with a text that names the file */
    JwtTokens(SecurityConfig.Tokens config) throws IOException {
        this.config = config;
        this.keys = load();
        this.nextCheckNs = System.nanoTime() + CHECK_NS;
    }

    @Override
    public void check(String token, Reply<Identity> reply) {
        reloadIfChanged();
        try {
            JWTClaimsSet claims = keys.processor.process(token, null);
            String user = claims.getClaimAsString(config.userClaim());
            if (user == null || user.isBlank()) {
                reply.rejected(new Rejection(
                        ErrorCode.UNAUTHORIZED, "The token names no user in its claim " + config.userClaim()));
                return;
            }
            reply.ok(new Identity(user, isAdmin(claims.getClaim(config.rolesClaim()))));
        } catch (ParseException | BadJOSEException | JOSEException e) {
            reply.rejected(new Rejection(ErrorCode.UNAUTHORIZED, "The token is no good: " + e.getMessage()));
        }
    }

    private static boolean isAdmin(Object roles) {
        return roles instanceof Collection<?> all && all.contains(UserRecord.ADMIN_ROLE);
    }

    private void reloadIfChanged() {
        long nowNs = System.nanoTime();
        if (nowNs - nextCheckNs < 0) {
            return;
        }
        nextCheckNs = nowNs + CHECK_NS;
        try {
            if (!Files.getLastModifiedTime(config.keys()).equals(keys.modified)) {
                keys = load();
                LOG.info("PR-SRV-010 Key set for tokens read again: {}", config.keys());
            }
        } catch (IOException e) {
            LOG.warn("PR-SRV-011 Key set for tokens cannot be read, the former one stays: {}", config.keys(), e);
        }
    }

    private Keys load() throws IOException {
        FileTime modified = Files.getLastModifiedTime(config.keys());
        JWKSet set;
        try {
            set = JWKSet.load(config.keys().toFile());
        } catch (ParseException e) {
            throw new IOException("Expected a JSON Web Key Set in " + config.keys() + ": " + e.getMessage(), e);
        }
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, new ImmutableJWKSet<>(set)));
        JWTClaimsSet.Builder expected = new JWTClaimsSet.Builder();
        if (config.issuer() != null) {
            expected.issuer(config.issuer());
        }
        processor.setJWTClaimsSetVerifier(
                new DefaultJWTClaimsVerifier<>(config.audience(), expected.build(), Set.of("exp", config.userClaim())));
        return new Keys(modified, processor);
    }
}
