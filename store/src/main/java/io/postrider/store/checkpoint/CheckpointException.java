// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import io.postrider.store.io.Damage;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A checkpoint cannot be read or written. The text names the file and the position. */
public final class CheckpointException extends RuntimeException {
    private final boolean isRetryable;
    private final transient @Nullable Damage damage;

    public CheckpointException(String message) {
        this(message, (Damage) null);
    }

    private CheckpointException(String message, @Nullable Damage damage) {
        super(message);
        this.isRetryable = false;
        this.damage = damage;
    }

    public CheckpointException(String message, Throwable cause) {
        this(message, cause, false);
    }

    private CheckpointException(String message, Throwable cause, boolean isRetryable) {
        super(message, cause);
        this.isRetryable = isRetryable;
        this.damage = null;
    }

    /** A failure that left everything as before, such as a full disk. */
    static CheckpointException retryable(String message, Throwable cause) {
        return new CheckpointException(message, cause, true);
    }

    static CheckpointException damaged(Path file, long position, String what) {
        return damaged(Damage.preventingStart(file, position, what));
    }

    static CheckpointException damaged(Damage damage) {
        return new CheckpointException("The checkpoint is damaged: " + damage, damage);
    }

    /** Which place of which file is damaged; null if it is something else that failed. */
    public @Nullable Damage damage() {
        return damage;
    }

    /** Whether the old checkpoint is in force and the same writing may be tried again. */
    public boolean isRetryable() {
        return isRetryable;
    }
}
