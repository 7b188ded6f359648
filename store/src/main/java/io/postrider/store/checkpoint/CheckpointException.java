// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.checkpoint;

import java.nio.file.Path;

/** A checkpoint cannot be read or written. The text names the file and the position. */
public final class CheckpointException extends RuntimeException {
    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }

    static CheckpointException damaged(Path file, long position, String what) {
        return new CheckpointException(
                "The checkpoint is damaged: " + what + " [file=" + file + ", position=" + position
                        + "]. Restore this store from a copy, or keep the files for analysis and start with an empty data directory");
    }
}
