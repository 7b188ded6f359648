// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/** Node with the rhea package, installed as its lock file says into {@code target/node}. */
public final class NodeProgram {
    private static final Path HOME = BrokerUnderTest.TARGET.resolve("node");
    private static final List<String> FILES = List.of("package.json", "package-lock.json", "lines.mjs", "client.mjs");

    private NodeProgram() {}

    static Optional<String> missing() {
        if (!OutsideProcess.succeeds(List.of("node", "--version"))) {
            return Optional.of("no node");
        }
        copyScripts();
        if (Files.isDirectory(HOME.resolve("node_modules/rhea"))
                || install("--offline")
                || install("--prefer-offline")) {
            return Optional.empty();
        }
        return Optional.of("npm could not install rhea");
    }

    public static List<String> command(String script) {
        return List.of("node", HOME.resolve(script).toString());
    }

    private static boolean install(String mode) {
        return OutsideProcess.succeeds(
                List.of("npm", "ci", mode, "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", HOME.toString()));
    }

    private static void copyScripts() {
        try {
            Files.createDirectories(HOME);
            for (String file : FILES) {
                Files.copy(
                        OutsideProcess.scripts().resolve("node").resolve(file),
                        HOME.resolve(file),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
