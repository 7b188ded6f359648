// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker's side of SASL against peers that behave and peers that do not. */
class SaslServerExchangeTest {
    private static final Symbol PLAIN = Symbol.valueOf("PLAIN");
    private static final Symbol ANONYMOUS = Symbol.valueOf("ANONYMOUS");

    private final Users users = new Users();
    private final Heard heard = new Heard();

    /** Knows joe with password secret; records whom it was asked about. */
    private static final class Users implements Authenticator {
        boolean allowsAnonymous = true;
        ErrorCode failure = ErrorCode.UNAUTHORIZED;
        final List<String> asked = new ArrayList<>();

        @Override
        public boolean allowsAnonymous() {
            return allowsAnonymous;
        }

        @Override
        public void authenticate(String user, String password, Reply<Identity> reply) {
            asked.add(user + "/" + password);
            if (user.equals("joe") && password.equals("secret")) {
                reply.ok(new Identity("joe", true));
            } else {
                reply.rejected(new Rejection(failure, "No"));
            }
        }
    }

    private static final class Heard implements SaslListener {
        final List<String> events = new ArrayList<>();

        @Override
        public void challenge(byte[] challenge) {
            events.add("challenge " + challenge.length);
        }

        @Override
        public void succeeded(Authenticator.Identity identity) {
            events.add("ok " + identity.user());
        }

        @Override
        public void succeeded(Authenticator.Identity identity, byte[] additionalData) {
            events.add("ok " + identity.user() + " " + new String(additionalData, StandardCharsets.UTF_8));
        }

        @Override
        public void failed(SaslCode code, String reason) {
            assertFalse(reason.isEmpty());
            assertFalse(reason.contains("secret"), "passwords do not reach the log");
            events.add("failed " + code);
        }
    }

    private SaslServerExchange exchange() {
        return new SaslServerExchange(SaslSettings.DEFAULT, users);
    }

    private static byte[] plain(String text) {
        return text.replace('|', '\0').getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void offersStrongestFirst() {
        assertArrayEquals(new Symbol[] {PLAIN, ANONYMOUS}, exchange().mechanisms());
    }

    @Test
    void offersOnlyWhatIsAllowed() {
        assertArrayEquals(
                new Symbol[] {PLAIN}, new SaslServerExchange(new SaslSettings(true, false), users).mechanisms());
        assertArrayEquals(
                new Symbol[] {ANONYMOUS}, new SaslServerExchange(new SaslSettings(false, true), users).mechanisms());

        users.allowsAnonymous = false;

        assertArrayEquals(new Symbol[] {PLAIN}, exchange().mechanisms());
    }

    @ParameterizedTest
    @ValueSource(strings = {"EXTERNAL", "plain", "SCRAM-SHA-256", ""})
    void mechanismThatWasNotOfferedFails(String mechanism) {
        exchange().init(Symbol.valueOf(mechanism), new byte[0], heard);

        assertEquals(List.of("failed AUTH"), heard.events);
    }

    @Test
    void missingMechanismFails() {
        exchange().init(null, null, heard);

        assertEquals(List.of("failed AUTH"), heard.events);
    }

    @Test
    void anonymousFailsWhereItIsNotAllowed() {
        users.allowsAnonymous = false;

        exchange().init(ANONYMOUS, null, heard);

        assertEquals(List.of("failed AUTH"), heard.events);
    }

    @Test
    void anonymousNeedsNothing() {
        exchange().init(ANONYMOUS, null, heard);
        exchange().init(ANONYMOUS, plain("trace"), heard);

        assertEquals(List.of("ok anonymous", "ok anonymous"), heard.events);
    }

    @ParameterizedTest
    @CsvSource({"|joe|secret, ok joe", "joe|joe|secret, ok joe", "|joe|wrong, failed AUTH", "|jim|secret, failed AUTH"})
    void plainChecksThePassword(String response, String expected) {
        exchange().init(PLAIN, plain(response), heard);

        assertEquals(List.of(expected), heard.events);
        assertEquals(1, users.asked.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "|", "||", "|joe|", "||secret", "joe", "joe|secret", "|joe|sec|ret", "|joe|secret|", "|||"})
    void malformedPlainFailsUnasked(String response) {
        exchange().init(PLAIN, plain(response), heard);

        assertEquals(List.of("failed AUTH"), heard.events);
        assertEquals(List.of(), users.asked);
    }

    @Test
    void plainThatIsNotUtf8FailsUnasked() {
        exchange().init(PLAIN, new byte[] {0, 'j', (byte) 0xff, 0, 's'}, heard);

        assertEquals(List.of("failed AUTH"), heard.events);
        assertEquals(List.of(), users.asked);
    }

    @Test
    void actingAsAnotherUserFailsUnasked() {
        exchange().init(PLAIN, plain("admin|joe|secret"), heard);

        assertEquals(List.of("failed AUTH"), heard.events);
        assertEquals(List.of(), users.asked);
    }

    @Test
    void namesAndPasswordsAreUnicode() {
        exchange().init(PLAIN, plain("|jürgen|pässwörd"), heard);

        assertEquals(List.of("jürgen/pässwörd"), users.asked);
    }

    @Test
    void plainWithoutInitialResponseIsChallenged() {
        SaslServerExchange exchange = exchange();

        exchange.init(PLAIN, null, heard);
        exchange.response(plain("|joe|secret"), heard);

        assertEquals(List.of("challenge 0", "ok joe"), heard.events);
    }

    @Test
    void uncalledForFramesFail() {
        SaslServerExchange answered = exchange();
        answered.init(PLAIN, plain("|joe|wrong"), heard);
        answered.response(plain("|joe|secret"), heard);
        answered.init(PLAIN, plain("|joe|secret"), heard);
        exchange().response(plain("|joe|secret"), heard);
        SaslServerExchange anonymous = exchange();
        anonymous.init(ANONYMOUS, null, heard);
        anonymous.response(new byte[0], heard);

        assertEquals(
                List.of("failed AUTH", "failed AUTH", "failed AUTH", "failed AUTH", "ok anonymous", "failed AUTH"),
                heard.events);
        assertEquals(List.of("joe/wrong"), users.asked);
    }

    @Test
    void brokenAuthenticatorIsNotTheUsersFault() {
        users.failure = ErrorCode.STORE_FAILED;

        exchange().init(PLAIN, plain("|jim|x"), heard);

        assertEquals(List.of("failed SYS_TEMP"), heard.events);
    }

    @Test
    void credentialsDoNotShowThePassword() {
        assertEquals(
                "PlainCredentials[joe]",
                PlainCredentials.parse(plain("|joe|secret")).toString());
    }

    @Test
    void codesAreThoseOfTheWire() {
        assertEquals(
                List.of(0, 1, 2, 3, 4),
                List.of(SaslCode.values()).stream().map(SaslCode::code).toList());
    }
}
