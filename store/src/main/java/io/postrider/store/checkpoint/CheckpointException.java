// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import java.nio.file.Path;

/** A checkpoint cannot be read or written. The text names the file and the position. */
public final class CheckpointException extends RuntimeException {
    private final boolean isRetryable;

    public CheckpointException(String message) {
        super(message);
        isRetryable = false;
    }

    public CheckpointException(String message, Throwable cause) {
        this(message, cause, false);
    }

    private CheckpointException(String message, Throwable cause, boolean isRetryable) {
        super(message, cause);
        this.isRetryable = isRetryable;
    }

    /** A failure that left everything as before, such as a full disk. */
    static CheckpointException retryable(String message, Throwable cause) {
        return new CheckpointException(message, cause, true);
    }

    static CheckpointException damaged(Path file, long position, String what) {
        return new CheckpointException(
                "The checkpoint is damaged: " + what + " [file=" + file + ", position=" + position
                        + "]. Restore this store from a copy, or keep the files for analysis and start with an empty data directory");
    }

    /** Whether the old checkpoint is in force and the same writing may be tried again. */
    public boolean isRetryable() {
        return isRetryable;
    }
}
