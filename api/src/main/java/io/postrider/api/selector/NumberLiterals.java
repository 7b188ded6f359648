// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

/** Values of number tokens: Java's literals without underscores (Java Language Specification §3.10.1–3.10.2). */
final class NumberLiterals {
    private NumberLiterals() {}

    static long exact(Token token, boolean isNegative) {
        String digits = token.text();
        if (digits.endsWith("l") || digits.endsWith("L")) {
            digits = digits.substring(0, digits.length() - 1);
        }
        int radix = 10;
        if (digits.startsWith("0x") || digits.startsWith("0X")) {
            radix = 16;
            digits = digits.substring(2);
        } else if (digits.startsWith("0") && digits.length() > 1) {
            radix = 8;
            digits = digits.substring(1);
        }
        try {
            return Long.parseLong(isNegative ? "-" + digits : digits, radix);
        } catch (NumberFormatException e) {
            if (radix == 8 && (digits.contains("8") || digits.contains("9"))) {
                throw new InvalidSelectorException("octal digits after 0", token.description(), token.position());
            }
            throw outOfRange("a 64-bit integer", token);
        }
    }

    static double approximate(Token token) {
        boolean isFloat = token.text().endsWith("f") || token.text().endsWith("F");
        double value = isFloat ? Float.parseFloat(token.text()) : Double.parseDouble(token.text());
        boolean underflows = value == 0 && hasDigitsOtherThanZero(token.text());
        if (Double.isInfinite(value) || underflows) {
            throw outOfRange(isFloat ? "a float" : "a double", token);
        }
        return value;
    }

    private static boolean hasDigitsOtherThanZero(String text) {
        for (int i = 0; i < text.length() && "eE".indexOf(text.charAt(i)) < 0; i++) {
            if (text.charAt(i) >= '1' && text.charAt(i) <= '9') {
                return true;
            }
        }
        return false;
    }

    private static InvalidSelectorException outOfRange(String type, Token token) {
        return new InvalidSelectorException("a number within the range of " + type, token.text(), token.position());
    }
}
