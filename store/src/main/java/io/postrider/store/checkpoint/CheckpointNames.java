// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** File names of a checkpoint directory. */
final class CheckpointNames {
    static final String MANIFEST = "manifest";
    static final String NEW_MANIFEST = "manifest.tmp";

    private static final Pattern STATE = Pattern.compile("state-(\\d{1,18})\\.bin");
    private static final Pattern BODIES = Pattern.compile("bodies-\\d{1,10}\\.seg");

    private CheckpointNames() {}

    static String state(long number) {
        return "state-" + padded(number) + ".bin";
    }

    static String bodies(int segment) {
        return "bodies-" + padded(segment) + ".seg";
    }

    /** The checkpoint number in the name of a state file, or -1 if it is none. */
    static long stateNumber(Path file) {
        Matcher matcher = STATE.matcher(file.getFileName().toString());
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /** Whether a file belongs to a checkpoint at all. Others are left alone. */
    static boolean isOurs(Path file) {
        String name = file.getFileName().toString();
        return name.equals(NEW_MANIFEST)
                || stateNumber(file) >= 0
                || BODIES.matcher(name).matches();
    }

    private static String padded(long number) {
        String digits = Long.toString(number);
        return "0".repeat(Math.max(0, 10 - digits.length())) + digits;
    }
}
