// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * File names of a journal directory: {@code journal-<segment id>.seg} is part of the log, {@code spare-<generation>.seg} waits
 * to be used again, {@code new-<generation>.tmp} was being filled with zeros.
 */
final class SegmentNames {
    private static final Pattern SEGMENT = Pattern.compile("journal-(\\d{1,18})\\.seg");
    private static final Pattern SPARE = Pattern.compile("spare-\\d{1,18}\\.seg");
    private static final Pattern NEW = Pattern.compile("new-\\d{1,18}\\.tmp");

    private SegmentNames() {}

    static String segment(long id) {
        return "journal-" + padded(id) + ".seg";
    }

    static String spare(long generation) {
        return "spare-" + padded(generation) + ".seg";
    }

    static String fresh(long generation) {
        return "new-" + padded(generation) + ".tmp";
    }

    /** The segment id in a file's name, or -1 if the file is no segment of the log. */
    static long idOf(Path file) {
        Matcher matcher = SEGMENT.matcher(file.getFileName().toString());
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    static boolean isSpare(Path file) {
        return SPARE.matcher(file.getFileName().toString()).matches();
    }

    static boolean isNew(Path file) {
        return NEW.matcher(file.getFileName().toString()).matches();
    }

    /** Ten digits, so that names sort in the order of their numbers for the first ten thousand million. */
    private static String padded(long number) {
        String digits = Long.toString(number);
        return "0".repeat(Math.max(0, 10 - digits.length())) + digits;
    }
}
