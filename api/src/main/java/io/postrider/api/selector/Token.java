// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

/**
 * One token of a selector. Immutable.
 *
 * @param text for a string its content, for a quoted name the name, for a keyword upper case, else as written
 * @param position of its first character, counted from 1
 */
record Token(Kind kind, String text, int position) {

    enum Kind {
        IDENTIFIER,
        KEYWORD,
        STRING,
        /** Exact number: decimal, hexadecimal or octal digits without sign, still as text because the sign may matter. */
        EXACT,
        /** Approximate number, without sign. */
        APPROXIMATE,
        /** Operator, parenthesis or comma. */
        SYMBOL,
        END
    }

    boolean isKeyword(String keyword) {
        return kind == Kind.KEYWORD && text.equals(keyword);
    }

    boolean isSymbol(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    /** The token as error messages show it. */
    String description() {
        return switch (kind) {
            case IDENTIFIER -> "the identifier " + text;
            case KEYWORD -> text;
            case STRING -> "the string '" + text + "'";
            case EXACT, APPROXIMATE -> "the number " + text;
            case SYMBOL -> "'" + text + "'";
            case END -> "the end";
        };
    }
}
