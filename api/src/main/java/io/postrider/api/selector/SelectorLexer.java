// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

import io.postrider.api.selector.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Splits the text of a selector into tokens. Used once. */
final class SelectorLexer {
    private static final Set<String> KEYWORDS =
            Set.of("NULL", "TRUE", "FALSE", "NOT", "AND", "OR", "BETWEEN", "LIKE", "IN", "IS", "ESCAPE");

    private final String text;
    private int next;

    SelectorLexer(String text) {
        this.text = text;
    }

    /** All tokens in order; the last one is the end. */
    List<Token> tokens() {
        List<Token> tokens = new ArrayList<>();
        Token token;
        do {
            token = token();
            tokens.add(token);
        } while (token.kind() != Kind.END);
        return tokens;
    }

    private Token token() {
        while (next < text.length() && isWhitespace(text.charAt(next))) {
            next++;
        }
        if (next == text.length()) {
            return new Token(Kind.END, "", position(next));
        }
        int c = text.codePointAt(next);
        if (Character.isJavaIdentifierStart(c)) {
            return word();
        }
        if (isDigit(next) || (c == '.' && isDigit(next + 1))) {
            return number();
        }
        return switch (c) {
            case '\'' -> quoted('\'', Kind.STRING);
            case '"' -> quoted('"', Kind.IDENTIFIER);
            default -> symbol(c);
        };
    }

    private static boolean isWhitespace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
    }

    private Token word() {
        int start = next;
        skipIdentifierParts();
        if (isFieldPrefix(start)) {
            skipFieldName();
        }
        String word = text.substring(start, next);
        String upperCase = word.toUpperCase(Locale.ROOT);
        return KEYWORDS.contains(upperCase)
                ? new Token(Kind.KEYWORD, upperCase, position(start))
                : new Token(Kind.IDENTIFIER, word, position(start));
    }

    private void skipIdentifierParts() {
        while (next < text.length() && Character.isJavaIdentifierPart(text.codePointAt(next))) {
            next += Character.charCount(text.codePointAt(next));
        }
    }

    /** Whether what was read is {@code amqp} or {@code m}, and a dot and a name follow. */
    private boolean isFieldPrefix(int start) {
        String word = text.substring(start, next);
        return (word.equals("amqp") || word.equals("m"))
                && next + 1 < text.length()
                && text.charAt(next) == '.'
                && Character.isJavaIdentifierPart(text.codePointAt(next + 1));
    }

    /** Names of AMQP fields and annotations have dots and dashes in them, which no JMS identifier has. */
    private void skipFieldName() {
        while (next < text.length()) {
            int c = text.codePointAt(next);
            if (c != '.' && c != '-' && !Character.isJavaIdentifierPart(c)) {
                return;
            }
            next += Character.charCount(c);
        }
    }

    private Token quoted(char quote, Kind kind) {
        int start = next++;
        StringBuilder content = new StringBuilder();
        while (true) {
            int end = text.indexOf(quote, next);
            if (end < 0) {
                throw new InvalidSelectorException("a closing " + quote, "the end", position(text.length()));
            }
            content.append(text, next, end);
            next = end + 1;
            if (next == text.length() || text.charAt(next) != quote) {
                break;
            }
            content.append(quote);
            next++;
        }
        if (kind == Kind.IDENTIFIER && content.isEmpty()) {
            throw new InvalidSelectorException("a name between double quotes", "none", position(start));
        }
        return new Token(kind, content.toString(), position(start));
    }

    private Token number() {
        int start = next;
        boolean isHex =
                text.charAt(next) == '0' && next + 1 < text.length() && "xX".indexOf(text.charAt(next + 1)) >= 0;
        Kind kind = isHex ? hexadecimal() : decimal();
        if (next < text.length() && Character.isJavaIdentifierPart(text.codePointAt(next))) {
            throw new InvalidSelectorException(
                    "the end of the number " + text.substring(start, next), found(next), position(next));
        }
        return new Token(kind, text.substring(start, next), position(start));
    }

    private Kind hexadecimal() {
        next += 2;
        int firstDigit = next;
        while (next < text.length() && text.charAt(next) < 128 && Character.digit(text.charAt(next), 16) >= 0) {
            next++;
        }
        if (next == firstDigit) {
            throw new InvalidSelectorException("a hexadecimal digit", found(next), position(next));
        }
        skipAny("lL");
        return Kind.EXACT;
    }

    private Kind decimal() {
        Kind kind = Kind.EXACT;
        skipDigits();
        if (skipAny(".")) {
            kind = Kind.APPROXIMATE;
            skipDigits();
        }
        if (skipAny("eE")) {
            kind = Kind.APPROXIMATE;
            skipAny("+-");
            if (!isDigit(next)) {
                throw new InvalidSelectorException("a digit of the exponent", found(next), position(next));
            }
            skipDigits();
        }
        if (skipAny("dDfF")) {
            return Kind.APPROXIMATE;
        }
        if (kind == Kind.EXACT) {
            skipAny("lL");
        }
        return kind;
    }

    private void skipDigits() {
        while (isDigit(next)) {
            next++;
        }
    }

    private boolean skipAny(String characters) {
        boolean isThere = next < text.length() && characters.indexOf(text.charAt(next)) >= 0;
        if (isThere) {
            next++;
        }
        return isThere;
    }

    private boolean isDigit(int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private Token symbol(int c) {
        int start = next;
        boolean isPair = text.startsWith("<>", next) || text.startsWith("<=", next) || text.startsWith(">=", next);
        if (!isPair && "=<>+-*/(),".indexOf(c) < 0) {
            throw new InvalidSelectorException("an identifier, literal or operator", found(next), position(next));
        }
        next += isPair ? 2 : 1;
        return new Token(Kind.SYMBOL, text.substring(start, next), position(start));
    }

    private String found(int index) {
        return index == text.length() ? "the end" : "'" + Character.toString(text.codePointAt(index)) + "'";
    }

    private static int position(int index) {
        return index + 1;
    }
}
