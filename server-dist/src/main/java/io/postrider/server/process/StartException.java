// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.process;

/** The broker cannot start or stop as asked; the text says what was expected, what was found and what to do. */
public final class StartException extends RuntimeException {
    public StartException(String text) {
        super(text);
    }

    public StartException(String text, Throwable cause) {
        super(text, cause);
    }
}
