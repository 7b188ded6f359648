// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** File names of segments and their indexes. */
public final class SegmentNames {
    private static final Pattern OURS = Pattern.compile("segment-\\d{10}\\.(bodies|index)");

    private SegmentNames() {}

    public static String bodies(int segment) {
        return "segment-" + padded(segment) + ".bodies";
    }

    public static String index(int segment) {
        return "segment-" + padded(segment) + ".index";
    }

    public static boolean isOurs(Path file) {
        return OURS.matcher(file.getFileName().toString()).matches();
    }

    /** The number of a segment or of its index; -1 if the file is neither. */
    static int number(Path file) {
        return isOurs(file) ? Integer.parseInt(file.getFileName().toString().substring(8, 18)) : -1;
    }

    private static String padded(int segment) {
        String digits = Integer.toString(segment);
        return "0".repeat(Math.max(0, 10 - digits.length())) + digits;
    }
}
