// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import java.nio.file.Path;

/**
 * Something an operator should know about a store. Immutable.
 *
 * @param file where it is
 * @param position in the file; 0 if the whole file is meant
 * @param what is there, and what was expected
 * @param meaning of it for the messages
 * @param advice what to do
 */
public record Finding(Severity severity, Path file, long position, String what, String meaning, String advice) {
    /** How bad it is. */
    public enum Severity {
        /** Confirmed data cannot be read. */
        DAMAGE,
        /** As after a crash; a start takes care of it. */
        NOTE
    }

    @Override
    public String toString() {
        return severity + " " + file + ":" + position + ": " + what + ". " + meaning + " " + advice;
    }
}
