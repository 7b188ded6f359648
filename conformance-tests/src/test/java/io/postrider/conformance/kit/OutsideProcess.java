// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A foreign program whose standard output is read line by line. Its standard error goes to a file that failures quote. Owned
 * by the test's thread; {@link #close} ends it whatever it does.
 */
public final class OutsideProcess implements AutoCloseable {
    private static final int LIMIT_SECONDS = 120;

    private final List<String> command;
    private final Process process;
    private final Path errors;
    private final BufferedReader output;

    private OutsideProcess(List<String> command, Process process, Path errors) {
        this.command = command;
        this.process = process;
        this.errors = errors;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    public static OutsideProcess start(List<String> command) {
        try {
            Path errors = Files.createTempFile(BrokerUnderTest.TARGET, "outside-", ".err");
            errors.toFile().deleteOnExit();
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            return new OutsideProcess(command, process, errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs to the end and returns standard output; fails unless it exits with 0. */
    public static String run(List<String> command) {
        try (OutsideProcess process = start(command)) {
            process.finishInput(List.of());
            List<String> lines = process.readToEnd();
            return String.join("\n", lines);
        }
    }

    /** Whether a program exists and exits with 0. */
    public static boolean succeeds(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Directory of the scripts in the test class path. */
    public static Path scripts() {
        try {
            return Path.of(Objects.requireNonNull(OutsideProcess.class.getResource("/python/client.py"))
                            .toURI())
                    .getParent()
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes lines to the program's standard input and closes it. */
    public void finishInput(List<String> lines) {
        try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
            for (String line : lines) {
                in.write(line);
                in.write('\n');
            }
        } catch (IOException e) {
            throw new IllegalStateException(toString(), e);
        }
    }

    /** The next line of output; null at its end. */
    public String readLine() {
        try {
            return output.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(toString(), e);
        }
    }

    /** The remaining output; fails unless the program then exits with 0. */
    public List<String> readToEnd() {
        List<String> lines = new ArrayList<>();
        for (String line = readLine(); line != null; line = readLine()) {
            lines.add(line);
        }
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError("Expected exit code 0 after output " + lines + " of " + this);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return lines;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            output.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        try {
            return String.join(" ", command) + "\n" + Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
