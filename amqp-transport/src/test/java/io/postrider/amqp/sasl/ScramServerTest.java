// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.UserRecord;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.Reply;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.qpid.proton.amqp.Symbol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SCRAM-SHA-256 by the dialogue of RFC 7677 §3, and every way to get it wrong; tokens and certificates beside it. */
class ScramServerTest {
    private static final String CLIENT_FIRST = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";
    private static final String CLIENT_FINAL =
            "c=biws,r=rOprNGfwEbeRWgbNEkqO" + SERVER_NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    private final Heard heard = new Heard();
    private final ScramServer server = new ScramServer(new Users(), () -> SERVER_NONCE);

    private static final class Users implements Authenticator {
        @Override
        public boolean allowsAnonymous() {
            return false;
        }

        @Override
        public boolean hasVerifiers() {
            return true;
        }

        @Override
        public void authenticate(String user, String password, Reply<Identity> reply) {
            throw new AssertionError("Expected no password to be seen");
        }

        @Override
        public void findUser(String name, Reply<UserRecord> reply) {
            if (name.equals("user") || name.equals("a=b,c")) {
                reply.ok(record(name));
            } else if (name.equals("busy")) {
                reply.rejected(new Rejection(ErrorCode.RESOURCE_LIMIT, "Busy"));
            } else {
                reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "No such user"));
            }
        }
    }

    private static UserRecord record(String name) {
        try {
            byte[] salt = Base64.getDecoder().decode(SALT);
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec("pencil".toCharArray(), salt, 4096, 256))
                    .getEncoded();
            byte[] stored = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
            return new UserRecord(name, salt, 4096, stored, hmac(salted, "Server Key"), Set.of("admin"));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    private static final class Heard implements SaslListener {
        final List<String> events = new ArrayList<>();

        @Override
        public void challenge(byte[] challenge) {
            events.add("challenge " + new String(challenge, UTF_8));
        }

        @Override
        public void succeeded(Authenticator.Identity identity) {
            events.add("ok " + identity.user());
        }

        @Override
        public void succeeded(Authenticator.Identity identity, byte[] additionalData) {
            events.add("ok " + identity.user() + " " + identity.isAdmin() + " " + new String(additionalData, UTF_8));
        }

        @Override
        public void failed(SaslCode code, String reason) {
            events.add("failed " + code);
        }

        String last() {
            return events.get(events.size() - 1);
        }
    }

    private void send(String first) {
        server.init(first.getBytes(UTF_8), heard);
    }

    private void answer(String last) {
        server.response(last.getBytes(UTF_8), heard);
    }

    @Test
    void dialogueOfTheStandardSucceeds() {
        send(CLIENT_FIRST);
        assertEquals("challenge r=rOprNGfwEbeRWgbNEkqO" + SERVER_NONCE + ",s=" + SALT + ",i=4096", heard.last());

        answer(CLIENT_FINAL);

        assertEquals("ok user true v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", heard.last());
    }

    @Test
    void finalMessageCannotBeSentTwice() {
        send(CLIENT_FIRST);
        answer(CLIENT_FINAL);

        answer(CLIENT_FINAL);

        assertEquals("failed AUTH", heard.last());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=AAAbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                "c=biws,r=rOprNGfwEbeRWgbNEkqO,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                "c=eSws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzb",
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=***",
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                "",
                "p="
            })
    void wrongFinalMessageFails(String last) {
        send(CLIENT_FIRST);

        answer(last);

        assertEquals("failed AUTH", heard.last());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "n",
                "n,,",
                "n,,n=user",
                "n,,n=,r=rOprNGfwEbeRWgbNEkqO",
                "n,,n=user,r=short",
                "p=tls-unique,,n=user,r=rOprNGfwEbeRWgbNEkqO",
                "n,a=other,n=user,r=rOprNGfwEbeRWgbNEkqO",
                "n,,n=us=er,r=rOprNGfwEbeRWgbNEkqO",
                "n,,m=ext,n=user,r=rOprNGfwEbeRWgbNEkqO"
            })
    void wrongFirstMessageFails(String first) {
        send(first);

        assertEquals(List.of("failed AUTH"), heard.events);
    }

    @Test
    void unknownUserIsAskedLikeAKnownOne() {
        send("n,,n=nobody,r=rOprNGfwEbeRWgbNEkqO");
        String challenge = heard.last();
        assertTrue(challenge.startsWith("challenge r=rOprNGfwEbeRWgbNEkqO"), challenge);
        answer(CLIENT_FINAL);
        assertEquals("failed AUTH", heard.last());

        ScramServer again = new ScramServer(new Users(), () -> SERVER_NONCE);
        again.init("n,,n=nobody,r=rOprNGfwEbeRWgbNEkqO".getBytes(UTF_8), heard);
        assertEquals(challenge, heard.last());
        new ScramServer(new Users(), () -> SERVER_NONCE)
                .init("n,,n=noone,r=rOprNGfwEbeRWgbNEkqO".getBytes(UTF_8), heard);
        assertNotEquals(challenge, heard.last());
    }

    @Test
    void namesAreUnescaped() {
        send("n,a=a=3Db=2Cc,n=a=3Db=2Cc,r=rOprNGfwEbeRWgbNEkqO");

        assertTrue(heard.last().contains(SALT), heard.last());
    }

    @Test
    void busyBrokerAsksToComeAgain() {
        send("n,,n=busy,r=rOprNGfwEbeRWgbNEkqO");

        assertEquals("failed SYS_TEMP", heard.last());
    }

    @Test
    void responseBeforeTheInitFails() {
        answer(CLIENT_FINAL);

        assertEquals("failed AUTH", heard.last());
    }

    // ---- tokens and certificates

    private static final TokenChecker TOKENS = (token, reply) -> {
        if (token.equals("good")) {
            reply.ok(new Authenticator.Identity("joe", false));
        } else {
            reply.rejected(new Rejection(ErrorCode.UNAUTHORIZED, "expired"));
        }
    };

    private SaslServerExchange exchange() {
        return new SaslServerExchange(new SaslSettings(true, true, "alice", TOKENS), new Users());
    }

    @Test
    void everythingIsOfferedStrongestFirst() {
        assertEquals(
                List.of("EXTERNAL", "SCRAM-SHA-256", "OAUTHBEARER", "XOAUTH2", "PLAIN"),
                java.util.Arrays.stream(exchange().mechanisms())
                        .map(Symbol::toString)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OAUTHBEARER|n,a=joe,\u0001host=x\u0001port=1\u0001auth=Bearer good\u0001\u0001",
                "OAUTHBEARER|n,,\u0001auth=Bearer good\u0001\u0001",
                "XOAUTH2|user=joe\u0001auth=Bearer good\u0001\u0001"
            })
    void goodTokenIsItsUser(String message) {
        String[] parts = message.split("\\|", 2);

        exchange().init(Symbol.valueOf(parts[0]), parts[1].getBytes(UTF_8), heard);

        assertEquals(List.of("ok joe"), heard.events);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OAUTHBEARER|n,,\u0001auth=Bearer bad\u0001\u0001",
                "XOAUTH2|user=jim\u0001auth=Bearer good\u0001\u0001"
            })
    void badTokenIsExplainedBeforeItFails(String message) {
        String[] parts = message.split("\\|", 2);
        SaslServerExchange exchange = exchange();

        exchange.init(Symbol.valueOf(parts[0]), parts[1].getBytes(UTF_8), heard);
        assertEquals("challenge {\"status\":\"invalid_token\"}", heard.last());
        exchange.response(new byte[] {1}, heard);

        assertEquals("failed AUTH", heard.last());
    }

    @Test
    void messageWithoutATokenFails() {
        exchange().init(Symbol.valueOf("OAUTHBEARER"), "n,,\u0001\u0001".getBytes(UTF_8), heard);

        assertEquals("failed AUTH", heard.last());
    }

    @Test
    void certificateIsItsUserUnlessAnotherIsAskedFor() {
        exchange().init(Symbol.valueOf("EXTERNAL"), new byte[0], heard);
        exchange().init(Symbol.valueOf("EXTERNAL"), "alice".getBytes(UTF_8), heard);
        exchange().init(Symbol.valueOf("EXTERNAL"), "bob".getBytes(UTF_8), heard);

        assertEquals(List.of("ok alice", "ok alice", "failed AUTH"), heard.events);
    }
}
