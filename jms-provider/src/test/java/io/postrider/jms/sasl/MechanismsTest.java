// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.sasl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** SCRAM by the examples of the RFCs, and the choice among mechanisms. */
class MechanismsTest {

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Scram rfc7677() {
        return new Scram(Scram.Hash.SHA_256, "user", "pencil", "rOprNGfwEbeRWgbNEkqO");
    }

    private static final String FIRST =
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0," + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    @Test
    void scramSha256GivesTheProofOfTheRfc() throws MechanismException {
        Scram scram = rfc7677();
        assertEquals("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", text(scram.initialResponse()));
        assertEquals(
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                text(scram.respond(bytes(FIRST))));
        assertArrayEquals(new byte[0], scram.respond(bytes("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")));
        scram.checkComplete(new byte[0]);
    }

    @Test
    void scramSha1GivesTheProofOfTheRfc() throws MechanismException {
        Scram scram = new Scram(Scram.Hash.SHA_1, "user", "pencil", "fyko+d2lbbFgONRv9qkxdawL");
        assertEquals(
                "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
                text(scram.respond(bytes("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"))));
        scram.checkComplete(bytes("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="));
    }

    @Test
    void scramDoesNotBelieveABrokerWithoutProof() throws MechanismException {
        Scram silent = rfc7677();
        silent.respond(bytes(FIRST));
        assertThrows(MechanismException.class, () -> silent.checkComplete(new byte[0]));
        Scram wrong = rfc7677();
        wrong.respond(bytes(FIRST));
        assertThrows(MechanismException.class, () -> wrong.respond(bytes("v=AAAA")));
        Scram unasked = rfc7677();
        assertThrows(MechanismException.class, () -> unasked.checkComplete(new byte[0]));
    }

    @Test
    void scramRefusesWeakAndForeignChallenges() {
        for (String challenge : List.of(
                "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1",
                "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=999999999",
                "r=rOprNGfwEbeRWgbNEkqOx,s=!,i=4096",
                "r=rOprNGfwEbeRWgbNEkqOx,i=4096",
                "m=x," + FIRST,
                "")) {
            assertThrows(MechanismException.class, () -> rfc7677().respond(bytes(challenge)), challenge);
        }
    }

    @Test
    void namesAreEscaped() {
        Scram scram = new Scram(Scram.Hash.SHA_512, "a,b=c", "x", "n");
        assertEquals("n,,n=a=2Cb=3Dc,r=n", text(scram.initialResponse()));
    }

    private static String chosen(List<String> offered, List<String> wanted, String user, boolean hasCertificate) {
        return Mechanisms.choose(offered, wanted, user, user == null ? null : "secret", hasCertificate)
                .map(Mechanism::name)
                .orElse("none");
    }

    @Test
    void theStrongestIsChosen() {
        List<String> all = List.of("ANONYMOUS", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "EXTERNAL", "OAUTHBEARER");
        assertEquals("SCRAM-SHA-512", chosen(all, List.of(), "u", false));
        assertEquals("EXTERNAL", chosen(all, List.of(), "u", true));
        assertEquals("ANONYMOUS", chosen(all, List.of(), null, false));
        assertEquals("PLAIN", chosen(all, List.of("PLAIN"), "u", false));
        assertEquals("OAUTHBEARER", chosen(all, List.of("OAUTHBEARER"), "u", false));
        assertEquals("EXTERNAL", chosen(all, List.of("EXTERNAL"), null, false));
        assertEquals("none", chosen(List.of("PLAIN"), List.of("SCRAM-SHA-256"), "u", false));
        assertEquals("none", chosen(List.of("PLAIN"), List.of(), null, false));
        assertEquals("PLAIN", chosen(List.of("PLAIN", "OAUTHBEARER"), List.of(), "u", false));
    }

    @Test
    void aTokenTravelsAsTheRfcSays() throws MechanismException {
        Mechanism bearer = Mechanisms.choose(List.of("OAUTHBEARER"), List.of("OAUTHBEARER"), "u", "tok", false)
                .orElseThrow();
        assertEquals("n,a=u,\u0001auth=Bearer tok\u0001\u0001", text(bearer.initialResponse()));
        assertArrayEquals(new byte[] {1}, bearer.respond(bytes("{\"status\":\"invalid_token\"}")));
        assertThrows(MechanismException.class, () -> bearer.respond(new byte[0]));
        assertTrue(Mechanisms.choose(List.of("OAUTHBEARER"), List.of("OAUTHBEARER"), "u", null, false)
                .isEmpty());
    }
}
