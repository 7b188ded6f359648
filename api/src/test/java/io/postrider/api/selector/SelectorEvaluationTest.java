// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.port.MessageInspector.Fields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What conditions say of one message, in three-valued logic (Jakarta Messaging 3.1 §3.8.1). */
class SelectorEvaluationTest {
    private static final Map<String, Object> FIELDS = new HashMap<>();

    static {
        FIELDS.put("color", "red");
        FIELDS.put("text", "it's");
        FIELDS.put("digits", "2");
        FIELDS.put("empty", "");
        FIELDS.put("yes", true);
        FIELDS.put("no", false);
        FIELDS.put("b", (byte) 7);
        FIELDS.put("s", (short) 300);
        FIELDS.put("i", 70_000);
        FIELDS.put("l", 5_000_000_000L);
        FIELDS.put("f", 1.5f);
        FIELDS.put("d", 2.25);
        FIELDS.put("nan", Double.NaN);
        FIELDS.put("most", Long.MAX_VALUE);
        FIELDS.put("big", 9_007_199_254_740_993L);
        FIELDS.put("amqp.annotation.x-opt-shard", 3);
        FIELDS.put("m.x-key", "v");
        FIELDS.put("amqp.subject", "news");
        FIELDS.put("my-name", "n");
        FIELDS.put("say \"hi\"", "quoted");
        FIELDS.put("Größe", 5);
        FIELDS.put("_$1", "ok");
    }

    private static final Fields MESSAGE = FIELDS::get;

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\r\n\f "})
    void blankSelectsEverything(String text) {
        Selector selector = Selector.parse(text);

        assertTrue(selector.matches(MESSAGE));
        assertTrue(selector.matchesAll());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "color = 'red', T",
                "color = 'blue', F",
                "color = 'Red', F",
                "color <> 'blue', T",
                "color <> 'red', F",
                "text = 'it''s', T",
                "empty = '', T",
                "yes = TRUE, T",
                "yes = FALSE, F",
                "yes <> false, T",
                "TRUE = true, T",
                "b = 7, T",
                "s > 299, T",
                "i >= 70000, T",
                "i < 70000, F",
                "i <= 70000, T",
                "l = 5000000000, T",
                "f = 1.5, T",
                "d > 2, T",
                "d < 2.5, T",
                "7 = 7.0, T",
                "-b = -7, T",
                "+b = 7, T",
                "- -b = 7, T",
                "big = 9007199254740993, T",
                "big = 9007199254740992, F",
            })
    void comparesValuesOfOneType(String condition, Truth expected) {
        assertEquals(expected, Truth.of(condition, MESSAGE));
    }

    @Test
    void comparesExactWithApproximateAsDouble() {
        assertEquals(Truth.T, Truth.of("big = 9007199254740992.0", MESSAGE));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "missing = 1, U",
                "missing <> 1, U",
                "missing = 'x', U",
                "missing = missing, U",
                "missing <> missing, U",
                "missing < 1, U",
                "missing > 1, U",
                "NOT missing = 1, U",
                "missing, U",
                "missing + 1 = 2, U",
                "1 - missing > 0, U",
                "-missing = 1, U",
                "missing BETWEEN 1 AND 2, U",
                "missing NOT BETWEEN 1 AND 2, U",
                "i BETWEEN missing AND 80000, U",
                "i BETWEEN missing AND 1, F",
                "i NOT BETWEEN missing AND 1, T",
                "missing IN ('a'), U",
                "missing NOT IN ('a'), U",
                "missing LIKE '%', U",
                "missing NOT LIKE '%', U",
            })
    void nullMakesComparisonsUnknown(String condition, Truth expected) {
        assertEquals(expected, Truth.of(condition, MESSAGE));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "color = 1, F",
                "color <> 1, F",
                "i = 'red', F",
                "i <> 'a', F",
                "NOT (i <> 'a'), T",
                "digits > 1, F",
                "digits = 2, F",
                "yes = 'TRUE', F",
                "yes <> 'TRUE', F",
                "yes = 1, F",
                "color > 1, F",
                "1 <= color, F",
                "yes < i, F",
                "color < color, F",
                "'a' = 1, F",
                "color BETWEEN 1 AND 2, F",
                "color NOT BETWEEN 1 AND 2, F",
            })
    void unlikeTypesAreFalseInEveryComparison(String condition, Truth expected) {
        assertEquals(expected, Truth.of(condition, MESSAGE));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "b + 1 = 8, T",
                "b - 1 = 6, T",
                "b * 2 = 14, T",
                "b / 2 = 3, T",
                "-7 / 2 = -3, T",
                "b / 2.0 = 3.5, T",
                "1 + 2 * 3 = 7, T",
                "(1 + 2) * 3 = 9, T",
                "10 - 2 - 3 = 5, T",
                "100 / 10 / 5 = 2, T",
                "2 * -3 = -6, T",
                "f + d = 3.75, T",
                "most + 1 < 0, T",
                "most * 2 = -2, T",
                "-9223372036854775808 / -1 < 0, T",
                "b / 0 = 1, U",
                "b / 0 <> 1, U",
                "b / 0.0 > 1e300, T",
                "color + 1 = 2, F",
                "color + 1 <> 2, F",
                "1 + color = missing, U",
                "yes * 2 = 2, F",
                "-color = 1, F",
                "+color = 'red', F",
                "color + missing = 1, U",
                "nan = nan, F",
                "nan <> 1, F",
                "nan < 1, F",
            })
    void calculatesLikeJava(String condition, Truth expected) {
        assertEquals(expected, Truth.of(condition, MESSAGE));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "b BETWEEN 7 AND 8, T",
                "b BETWEEN 6 AND 7, T",
                "b BETWEEN 8 AND 9, F",
                "b BETWEEN 9 AND 5, F",
                "b NOT BETWEEN 9 AND 5, T",
                "b NOT BETWEEN 1 AND 7, F",
                "b NOT BETWEEN 8 AND 9, T",
                "b + 1 BETWEEN 2 * 4 AND 9, T",
                "b BETWEEN 1 AND 9 AND yes, T",
                "1 BETWEEN 0 AND b, T",
            })
    void betweenIncludesItsBounds(String condition, Truth expected) {
        assertEquals(expected, Truth.of(condition, MESSAGE));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "color IN ('red', 'blue') ; T",
                "color IN ('blue') ; F",
                "color NOT IN ('red', 'blue') ; F",
                "color NOT IN ('blue') ; T",
                "text IN ('it''s') ; T",
                "color IN ('red', 'red') ; T",
                "i IN ('70000') ; F",
                "i NOT IN ('70000') ; T",
                "yes IN ('true') ; F",
            })
    void inComparesWithEachString(String condition, Truth expected) {
        assertEquals(expected, Truth.of(condition, MESSAGE));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "color LIKE 'r%', T",
                "color LIKE '%d', T",
                "color LIKE '_e_', T",
                "color LIKE 'r', F",
                "color NOT LIKE 'r%', F",
                "color NOT LIKE 'b%', T",
                "i LIKE '7%', F",
                "i NOT LIKE '7%', T",
                "yes NOT LIKE '%', T",
            })
    void likeMatchesStringsOnly(String condition, Truth expected) {
        assertEquals(expected, Truth.of(condition, MESSAGE));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "missing IS NULL, T",
                "missing IS NOT NULL, F",
                "color IS NULL, F",
                "color IS NOT NULL, T",
                "empty IS NULL, F",
            })
    void isNullIsNeverUnknown(String condition, Truth expected) {
        assertEquals(expected, Truth.of(condition, MESSAGE));
    }

    @ParameterizedTest
    @CsvSource({"yes, T", "no, F", "missing, U", "color, F", "i, F", "TRUE, T", "false, F", "NOT color, T", "(yes), T"})
    void identifierAloneIsItsBoolean(String condition, Truth expected) {
        assertEquals(expected, Truth.of(condition, MESSAGE));
    }

    @Test
    void twiceNegatedIsStillATruthValue() {
        assertEquals(Truth.F, Truth.of("NOT NOT color", MESSAGE));
        assertEquals(Truth.T, Truth.of("NOT NOT yes", MESSAGE));
        assertEquals(Truth.U, Truth.of("NOT NOT missing", MESSAGE));
    }

    @Test
    void logicFollowsTheTruthTables() {
        Map<Truth, String> operands = Map.of(Truth.T, "yes", Truth.F, "no", Truth.U, "missing");
        List<Truth> byRank = List.of(Truth.F, Truth.U, Truth.T);
        for (Truth left : Truth.values()) {
            assertEquals(
                    byRank.get(2 - byRank.indexOf(left)),
                    Truth.of("NOT " + operands.get(left), MESSAGE),
                    "NOT " + left);
            for (Truth right : Truth.values()) {
                int low = Math.min(byRank.indexOf(left), byRank.indexOf(right));
                int high = Math.max(byRank.indexOf(left), byRank.indexOf(right));

                Truth and = Truth.of(operands.get(left) + " AND " + operands.get(right), MESSAGE);
                Truth or = Truth.of(operands.get(left) + " OR " + operands.get(right), MESSAGE);

                assertEquals(byRank.get(low), and, left + " AND " + right);
                assertEquals(byRank.get(high), or, left + " OR " + right);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "yes OR yes AND no, T",
        "(yes OR yes) AND no, F",
        "NOT no AND no, F",
        "NOT (no AND no), T",
        "NOT yes OR yes, T",
        "no AND missing OR yes, T",
        "1 = 1 AND 2 = 2 AND 3 = 4, F",
        "(1 = 1) = TRUE, T",
        "(missing = 1) = TRUE, U",
    })
    void notBindsTighterThanAndThanOr(String condition, Truth expected) {
        assertEquals(expected, Truth.of(condition, MESSAGE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amqp.annotation.x-opt-shard = 3",
                "amqp.annotation.x-opt-shard=3",
                "m.x-key = 'v'",
                "amqp.subject='news'",
                "\"my-name\" = 'n'",
                "\"amqp.subject\" = 'news'",
                "\"say \"\"hi\"\"\" = 'quoted'",
                "\"color\" LIKE 'r%'",
                "Größe = 5",
                "_$1 = 'ok'",
            })
    void namesOfOtherClientsAreIdentifiers(String condition) {
        assertTrue(Selector.parse(condition).matches(MESSAGE));
    }

    @Test
    void identifiersAreCaseSensitiveAndKeywordsAreNot() {
        assertFalse(Selector.parse("COLOR = 'red'").matches(MESSAGE));
        assertTrue(Selector.parse("color iN ('red') aNd missing iS nUll AND nOt no OR False")
                .matches(MESSAGE));
        assertTrue(Selector.parse("\"NULL\" IS NULL").matches(MESSAGE));
    }

    @Test
    void longChainsNeedNoDeepStack() {
        String sum = "b" + " + 1".repeat(50_000) + " = 50007";
        String and = "yes" + " AND yes".repeat(50_000);
        String signs = "-".repeat(50_000) + "b = 7";
        String nots = "NOT ".repeat(50_000) + "yes";

        assertTrue(Selector.parse(sum).matches(MESSAGE));
        assertTrue(Selector.parse(and).matches(MESSAGE));
        assertTrue(Selector.parse(signs).matches(MESSAGE));
        assertTrue(Selector.parse(nots).matches(MESSAGE));
    }

    @Test
    void equalTextsMakeEqualSelectors() {
        Selector selector = Selector.parse("a = 1");

        assertEquals(Selector.parse("a = 1"), selector);
        assertEquals("a = 1", selector.text());
        assertFalse(selector.equals(Selector.parse("a=1")));
    }
}
