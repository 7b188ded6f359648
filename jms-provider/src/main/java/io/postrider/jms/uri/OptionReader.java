// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.uri;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads options by name and remembers which names there are, so that whatever was given and never asked for is an error
 * that can name the nearest known option.
 */
final class OptionReader {
    private static final String PROPERTY_PREFIX = "io.postrider.";

    private final Map<String, String> given;
    private final Set<String> known = new TreeSet<>();

    OptionReader(Map<String, String> asGiven) {
        given = new LinkedHashMap<>();
        asGiven.forEach((name, value) -> given.put(OptionNames.ALIASES.getOrDefault(name, name), value));
    }

    /** The option's value: as given, else the system property {@code io.postrider.NAME}, else the environment's. */
    @Nullable
    String textOrNull(String name) {
        known.add(name);
        String value = given.get(name);
        if (value == null) {
            value = System.getProperty(PROPERTY_PREFIX + name);
        }
        return value == null ? System.getenv(environmentName(name)) : value;
    }

    /** {@code jms.clientID} is POSTRIDER_JMS_CLIENTID. */
    static String environmentName(String name) {
        return "POSTRIDER_" + name.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    /** Options whose names begin so, by the rest of their names. */
    Map<String, String> below(String prefix) {
        Map<String, String> found = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                known.add(name);
                found.put(name.substring(prefix.length()), value);
            }
        });
        return found;
    }

    List<String> list(String name) {
        String value = text(name, "");
        return Arrays.stream(value.split(","))
                .map(String::trim)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    double factor(String name, double fallback) {
        String value = textOrNull(name);
        if (value == null) {
            return fallback;
        }
        try {
            double factor = Double.parseDouble(value);
            if (factor >= 1 && factor <= 1000) {
                return factor;
            }
        } catch (NumberFormatException e) {
            throw wrong(name, "a number from 1 to 1000", value);
        }
        throw wrong(name, "a number from 1 to 1000", value);
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

    /**
     * Checks that every option given is one of ours or a known one of another client.
     *
     * @return those that have no effect here
     * @throws IllegalArgumentException if there is an unknown one
     */
    List<String> checkAllKnown() {
        List<String> withoutEffect = new ArrayList<>();
        for (String name : given.keySet()) {
            if (OptionNames.WITHOUT_EFFECT.contains(name)) {
                withoutEffect.add(name);
            } else if (!known.contains(name)) {
                String nearest = known.stream()
                        .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                        .orElse("");
                throw new IllegalArgumentException(
                        "Unknown option '" + name + "'; the nearest known one is '" + nearest + "'");
            }
        }
        return withoutEffect;
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
