// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

import io.postrider.api.selector.Expression.Arithmetic;
import io.postrider.api.selector.Expression.Literal;
import io.postrider.api.selector.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recursive-descent parser of selectors, one method per rule of the grammar. Used once.
 *
 * <pre>
 * selector  := [ or ]
 * or        := and { OR and }
 * and       := not { AND not }
 * not       := { NOT } predicate
 * predicate := sum [ compOp sum | [NOT] BETWEEN sum AND sum
 *            | [NOT] IN '(' string {',' string} ')' | [NOT] LIKE string [ESCAPE string] | IS [NOT] NULL ]
 * sum       := term { ('+'|'-') term }
 * term      := unary { ('*'|'/') unary }
 * unary     := {'+'|'-'} primary
 * primary   := literal | identifier | '(' or ')'
 * </pre>
 *
 * The left side of IN, LIKE and IS is an identifier. Recursion happens only at parentheses, and these are bounded, so
 * that no text a peer sends can exhaust the stack here or at evaluation.
 */
final class SelectorParser {
    private static final int PARENTHESES_MAX = 200;

    private final List<Token> tokens;
    private int next;
    private int openParentheses;

    SelectorParser(String text) {
        tokens = new SelectorLexer(text).tokens();
    }

    /** The condition, or null for a blank text. */
    @Nullable
    Expression parse() {
        if (peek().kind() == Kind.END) {
            return null;
        }
        Expression expression = condition(this::or);
        if (peek().kind() != Kind.END) {
            throw unexpected("an operator or the end");
        }
        return expression;
    }

    /** A rule of the grammar. */
    private interface Rule {
        Expression parse();
    }

    /** Parses something that must be a condition, as far as the text tells. */
    private Expression condition(Rule rule) {
        Token start = peek();
        return checkCondition(rule.parse(), start);
    }

    private static Expression checkCondition(Expression expression, Token start) {
        if (expression.type() == Expression.Type.NUMBER || expression.type() == Expression.Type.STRING) {
            throw new InvalidSelectorException(
                    "a condition",
                    expression.type() == Expression.Type.STRING ? "a string" : "a number",
                    start.position());
        }
        return expression;
    }

    private Expression or() {
        Token start = peek();
        Expression first = and();
        if (!peek().isKeyword("OR")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>();
        parts.add(checkCondition(first, start));
        while (skipKeyword("OR")) {
            parts.add(condition(this::and));
        }
        return new Expression.Or(parts);
    }

    private Expression and() {
        Token start = peek();
        Expression first = not();
        if (!peek().isKeyword("AND")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>();
        parts.add(checkCondition(first, start));
        while (skipKeyword("AND")) {
            parts.add(condition(this::not));
        }
        return new Expression.And(parts);
    }

    private Expression not() {
        int count = 0;
        while (skipKeyword("NOT")) {
            count++;
        }
        if (count == 0) {
            return predicate();
        }
        // Twice negated is not the same as never negated: it still turns a value that is no boolean into false.
        Expression negated = new Expression.Not(condition(this::predicate));
        return count % 2 == 1 ? negated : new Expression.Not(negated);
    }

    private Expression predicate() {
        Token start = peek();
        int startIndex = next;
        Expression left = sum();
        boolean isBareIdentifier = left instanceof Expression.Identifier && next == startIndex + 1;
        Comparator comparator = skipComparator();
        if (comparator != null) {
            return comparison(comparator, left, start);
        }
        if (skipKeyword("IS")) {
            boolean isNegated = skipKeyword("NOT");
            expectKeyword("NULL");
            return new Expression.IsNull(identifier(left, isBareIdentifier, start, "IS"), isNegated);
        }
        boolean isNegated = skipKeyword("NOT");
        if (skipKeyword("BETWEEN")) {
            return between(left, start, isNegated);
        }
        if (skipKeyword("IN")) {
            return new Expression.In(identifier(left, isBareIdentifier, start, "IN"), strings(), isNegated);
        }
        if (skipKeyword("LIKE")) {
            return new Expression.Like(identifier(left, isBareIdentifier, start, "LIKE"), pattern(), isNegated);
        }
        if (isNegated) {
            throw unexpected("BETWEEN, IN or LIKE after NOT");
        }
        return left;
    }

    private static Expression.Identifier identifier(
            Expression left, boolean isBareIdentifier, Token start, String keyword) {
        if (isBareIdentifier && left instanceof Expression.Identifier identifier) {
            return identifier;
        }
        throw new InvalidSelectorException(
                "a single identifier before " + keyword, start.description(), start.position());
    }

    private @Nullable Comparator skipComparator() {
        for (Comparator comparator : Comparator.values()) {
            if (skipSymbol(comparator.text())) {
                return comparator;
            }
        }
        return null;
    }

    private Expression comparison(Comparator comparator, Expression left, Token leftStart) {
        Token rightStart = peek();
        Expression right = sum();
        if (comparator.needsOrder()) {
            checkHasOrder(left, leftStart, comparator.text());
            checkHasOrder(right, rightStart, comparator.text());
        }
        return new Expression.Comparison(comparator, left, right);
    }

    /** Strings and booleans can be equal or unequal, but neither is less than another (Jakarta Messaging 3.1 §3.8.1.2). */
    private static void checkHasOrder(Expression expression, Token start, String operator) {
        if (expression.type() == Expression.Type.STRING || expression.type() == Expression.Type.CONDITION) {
            throw new InvalidSelectorException("numbers around " + operator, start.description(), start.position());
        }
    }

    private Expression between(Expression value, Token valueStart, boolean isNegated) {
        Token lowStart = peek();
        Expression low = sum();
        expectKeyword("AND");
        Token highStart = peek();
        Expression high = sum();
        checkHasOrder(value, valueStart, "BETWEEN");
        checkHasOrder(low, lowStart, "BETWEEN");
        checkHasOrder(high, highStart, "BETWEEN");
        return new Expression.Between(value, low, high, isNegated);
    }

    private Set<String> strings() {
        expectSymbol("(");
        Set<String> strings = new LinkedHashSet<>();
        do {
            strings.add(string("a string in the list of IN").text());
        } while (skipSymbol(","));
        if (!skipSymbol(")")) {
            throw unexpected("',' or ')' in the list of IN");
        }
        return strings;
    }

    private LikePattern pattern() {
        Token pattern = string("a string as pattern of LIKE");
        Integer escape = null;
        if (skipKeyword("ESCAPE")) {
            Token string = string("a string of one character after ESCAPE");
            if (string.text().codePointCount(0, string.text().length()) != 1) {
                throw new InvalidSelectorException(
                        "a string of one character after ESCAPE", string.description(), string.position());
            }
            escape = string.text().codePointAt(0);
        }
        return LikePattern.compile(pattern.text(), escape, pattern.position());
    }

    private Token string(String expectation) {
        if (peek().kind() != Kind.STRING) {
            throw unexpected(expectation);
        }
        return take();
    }

    private Expression sum() {
        return chain(this::term, '+', '-');
    }

    private Expression term() {
        return chain(this::unary, '*', '/');
    }

    private Expression chain(Rule operand, char firstOperator, char secondOperator) {
        Expression first = operand.parse();
        List<Arithmetic.Step> steps = new ArrayList<>(0);
        while (peek().isSymbol(String.valueOf(firstOperator)) || peek().isSymbol(String.valueOf(secondOperator))) {
            steps.add(new Arithmetic.Step(take().text().charAt(0), operand.parse()));
        }
        return steps.isEmpty() ? first : new Arithmetic(first, steps);
    }

    private Expression unary() {
        int signs = 0;
        boolean isNegative = false;
        while (peek().isSymbol("+") || peek().isSymbol("-")) {
            isNegative ^= take().text().equals("-");
            signs++;
        }
        if (peek().kind() == Kind.EXACT) {
            // The sign belongs to the digits: the least long has no positive counterpart.
            return new Literal(NumberLiterals.exact(take(), isNegative));
        }
        Expression operand = primary();
        if (signs == 0) {
            return operand;
        }
        // A sign, even +, is arithmetic: what is no number becomes incomparable.
        Expression negated = new Expression.Negation(operand);
        return isNegative ? negated : new Expression.Negation(negated);
    }

    private Expression primary() {
        Token token = peek();
        return switch (token.kind()) {
            case IDENTIFIER -> new Expression.Identifier(take().text());
            case STRING -> new Literal(take().text());
            case EXACT -> new Literal(NumberLiterals.exact(take(), false));
            case APPROXIMATE -> new Literal(NumberLiterals.approximate(take()));
            case KEYWORD, SYMBOL, END -> booleanOrParenthesized(token);
        };
    }

    private Expression booleanOrParenthesized(Token token) {
        if (token.isKeyword("TRUE") || token.isKeyword("FALSE")) {
            return new Literal(take().isKeyword("TRUE"));
        }
        if (token.isSymbol("(")) {
            return parenthesized();
        }
        throw unexpected("an identifier, literal or '('");
    }

    private Expression parenthesized() {
        if (++openParentheses > PARENTHESES_MAX) {
            throw unexpected("at most " + PARENTHESES_MAX + " nested parentheses");
        }
        take();
        Expression inner = or();
        expectSymbol(")");
        openParentheses--;
        return inner;
    }

    private Token peek() {
        return tokens.get(next);
    }

    private Token take() {
        return tokens.get(next++);
    }

    private boolean skipKeyword(String keyword) {
        boolean isThere = peek().isKeyword(keyword);
        next += isThere ? 1 : 0;
        return isThere;
    }

    private boolean skipSymbol(String symbol) {
        boolean isThere = peek().isSymbol(symbol);
        next += isThere ? 1 : 0;
        return isThere;
    }

    private void expectKeyword(String keyword) {
        if (!skipKeyword(keyword)) {
            throw unexpected(keyword);
        }
    }

    private void expectSymbol(String symbol) {
        if (!skipSymbol(symbol)) {
            throw unexpected("'" + symbol + "'");
        }
    }

    private InvalidSelectorException unexpected(String expectation) {
        return new InvalidSelectorException(expectation, peek().description(), peek().position());
    }
}
