// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The C++ client, compiled from its source into {@code target/cpp}. */
public final class CppProgram {
    private static final Path HOME = BrokerUnderTest.TARGET.resolve("cpp");
    private static final String HAS_PROTON =
            "echo '#include <proton/container.hpp>' | g++ -x c++ -std=c++17 -E - > /dev/null";

    private CppProgram() {}

    static Optional<String> missing() {
        if (!OutsideProcess.succeeds(List.of("g++", "--version"))) {
            return Optional.of("no g++");
        }
        if (!OutsideProcess.succeeds(List.of("sh", "-c", HAS_PROTON))) {
            return Optional.of("no header proton/container.hpp");
        }
        compile();
        return Optional.empty();
    }

    public static List<String> command(String program) {
        return List.of(HOME.resolve(program).toString());
    }

    private static void compile() {
        try {
            Files.createDirectories(HOME);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path source = OutsideProcess.scripts().resolve("cpp/client.cpp");
        OutsideProcess.run(List.of(
                "g++",
                "-std=c++17",
                "-O1",
                source.toString(),
                "-lqpid-proton-cpp",
                "-o",
                HOME.resolve("client").toString()));
    }
}
