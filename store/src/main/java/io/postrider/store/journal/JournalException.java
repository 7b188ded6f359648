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

    /** A confirmed entry cannot be read back, because its bytes are not what was written. */
    static JournalException entryDamaged(Path file, long position, long index, String what) {
        return new JournalException("The journal is damaged: expected entry " + index + ", but " + what + " [file="
                + file + ", position=" + position + "]. The entry was confirmed once and is only here."
                + " Restore this store from a copy");
    }

    /** A confirmed entry cannot be read back, because the disk does not answer. */
    static JournalException unreadable(Path file, long position, long index, Throwable cause) {
        return new JournalException(
                "Expected to read entry " + index + ", but " + cause + " [file=" + file + ", position=" + position
                        + "]",
                cause);
    }

    /** Damage in bytes that were once confirmed: nothing may be cut or guessed. */
    static JournalException damaged(Path file, long position, String what) {
        return new JournalException(
                "The journal is damaged: " + what + " [file=" + file + ", position=" + position
                        + "]. Confirmed messages would be lost, so the store stays closed."
                        + " Restore this store from a copy, or keep the files for analysis and start with an empty data directory");
    }
}
