// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.uri;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads options by name and remembers which names there are, so that whatever was given and never asked for is an error
 * that can name the nearest known option.
 */
final class OptionReader {
    private final Map<String, String> given;
    private final Set<String> known = new TreeSet<>();

    OptionReader(Map<String, String> given) {
        this.given = given;
    }

    @Nullable
    String textOrNull(String name) {
        known.add(name);
        return given.get(name);
    }

    String text(String name, String fallback) {
        String value = textOrNull(name);
        return value == null ? fallback : value;
    }

    boolean flag(String name, boolean fallback) {
        String value = textOrNull(name);
        if (value == null) {
            return fallback;
        }
        if (value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false")) {
            return Boolean.parseBoolean(value);
        }
        throw wrong(name, "true or false", value);
    }

    /** A whole number between limits, which are included. */
    int number(String name, int fallback, int min, int max) {
        String value = textOrNull(name);
        if (value == null) {
            return fallback;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw wrong(name, "a whole number from " + min + " to " + max, value);
        }
        throw wrong(name, "a whole number from " + min + " to " + max, value);
    }

    <E extends Enum<E>> E choice(String name, E fallback) {
        String value = textOrNull(name);
        if (value == null) {
            return fallback;
        }
        for (E choice : fallback.getDeclaringClass().getEnumConstants()) {
            if (choice.name().equalsIgnoreCase(value)) {
                return choice;
            }
        }
        throw wrong(
                name, "one of " + Arrays.toString(fallback.getDeclaringClass().getEnumConstants()), value);
    }

    /** @throws IllegalArgumentException if an option was given that nobody asked for */
    void checkAllKnown() {
        for (String name : given.keySet()) {
            if (!known.contains(name)) {
                String nearest = known.stream()
                        .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                        .orElse("");
                throw new IllegalArgumentException(
                        "Unknown option '" + name + "'; the nearest known one is '" + nearest + "'");
            }
        }
    }

    private static IllegalArgumentException wrong(String name, String expected, String value) {
        return new IllegalArgumentException(
                "Expected option '" + name + "' to be " + expected + ", but got '" + value + "'");
    }

    /** Letters to change, add or remove to get from one name to the other. */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean isEqual = Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
                int change = previous[j - 1] + (isEqual ? 0 : 1);
                row[j] = Math.min(change, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[b.length()];
    }
}
