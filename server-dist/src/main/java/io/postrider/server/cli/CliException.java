// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

/** A command cannot go on; the text says what was expected, what was found and what to do. */
public final class CliException extends RuntimeException {
    private final int exitCode;

    public CliException(int exitCode, String text) {
        super(text);
        this.exitCode = exitCode;
    }

    public CliException(int exitCode, String text, Throwable cause) {
        super(text, cause);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
