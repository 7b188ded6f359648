// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.sasl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.qpid.proton.amqp.Symbol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which mechanism a client takes and what it says. */
class SaslClientMechanismTest {

    private static SaslClientMechanism choose(String offered, String user, String password, boolean hasCertificate) {
        Set<Symbol> names =
                Arrays.stream(offered.split(" ")).map(Symbol::valueOf).collect(Collectors.toSet());
        return SaslClientMechanism.choose(names, user, password, hasCertificate);
    }

    @ParameterizedTest
    @CsvSource({
        "PLAIN ANONYMOUS, joe, secret, false, PLAIN",
        "PLAIN ANONYMOUS, , , false, ANONYMOUS",
        "PLAIN ANONYMOUS, joe, , false, ANONYMOUS",
        "PLAIN ANONYMOUS, '', '', false, ANONYMOUS",
        "EXTERNAL PLAIN ANONYMOUS, joe, secret, true, EXTERNAL",
        "EXTERNAL PLAIN ANONYMOUS, joe, secret, false, PLAIN",
        "EXTERNAL, joe, secret, false, ",
        "PLAIN, , , false, ",
        "SCRAM-SHA-256, joe, secret, false, ",
    })
    void strongestThatWorksIsChosen(
            String offered, String user, String password, boolean hasCertificate, String expected) {
        SaslClientMechanism mechanism = choose(offered, user, password, hasCertificate);

        if (expected == null) {
            assertNull(mechanism);
        } else {
            assertEquals(Symbol.valueOf(expected), mechanism.name());
        }
    }

    @Test
    void plainSendsNoAuthorizationId() {
        PlainClient plain = new PlainClient("jürgen", "geheim");
        byte[] expected = "\0jürgen\0geheim".getBytes(StandardCharsets.UTF_8);

        assertArrayEquals(expected, plain.initialResponse());
        assertArrayEquals(expected, plain.respond(new byte[0]));
        assertThrows(IllegalStateException.class, () -> plain.respond(new byte[1]));
        assertEquals(new PlainCredentials("", "jürgen", "geheim"), PlainCredentials.parse(expected));
    }

    @Test
    void plainCannotCarryNul() {
        assertThrows(IllegalArgumentException.class, () -> new PlainClient("a\0b", "c"));
        assertThrows(IllegalArgumentException.class, () -> new PlainClient("a", "b\0c"));
        assertThrows(IllegalArgumentException.class, () -> new PlainClient("", "c"));
    }

    @Test
    void othersSayNothing() {
        assertEquals(0, new AnonymousClient().initialResponse().length);
        assertEquals(0, new ExternalClient().initialResponse().length);
        assertEquals(0, new ExternalClient().respond(new byte[0]).length);
        assertThrows(IllegalStateException.class, () -> new AnonymousClient().respond(new byte[0]));
    }
}
