// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import java.util.Locale;

/** How the value of a setting is written and what it is within. Values are kept as canonical text. */
public enum PolicyType {
    /** {@code true} or {@code false}. */
    BOOLEAN("true or false"),
    /** A whole number of at least 0. */
    COUNT("a whole number of at least 0"),
    /** Milliseconds; also written with a unit: {@code 30s}, {@code 10m}, {@code 12h}, {@code 7d}. */
    DURATION("milliseconds, or a number with s, m, h or d"),
    /** Bytes; also written with a unit: {@code 64MiB}. */
    BYTES("bytes, or a number with KiB, MiB, GiB or TiB"),
    /** A decimal number of at least 0, with at most three places; kept in thousandths. */
    FACTOR("a decimal number of at least 0"),
    /** Any text; empty for none. */
    TEXT("text"),
    /** One of the choices of its key. */
    CHOICE("one of its choices");

    private static final String[] DURATION_UNITS = {"ms", "s", "m", "h", "d"};
    private static final long[] DURATION_MS = {1, 1000, 60_000, 3_600_000, 86_400_000};
    private static final String[] BYTE_UNITS = {"B", "KIB", "MIB", "GIB", "TIB"};

    private final String expected;

    PolicyType(String expected) {
        this.expected = expected;
    }

    /** What a value must look like, for errors and documents. */
    public String expected() {
        return expected;
    }

    boolean isText() {
        return this == TEXT || this == CHOICE;
    }

    /** The number behind a value; milliseconds, bytes, thousandths, 0 or 1. Throws {@link IllegalArgumentException} for what is none. */
    long parse(String text) {
        return switch (this) {
            case BOOLEAN -> flag(text);
            case COUNT -> Long.parseLong(text);
            case DURATION -> scaled(text, DURATION_UNITS, DURATION_MS);
            case BYTES ->
                scaled(text.toUpperCase(Locale.ROOT), BYTE_UNITS, new long[] {1, 1L << 10, 1L << 20, 1L << 30, 1L << 40
                });
            case FACTOR ->
                new java.math.BigDecimal(text)
                        .movePointRight(3)
                        .setScale(0, java.math.RoundingMode.HALF_UP)
                        .longValueExact();
            case TEXT, CHOICE -> throw new IllegalArgumentException("not a number");
        };
    }

    private static long flag(String text) {
        if (text.equals("true") || text.equals("false")) {
            return text.equals("true") ? 1 : 0;
        }
        throw new IllegalArgumentException(text);
    }

    private static long scaled(String text, String[] units, long[] factors) {
        int digits = 0;
        while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
            digits++;
        }
        String unit = text.substring(digits).trim();
        long number = Long.parseLong(text.substring(0, digits));
        if (unit.isEmpty()) {
            return number;
        }
        for (int i = 0; i < units.length; i++) {
            if (units[i].equals(unit)) {
                return Math.multiplyExact(number, factors[i]);
            }
        }
        throw new IllegalArgumentException(text);
    }
}
