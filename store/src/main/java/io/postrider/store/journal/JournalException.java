// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.Damage;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The journal cannot be trusted or cannot go on: damage found when it was opened, or a write or sync that failed. The text
 * names the file and the position.
 */
public final class JournalException extends RuntimeException {
    private static final String KEEP =
            "Restore this store from a copy, or keep the files for analysis and start with an empty data"
                    + " directory.";

    private final transient @Nullable Damage damage;

    public JournalException(String message) {
        super(message);
        this.damage = null;
    }

    private JournalException(Damage damage) {
        super("The journal is damaged: " + damage);
        this.damage = damage;
    }

    /** Which place of which file is damaged; null if it is something else that failed. */
    public @Nullable Damage damage() {
        return damage;
    }

    public JournalException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.damage = null;
    }

    /** A confirmed entry cannot be read back, because its bytes are not what was written. */
    static JournalException entryDamaged(Path file, long position, long index, String what) {
        return new JournalException(new Damage(
                file,
                position,
                "expected entry " + index + ", but " + what,
                "The entry was confirmed once and is only here.",
                Damage.RESTORE));
    }

    /** A confirmed entry cannot be read back, because the disk does not answer. */
    static JournalException unreadable(Path file, long position, long index, Throwable cause) {
        return new JournalException(
                "Expected to read entry " + index + ", but " + cause + " [file=" + file + ", position=" + position
                        + "]",
                cause);
    }

    /** Not damage in a strict sense, but told like it: the file is intact, and nothing of it can be understood. */
    static JournalException newer(Path file, String what) {
        return new JournalException(new Damage(
                file,
                0,
                what,
                "The file was written by a newer release, so the store stays closed.",
                "Start the release that wrote it."));
    }

    /** Damage in bytes that were once confirmed: nothing may be cut or guessed. */
    static JournalException damaged(Path file, long position, String what) {
        return new JournalException(
                new Damage(file, position, what, "Confirmed messages would be lost, so the store stays closed.", KEEP));
    }
}
