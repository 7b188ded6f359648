// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressPatternTest {
    @ParameterizedTest
    @CsvSource({
        "orders, orders, true",
        "orders, orders.eu, false",
        "orders.*, orders.eu, true",
        "orders.*, orders.eu.big, false",
        "orders.*, orders, false",
        "orders.#, orders, true",
        "orders.#, orders.eu.big, true",
        "orders/#, orders.eu, true",
        "#, anything.at.all, true",
        "#.dead, dead, true",
        "#.dead, a.b.dead, true",
        "#.dead, a.b.deadly, false",
        "*.eu.#.big, a.eu.big, true",
        "*.eu.#.big, a.eu.x.y.big, true",
        "*.eu.#.big, a.us.big, false",
        "ord*, orders, true",
        "*rs, orders, true",
        "o*d*s, orders, true",
        "o*d*s, ords, true",
        "o*d*s, ods.x, false",
        "ab*ba, aba, false",
        "a*a*a, aa, false",
        "#.#, x, true",
    })
    void matchesWordByWord(String pattern, String name, boolean isMatch) {
        assertEquals(isMatch, new AddressPattern(pattern).matches(name));
    }

    @Test
    void theMostSpecificComesFirst() {
        List<String> sorted = Stream.of("#", "orders.#", "orders.*", "orders.eu.#", "orders.eu", "*", "orders.e*")
                .map(AddressPattern::new)
                .sorted()
                .map(AddressPattern::text)
                .toList();

        assertEquals(List.of("orders.eu", "orders.eu.#", "orders.e*", "orders.*", "orders.#", "*", "#"), sorted);
    }

    @ParameterizedTest
    @CsvSource({"a.#b", "#a", "a.b#"})
    void aHashIsAWholeWord(String pattern) {
        String message = assertThrows(IllegalArgumentException.class, () -> new AddressPattern(pattern))
                .getMessage();

        assertTrue(message.startsWith("Expected # to be a whole word of the pattern '" + pattern), message);
    }

    @Test
    void anEmptyPatternIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new AddressPattern(""));
    }
}
