// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

/** How a command ended, for scripts. Stable. */
public final class ExitCode {
    public static final int OK = 0;
    /** The broker or this machine refused; the text says why. */
    public static final int FAILED = 1;
    /** The command line or the configuration is wrong. */
    public static final int USAGE = 2;
    /** No broker answers. */
    public static final int UNREACHABLE = 3;
    /** Nothing was there: no such queue or user, or no message within the time given. */
    public static final int NOTHING = 4;
    /** User or password are wrong, or the user may not do this. */
    public static final int DENIED = 5;

    private ExitCode() {}
}
