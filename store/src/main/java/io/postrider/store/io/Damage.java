// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.io;

import java.nio.file.Path;

/**
 * A place where a file is not as it was written. Immutable.
 *
 * @param position in the file; 0 if the whole file is meant
 * @param finding what is there, and what was expected
 * @param meaning of it for the broker and its messages
 * @param advice what to do
 */
public record Damage(Path file, long position, String finding, String meaning, String advice) {
    public static final String NO_START = "The broker does not start.";
    public static final String RESTORE = "Restore this store from a copy; keep the files for analysis.";

    /** Damage without which the broker would start. */
    public static Damage preventingStart(Path file, long position, String finding) {
        return new Damage(file, position, finding, NO_START, RESTORE);
    }

    @Override
    public String toString() {
        return finding + " [file=" + file + ", position=" + position + "]. " + meaning + " " + advice;
    }
}
