// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.io;

/** The store directory is open in another broker, or cannot be locked. The text names the directory and the holder. */
public final class StoreLockedException extends RuntimeException {
    public StoreLockedException(String message, Throwable cause) {
        super(message, cause);
    }

    public StoreLockedException(String message) {
        super(message);
    }
}
