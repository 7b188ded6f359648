// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.selector;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A compiled {@code LIKE} pattern: {@code _} stands for one character, {@code %} for any run of characters. Immutable.
 *
 * <p>A character is a Unicode code point. Matching needs no memory, and at most length of text times length of pattern
 * steps: on a mismatch only the last {@code %} takes one more character, because an earlier one could gain nothing.
 */
final class LikePattern {
    private static final int ANY_ONE = -1;
    private static final int ANY_RUN = -2;

    private final int[] elements;

    private LikePattern(int[] elements) {
        this.elements = elements;
    }

    /**
     * @param escape code point that takes the special meaning of a following wildcard away, or null for none
     * @param position of the pattern in its selector, for errors
     * @throws InvalidSelectorException if the escape character stands before anything but a wildcard
     */
    static LikePattern compile(String text, @Nullable Integer escape, int position) {
        int[] characters = text.codePoints().toArray();
        int[] elements = new int[characters.length];
        int length = 0;
        for (int i = 0; i < characters.length; i++) {
            int c = characters[i];
            if (escape != null && c == escape) {
                i++;
                if (i == characters.length || (characters[i] != '%' && characters[i] != '_')) {
                    throw new InvalidSelectorException(
                            "% or _ after each escape character " + Character.toString(c),
                            i == characters.length
                                    ? "the end of the pattern"
                                    : "'" + Character.toString(characters[i]) + "'",
                            position);
                }
                elements[length++] = characters[i];
            } else if (c == '_') {
                elements[length++] = ANY_ONE;
            } else if (c != '%') {
                elements[length++] = c;
            } else if (length == 0 || elements[length - 1] != ANY_RUN) {
                elements[length++] = ANY_RUN;
            }
        }
        return new LikePattern(Arrays.copyOf(elements, length));
    }

    boolean matches(String text) {
        int at = 0;
        int element = 0;
        int runElement = -1;
        int runEnd = 0;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (element < elements.length && (elements[element] == c || elements[element] == ANY_ONE)) {
                at += Character.charCount(c);
                element++;
            } else if (element < elements.length && elements[element] == ANY_RUN) {
                runElement = element++;
                runEnd = at;
            } else if (runElement >= 0) {
                runEnd += Character.charCount(text.codePointAt(runEnd));
                at = runEnd;
                element = runElement + 1;
            } else {
                return false;
            }
        }
        while (element < elements.length && elements[element] == ANY_RUN) {
            element++;
        }
        return element == elements.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LikePattern that && Arrays.equals(elements, that.elements);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(elements);
    }
}
