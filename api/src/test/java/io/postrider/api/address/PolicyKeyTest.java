// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PolicyKeyTest {
    @ParameterizedTest
    @CsvSource({
        "redelivery.delay-ms, 1500, 1500",
        "redelivery.delay-ms, 30s, 30000",
        "redelivery.delay-ms, 10 m, 600000",
        "redelivery.delay-ms, 12h, 43200000",
        "redelivery.delay-ms, 7d, 604800000",
        "redelivery.max-attempts, 1_000, 1000",
        "auto-create, true, true",
    })
    void aValueIsKeptWithoutItsUnit(String key, String given, String kept) {
        PolicyValues values = PolicyValues.parse(Map.of(key, given));

        assertEquals(Map.of(PolicyKey.of(key), kept), values.asMap());
    }

    @ParameterizedTest
    @CsvSource({
        "redelivery.delay-ms, 30x, 'milliseconds, or a number with s, m, h or d'",
        "redelivery.delay-ms, -1, 'milliseconds, or a number with s, m, h or d'",
        "redelivery.delay-ms, 99999999999999999d, 'milliseconds, or a number with s, m, h or d'",
        "redelivery.max-attempts, ten, a whole number of at least 0",
        "auto-create, yes, true or false",
    })
    void aBadValueIsNamedWithWhatWasExpected(String key, String given, String expected) {
        String message = assertThrows(IllegalArgumentException.class, () -> PolicyValues.parse(Map.of(key, given)))
                .getMessage();

        assertEquals("Expected " + key + " to be " + expected + ", but got '" + given + "'", message);
    }

    @ParameterizedTest
    @EnumSource(PolicyKey.class)
    void everyDefaultIsAValueOfItsKey(PolicyKey key) {
        assertEquals(key.fallback(), key.canonical(key.fallback()));
        assertEquals(key, PolicyKey.of(key.text()));
        assertTrue(key.meaning().length() > 10, key.meaning());
    }
}
