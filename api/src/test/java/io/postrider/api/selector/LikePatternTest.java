// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wildcards of LIKE; regular expressions are the oracle of the random run. */
class LikePatternTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "12993, 12%3, true",
                "123, 12%3, true",
                "1234, 12%3, false",
                "lose, l_se, true",
                "loose, l_se, false",
                "`\n`, _, true",
                "`a\nb`, a%b, true",
                "``, ``, true",
                "``, %, true",
                "``, _, false",
                "a, ``, false",
                "abcabc, %abc, true",
                "abcab, %abc, false",
                "aXbXc, %X%c, true",
                "abc, %%%, true",
                "a.c, a.c, true",
                "abc, a.c, false",
                "a\\b, a\\b, true",
                "😀, _, true",
                "😀, __, false",
                "x😀y, x%y, true",
            })
    void matchesWholeText(String text, String pattern, boolean expected) {
        assertEquals(expected, LikePattern.compile(pattern, null, 1).matches(text));
    }

    @ParameterizedTest
    @CsvSource({
        "_foo, \\_%, true",
        "bar, \\_%, false",
        "50%, 50\\%, true",
        "500, 50\\%, false",
        "a%b_c, a\\%b\\_c, true",
    })
    void escapedWildcardIsLiteral(String text, String pattern, boolean expected) {
        assertEquals(expected, LikePattern.compile(pattern, (int) '\\', 1).matches(text));
    }

    @Test
    void wildcardCanBeItsOwnEscape() {
        LikePattern pattern = LikePattern.compile("100%%", (int) '%', 1);

        assertEquals(true, pattern.matches("100%"));
        assertFalse(pattern.matches("1000"));
    }

    @Test
    void agreesWithRegularExpressions() {
        Random random = new Random(20_251_124);
        for (int run = 0; run < 20_000; run++) {
            String pattern = letters(random, "ab%_", 8);
            String text = letters(random, "ab", 10);
            String regex = pattern.chars()
                    .mapToObj(c -> c == '%' ? ".*" : c == '_' ? "." : Character.toString(c))
                    .collect(Collectors.joining());

            boolean expected = Pattern.matches(regex, text);

            assertEquals(expected, LikePattern.compile(pattern, null, 1).matches(text), text + " LIKE " + pattern);
        }
    }

    @Test
    void hostilePatternTakesNoMoreThanTextTimesPattern() {
        LikePattern pattern = LikePattern.compile("%a".repeat(500) + "b", null, 1);
        String text = "a".repeat(20_000);

        assertFalse(assertTimeoutPreemptively(ofSeconds(10), () -> pattern.matches(text)));
    }

    private static String letters(Random random, String alphabet, int lengthMax) {
        int length = random.nextInt(lengthMax + 1);
        return random.ints(length, 0, alphabet.length())
                .mapToObj(i -> alphabet.substring(i, i + 1))
                .collect(Collectors.joining());
    }
}
