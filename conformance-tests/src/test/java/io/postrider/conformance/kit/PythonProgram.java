// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A Python interpreter that has the Proton module. Debian installs the module for its own interpreter only. */
public final class PythonProgram {
    private static final List<String> CANDIDATES = List.of("/usr/bin/python3", "python3");

    private PythonProgram() {}

    static Optional<String> missing() {
        return interpreter().isPresent() ? Optional.empty() : Optional.of("no python3 with the module proton");
    }

    public static List<String> command(String script) {
        List<String> command = new ArrayList<>();
        command.add(interpreter().orElseThrow());
        command.add(OutsideProcess.scripts().resolve("python").resolve(script).toString());
        return command;
    }

    private static Optional<String> interpreter() {
        return CANDIDATES.stream()
                .filter(candidate -> OutsideProcess.succeeds(List.of(candidate, "-c", "import proton")))
                .findFirst();
    }
}
