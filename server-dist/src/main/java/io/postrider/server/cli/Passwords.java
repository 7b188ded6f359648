// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import java.io.Console;
import java.util.Arrays;

/** Asks a person for a password without showing it. */
final class Passwords {
    private Passwords() {}

    static String ask(String prompt) {
        Console console = System.console();
        char[] typed = console == null ? null : console.readPassword("%s", prompt);
        if (typed == null) {
            throw new CliException(ExitCode.USAGE, "Expected a password, but there is no console to ask on");
        }
        return new String(typed);
    }

    static String askTwice(String name) {
        char[] first = ask("Password for " + name + ": ").toCharArray();
        char[] second = ask("The same again: ").toCharArray();
        if (!Arrays.equals(first, second)) {
            throw new CliException(ExitCode.USAGE, "The two passwords differ; nothing was changed");
        }
        return new String(first);
    }
}
