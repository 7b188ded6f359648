// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Every setting an address can have: its name, what its value is, what holds when nobody sets it, and what it means. The order is the order
 * of the reference page; names and defaults are part of what users rely on.
 */
public enum PolicyKey {
    AUTO_CREATE("auto-create", PolicyType.BOOLEAN, "true", "Whether first use creates the address"),
    MAX_ATTEMPTS(
            "redelivery.max-attempts",
            PolicyType.COUNT,
            "10",
            "Failed attempts after which a message is dead-lettered; 0 means no limit"),
    REDELIVERY_DELAY(
            "redelivery.delay-ms", PolicyType.DURATION, "0", "How long a failed message waits for its next attempt"),
    DEAD_LETTER_ADDRESS(
            "dead-letter.address", PolicyType.TEXT, "DLQ", "Queue for dead letters; empty drops and counts them"),
    EXPIRY_ADDRESS("expiry.address", PolicyType.TEXT, "", "Queue for expired messages; empty drops and counts them");

    private final String text;
    private final PolicyType type;
    private final String fallback;
    private final String meaning;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> choices;

    PolicyKey(String text, PolicyType type, String fallback, String meaning, String... choices) {
        this.text = text;
        this.type = type;
        this.fallback = fallback;
        this.meaning = meaning;
        this.choices = List.of(choices);
    }

    /** Its name, as in {@code redelivery.max-attempts}. */
    public String text() {
        return text;
    }

    public PolicyType type() {
        return type;
    }

    /** The canonical text of the value that holds when nobody sets it. */
    public String fallback() {
        return fallback;
    }

    public String meaning() {
        return meaning;
    }

    /** What a choice may be; empty for other types. */
    public List<String> choices() {
        return choices;
    }

    /** The key of a name; null if there is none. */
    public static @Nullable PolicyKey of(String name) {
        for (PolicyKey key : values()) {
            if (key.text.equals(name)) {
                return key;
            }
        }
        return null;
    }

    /**
     * The canonical text of a value: numbers without units.
     *
     * @throws IllegalArgumentException naming the key, what was expected and what was found
     */
    public String canonical(String value) {
        if (type == PolicyType.TEXT) {
            return value;
        }
        if (type == PolicyType.CHOICE) {
            String choice = value.toLowerCase(Locale.ROOT);
            if (choices.contains(choice)) {
                return choice;
            }
            throw new IllegalArgumentException(
                    "Expected " + text + " to be one of " + choices + ", but got '" + value + "'");
        }
        try {
            long number = type.parse(value.trim().replace("_", ""));
            if (number >= 0) {
                return switch (type) {
                    case BOOLEAN -> number == 1 ? "true" : "false";
                    case FACTOR ->
                        java.math.BigDecimal.valueOf(number, 3)
                                .stripTrailingZeros()
                                .toPlainString();
                    default -> Long.toString(number);
                };
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw wrong(value, e);
        }
        throw wrong(value, null);
    }

    private IllegalArgumentException wrong(String value, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "Expected " + text + " to be " + type.expected() + ", but got '" + value + "'", cause);
    }
}
