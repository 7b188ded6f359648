// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;

/**
 * A place in the log of an address, named by a reader or an operator before anybody knows which offset that is. Immutable.
 *
 * @param value an offset, a time in milliseconds since the epoch, milliseconds ago or a number of messages, as the kind says; else 0
 */
public record StartPosition(Kind kind, long value) {
    /** What a position is counted by. */
    public enum Kind {
        /** Whatever the settings of the address say. */
        DEFAULT,
        /** After the newest message. */
        NEW,
        /** The oldest message that is retained. */
        EARLIEST,
        /** A message's offset. */
        OFFSET,
        /** The first message that came at a time or later. */
        TIME,
        /** The same, counted back from now. */
        AGO,
        /** So many messages before the end. */
        LAST
    }

    public static final StartPosition DEFAULT = new StartPosition(Kind.DEFAULT, 0);
    public static final StartPosition NEW = new StartPosition(Kind.NEW, 0);
    public static final StartPosition EARLIEST = new StartPosition(Kind.EARLIEST, 0);

    private static final String EXPECTED =
            "earliest, new, an offset, last:N, a duration such as 10m, or a time such as 2026-01-31T12:00:00Z";

    public StartPosition {
        if (value < 0) {
            throw new IllegalArgumentException("Expected a position of at least 0, but got " + value);
        }
    }

    /** Whether it may lie before the end of the log. */
    public boolean isInThePast() {
        return kind != Kind.DEFAULT && kind != Kind.NEW;
    }

    /**
     * The position of a text.
     *
     * @throws IllegalArgumentException saying what was expected and what was found
     */
    public static StartPosition parse(String text) {
        String word = text.trim().toLowerCase(Locale.ROOT);
        return switch (word) {
            case "new", "end", "next", "latest" -> NEW;
            case "earliest", "start", "first" -> EARLIEST;
            case "last" -> new StartPosition(Kind.LAST, 1);
            default -> parseNumber(word, text);
        };
    }

    private static StartPosition parseNumber(String word, String text) {
        try {
            if (word.matches("[0-9]+")) {
                return new StartPosition(Kind.OFFSET, Long.parseLong(word));
            }
            if (word.startsWith("last:")) {
                return new StartPosition(Kind.LAST, Long.parseLong(word.substring("last:".length())));
            }
            if (word.matches("[0-9]+(ms|s|m|h|d)")) {
                return new StartPosition(Kind.AGO, PolicyType.DURATION.parse(word));
            }
            return new StartPosition(
                    Kind.TIME, Instant.parse(word.toUpperCase(Locale.ROOT)).toEpochMilli());
        } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
            throw new IllegalArgumentException("Expected " + EXPECTED + ", but got '" + text + "'", e);
        }
    }

    /** The text that {@link #parse} reads. */
    public String text() {
        return switch (kind) {
            case DEFAULT -> "";
            case NEW -> "new";
            case EARLIEST -> "earliest";
            case OFFSET -> Long.toString(value);
            case TIME -> Instant.ofEpochMilli(value).toString();
            case AGO -> value + "ms";
            case LAST -> "last:" + value;
        };
    }
}
