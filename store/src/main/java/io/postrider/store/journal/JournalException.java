// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The journal cannot be trusted or cannot go on: damage found when it was opened, or a write or sync that failed. The text
 * names the file and the position.
 */
public final class JournalException extends RuntimeException {
    public JournalException(String message) {
        super(message);
    }

    public JournalException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Damage in bytes that were once confirmed: nothing may be cut or guessed. */
    static JournalException damaged(Path file, long position, String what) {
        return new JournalException(
                "The journal is damaged: " + what + " [file=" + file + ", position=" + position
                        + "]. Confirmed messages would be lost, so the store stays closed."
                        + " Restore this store from a copy, or keep the files for analysis and start with an empty data directory");
    }
}
