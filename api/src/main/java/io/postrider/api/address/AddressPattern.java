// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern of address names. Immutable.
 *
 * <p>A name is made of words separated by {@code .} or {@code /}. In a pattern {@code *} stands for any characters within one
 * word, and a word that is {@code #} for any number of words, none included. A pattern without either is a literal name.
 *
 * @param text 1 to {@value AddressKey#NAME_BYTES_MAX} characters
 */
public record AddressPattern(String text) implements Comparable<AddressPattern> {
    public static final AddressPattern ALL = new AddressPattern("#");

    /** @throws IllegalArgumentException naming what is wrong with it */
    public AddressPattern {
        if (text.isEmpty() || text.length() > AddressKey.NAME_BYTES_MAX) {
            throw new IllegalArgumentException("Expected a pattern of 1 to " + AddressKey.NAME_BYTES_MAX
                    + " characters, but got " + text.length());
        }
        for (String word : words(text)) {
            if (word.contains("#") && word.length() > 1) {
                throw new IllegalArgumentException(
                        "Expected # to be a whole word of the pattern '" + text + "', but found '" + word + "'");
            }
        }
    }

    public static boolean isLiteral(String text) {
        return text.indexOf('*') < 0 && text.indexOf('#') < 0;
    }

    /** Whether a name stands for all topics it matches, as a subscriber asks for them: one of its words is {@code *} or {@code #}. */
    public static boolean isWildcard(String name) {
        return !isLiteral(name) && words(name).stream().anyMatch(word -> word.equals("*") || word.equals("#"));
    }

    public boolean matches(String name) {
        if (isLiteral(text)) {
            return text.equals(name);
        }
        return matches(words(text), 0, words(name), 0);
    }

    private static boolean matches(List<String> pattern, int at, List<String> name, int from) {
        if (at == pattern.size()) {
            return from == name.size();
        }
        if (pattern.get(at).equals("#")) {
            for (int next = from; next <= name.size(); next++) {
                if (matches(pattern, at + 1, name, next)) {
                    return true;
                }
            }
            return false;
        }
        return from < name.size()
                && matchesWord(pattern.get(at), name.get(from))
                && matches(pattern, at + 1, name, from + 1);
    }

    /** Whether a word has the pieces between the stars, in order. */
    private static boolean matchesWord(String pattern, String word) {
        int star = pattern.indexOf('*');
        if (star < 0) {
            return pattern.equals(word);
        }
        if (!word.startsWith(pattern.substring(0, star))) {
            return false;
        }
        int at = star;
        int from = star + 1;
        int next = pattern.indexOf('*', from);
        while (next >= 0) {
            String piece = pattern.substring(from, next);
            int found = word.indexOf(piece, at);
            if (found < 0) {
                return false;
            }
            at = found + piece.length();
            from = next + 1;
            next = pattern.indexOf('*', from);
        }
        String rest = pattern.substring(from);
        return word.length() - at >= rest.length() && word.endsWith(rest);
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '.' || text.charAt(i) == '/') {
                words.add(text.substring(from, i));
                from = i + 1;
            }
        }
        words.add(text.substring(from));
        return words;
    }

    /**
     * The more specific pattern comes first: a literal name, then the one with more literal characters, then the one with fewer
     * wildcards; at last by text, so that the order is total.
     */
    @Override
    public int compareTo(AddressPattern other) {
        int order = Boolean.compare(isLiteral(other.text), isLiteral(text));
        if (order == 0) {
            order = Integer.compare(other.literalCharacters(), literalCharacters());
        }
        if (order == 0) {
            order = Integer.compare(wildcardWeight(), other.wildcardWeight());
        }
        return order != 0 ? order : text.compareTo(other.text);
    }

    private int literalCharacters() {
        return (int) text.chars().filter(c -> c != '*' && c != '#').count();
    }

    private int wildcardWeight() {
        return text.chars().map(c -> c == '#' ? 1000 : c == '*' ? 1 : 0).sum();
    }

    @Override
    public String toString() {
        return text;
    }
}
