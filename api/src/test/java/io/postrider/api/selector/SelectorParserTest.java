// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which texts are selectors and what is said of the others (Jakarta Messaging 3.1 §3.8.1.1). */
class SelectorParserTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "9223372036854775807 = most",
                "-9223372036854775808 = least",
                "- 9223372036854775808 = least",
                "-0x8000000000000000 = least",
                "0x7fffffffffffffff = most",
                "0777777777777777777777 = most",
                "0x1F = thirtyone",
                "037 = thirtyone",
                "31L = thirtyone",
                "31l = thirtyone",
                "0x1fL = thirtyone",
                "0 = zero",
                "00 = zero",
                "31d = thirtyone",
                "31F = thirtyone",
                "31. = thirtyone",
                "31.0 = thirtyone",
                "3.1e1 = thirtyone",
                ".31E+2 = thirtyone",
                "310E-1d = thirtyone",
                ".5 = half",
                "0.5f = half",
                "5e-1 = half",
                "09.5 = ninehalf",
                "0e5 = zero",
            })
    void numbersAreJavas(String condition) {
        boolean matches = Selector.parse(condition).matches(identifier -> switch (identifier) {
            case "most" -> Long.MAX_VALUE;
            case "least" -> Long.MIN_VALUE;
            case "thirtyone" -> 31;
            case "zero" -> 0;
            case "half" -> 0.5;
            case "ninehalf" -> 9.5;
            default -> null;
        });

        assertTrue(matches);
    }

    @Test
    void floatLiteralHasTheValueOfAFloat() {
        assertTrue(Selector.parse("x = 1.1f").matches(identifier -> 1.1f));
        assertTrue(Selector.parse("x <> 1.1").matches(identifier -> 1.1f));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a='x'AND b=1",
                "NOT(a)",
                "a IN('x')",
                "a LIKE'x'ESCAPE'!'",
                "a\t=\n1\r\f",
                "((((a))))",
                "a = ((1 + (2)))",
                "(a = 1) = (b = 2)",
                "a = TRUE",
                "TRUE <> a",
                "JMSPriority > 4 AND JMSXGroupID IS NOT NULL",
                "a1 = 'line\nbreak'",
                "a LIKE '' ",
                "a = '日本'",
                "名前 = 1",
            })
    void acceptsWhatTheGrammarAllows(String text) {
        assertDoesNotThrow(() -> Selector.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Unbalanced or missing parts.
                "(a = 1",
                "a = 1)",
                "()",
                "a =",
                "= 1",
                "a = 1 AND",
                "AND a = 1",
                "a = 1 OR OR b = 2",
                "NOT",
                "a NOT",
                "a NOT = 1",
                "a IS",
                "a IS 1",
                "a IS NOT",
                "a BETWEEN 1",
                "a BETWEEN 1 AND",
                "a BETWEEN 1 OR 2",
                "a IN",
                "a IN ()",
                "a IN ('x'",
                "a IN ('x',)",
                "a IN 'x'",
                "a LIKE",
                "a +",
                "a * = 2",
                // Chains of comparisons, trailing text.
                "a = b = c",
                "a < b < c",
                "a b",
                "a = 1 b",
                "a = 1 2",
                "'x' 'y'",
                // What the left side of IN, LIKE and IS must be.
                "'x' LIKE 'x'",
                "(a) LIKE 'x'",
                "a + b LIKE 'x'",
                "-a IS NULL",
                "1 IN ('x')",
                "1 IS NULL",
                // What the right side must be.
                "a LIKE b",
                "a LIKE 1",
                "a LIKE 'x' ESCAPE b",
                "a LIKE 'x' ESCAPE ''",
                "a LIKE 'x' ESCAPE 'ab'",
                "a LIKE 'x!' ESCAPE '!'",
                "a LIKE 'x!y' ESCAPE '!'",
                "a LIKE '!!' ESCAPE '!'",
                "a IN (1)",
                "a IN (b)",
                "a IN ('x', 1)",
                // Reserved words.
                "NULL = 1",
                "a = NULL",
                "NOT = 1",
                "Between = 1",
                "like LIKE 'x'",
                "escape IS NULL",
                "true IN ('x')",
                // Conditions that are evidently none.
                "1",
                "'x'",
                "a + 1",
                "-a",
                "1 AND a",
                "a OR 'x'",
                "NOT 1",
                "NOT 'x'",
                "(1)",
                "TRUE AND 3 + 5",
                // An order where there evidently is none.
                "a < 'x'",
                "'x' >= a",
                "a > TRUE",
                "FALSE <= a",
                "a BETWEEN 'x' AND 'y'",
                "a BETWEEN 1 AND 'y'",
                "'x' BETWEEN 1 AND 2",
                "TRUE BETWEEN 1 AND 2",
                "(a = 1) < 2",
                // Tokens.
                "a == 1",
                "a != 1",
                "a => 1",
                "a % 2 = 0",
                "a && b",
                "a ; b",
                "a = 'x",
                "a = x'",
                "a = \"x",
                "\"\" = 1",
                "a.b = 1",
                "a-b-c",
                "amqp. = 1",
                "m.-x = 1",
                "-- comment",
                "a /* c */ = 1",
                "a\u00a0= 1",
                "a\u000b= 1",
                "{a} = 1",
                "?",
                // Numbers.
                "a = 9223372036854775808",
                "a = -9223372036854775809",
                "a = 0xFFFFFFFFFFFFFFFF",
                "a = 0x",
                "a = 0xG",
                "a = 08",
                "a = 1e400",
                "a = 1e-400",
                "a = 1e40f",
                "a = 1e",
                "a = 1e+",
                "a = 1.5L",
                "a = 1_000",
                "a = 12abc",
                "a = 1OR b = 2",
                "a = 1.2.3",
            })
    void refusesWhatItDoesNot(String text) {
        assertThrows(InvalidSelectorException.class, () -> Selector.parse(text), text);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "a = ; Expected an identifier, literal or '(', but found the end at position 4",
                "a = b = c ; Expected an operator or the end, but found '=' at position 7",
                "(a = 1 ; Expected ')', but found the end at position 7",
                "a LIKE 5 ; Expected a string as pattern of LIKE, but found the number 5 at position 8",
                "a IN (b) ; Expected a string in the list of IN, but found the identifier b at position 7",
                "a = NULL ; Expected an identifier, literal or '(', but found NULL at position 5",
                "a # 1 ; Expected an identifier, literal or operator, but found '#' at position 3",
                "a = 'x ; Expected a closing ', but found the end at position 7",
                "a NOT 1 ; Expected BETWEEN, IN or LIKE after NOT, but found the number 1 at position 7",
                "a > 'x' ; Expected numbers around >, but found the string 'x' at position 5",
                "a AND 5 ; Expected a condition, but found a number at position 7",
                "'x' LIKE 'y' ; Expected a single identifier before LIKE, but found the string 'x' at position 1",
                "a = 9223372036854775808 ; Expected a number within the range of a 64-bit integer, but found"
                        + " 9223372036854775808 at position 5",
            })
    void saysWhatWasExpectedFoundAndWhere(String text, String message) {
        InvalidSelectorException e = assertThrows(InvalidSelectorException.class, () -> Selector.parse(text));

        assertEquals(message, e.getMessage());
        assertTrue(message.endsWith("at position " + e.position()));
    }

    @Test
    void nestingIsBounded() {
        String deep = "(".repeat(150) + "a" + ")".repeat(150);
        String tooDeep = "(".repeat(100_000) + "a" + ")".repeat(100_000);

        assertDoesNotThrow(() -> Selector.parse(deep));
        assertThrows(InvalidSelectorException.class, () -> Selector.parse(tooDeep));
    }

    @Test
    void longNumbersAreRefusedQuickly() {
        assertThrows(InvalidSelectorException.class, () -> Selector.parse("a = " + "9".repeat(1_000_000)));
    }

    @Test
    void manyParenthesesSideBySideAreNotDeep() {
        assertDoesNotThrow(() -> Selector.parse("(a)" + " AND (a)".repeat(1_000)));
    }
}
