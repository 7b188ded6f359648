// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The built distribution, run as a separate process on loopback with a data directory of its own. It can be killed the hard
 * way and started again on the same directory and ports. Any thread, one call at a time.
 */
public final class BrokerUnderTest implements Endpoint, AutoCloseable {
    /** Directory of the unpacked distribution; another one may be named to try the kit against a foreign broker. */
    public static final Path HOME = Path.of(System.getProperty("postrider.home", "../server-dist/target/postrider"))
            .toAbsolutePath()
            .normalize();

    public static final Path TARGET = Path.of("target").toAbsolutePath();

    private static final Pattern READY = Pattern.compile("READY amqp=([^: ]+):(\\d+) http=([^: ]+):(\\d+).*");
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int KILLED = 128 + 9;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final Path directory;
    private Path data;
    private String javaOptions = "";
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> users = new ArrayList<>();
    private Process process;
    private int amqpPort;
    private int httpPort;
    private int starts;

    private BrokerUnderTest(Path directory) {
        this.directory = directory;
        this.data = directory.resolve("data");
        settings.put("amqp.port", "0");
        settings.put("http.port", "0");
        settings.put("auth.anonymous", "true");
    }

    /** A broker that was never started, with an empty directory under {@code target/brokers}. */
    public static BrokerUnderTest named(String name) {
        try {
            Path parent = TARGET.resolve("brokers");
            Files.createDirectories(parent);
            return new BrokerUnderTest(Files.createTempDirectory(parent, name + "-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public BrokerUnderTest with(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** Puts the store somewhere else than under {@code target/brokers}. */
    public BrokerUnderTest withData(Path other) {
        data = other;
        return this;
    }

    /** Gives the virtual machine options on top of the start script's. */
    public BrokerUnderTest withJava(String options) {
        javaOptions = options;
        return this;
    }

    /** Adds a user to the stopped broker. */
    public BrokerUnderTest withUser(String name, String password) {
        users.add(name);
        run(List.of("user", "add", name, "--password", password, "--data", data().toString()));
        return this;
    }

    /** Starts the process and waits for its READY line. After the first start the ports stay the same. */
    public BrokerUnderTest start() {
        if (process != null && process.isAlive()) {
            throw new IllegalStateException(
                    "Expected the broker to be stopped, but it runs [pid=" + process.pid() + "]");
        }
        List<String> command = new ArrayList<>(List.of(launcher(), "run", "--data", data().toString()));
        settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        starts++;
        try {
            process = builder(command).redirectError(log().toFile()).start();
            CompletableFuture<Matcher> ready = new CompletableFuture<>();
            Thread reader = new Thread(() -> readOutput(process, ready), "broker-stdout");
            reader.setDaemon(true);
            reader.start();
            Matcher ports = ready.get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
            amqpPort = Integer.parseInt(ports.group(2));
            httpPort = Integer.parseInt(ports.group(4));
        } catch (IOException | ExecutionException | TimeoutException e) {
            awaitEndOrKill();
            throw new IllegalStateException("The broker did not become ready; its log ends with:\n" + logTail(40), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        settings.put("amqp.port", Integer.toString(amqpPort));
        settings.put("http.port", Integer.toString(httpPort));
        return this;
    }

    /** Ends the process with SIGKILL, as {@code kill -9} would, and waits until it is gone. */
    public void kill() {
        if (process == null) {
            return;
        }
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        awaitExit();
    }

    /**
     * Starts it, expecting either outcome: ready, or an end by itself.
     *
     * @return the exit code and what was written to standard error if it ended; empty if it is ready
     */
    public Optional<Refusal> tryStart() {
        try {
            start();
            return Optional.empty();
        } catch (IllegalStateException e) {
            if (process.exitValue() == KILLED) {
                throw e; // it hung until it was killed
            }
            return Optional.of(new Refusal(process.exitValue(), readLog()));
        }
    }

    /** How a process ended that did not become ready. */
    public record Refusal(int exitCode, String log) {}

    /** Ends the process with SIGTERM and returns its exit code. */
    public int stop() {
        process.destroy();
        return awaitExit();
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            try {
                stop();
            } finally {
                kill();
            }
        }
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public int amqpPort() {
        return amqpPort;
    }

    public int httpPort() {
        return httpPort;
    }

    public long pid() {
        return process.pid();
    }

    /** The directory given with {@code --data}. */
    public Path data() {
        return data;
    }

    /** What the process wrote to its standard error since the last start. */
    public String readLog() {
        try {
            return Files.exists(log()) ? Files.readString(log()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs {@code bin/postrider} with other arguments and returns its standard output; fails unless it exits with 0. */
    public String run(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(launcher()));
        command.addAll(arguments);
        try {
            Path output = Files.createTempFile(directory, "cli-", ".out");
            Process cli = builder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            cli.getOutputStream().close();
            if (!cli.waitFor(60, TimeUnit.SECONDS)) {
                cli.destroyForcibly();
                throw new IllegalStateException("Expected an exit within 60 s of " + command);
            }
            String text = Files.readString(output);
            if (cli.exitValue() != 0) {
                throw new IllegalStateException(
                        "Expected exit code 0, found " + cli.exitValue() + " of " + command + ":\n" + text);
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String launcher() {
        return HOME.resolve("bin/postrider").toString();
    }

    private ProcessBuilder builder(List<String> command) {
        if (!Files.isExecutable(HOME.resolve("bin/postrider"))) {
            throw new IllegalStateException(
                    "Expected the distribution at " + HOME + "; build it with: ./mvnw -DskipTests package");
        }
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        if (!javaOptions.isEmpty()) {
            builder.environment().put("POSTRIDER_JAVA_OPTS", javaOptions);
        }
        return builder;
    }

    private Path log() {
        return directory.resolve("log-" + starts + ".txt");
    }

    private String logTail(int lines) {
        List<String> all = readLog().lines().toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    }

    /** A process that closed its standard output is about to end and shall tell its own exit code. */
    private void awaitEndOrKill() {
        try {
            if (process != null && !process.waitFor(5, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int awaitExit() {
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException(
                        "Expected the broker to exit within " + STOP_LIMIT + "\n" + logTail(40));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void readOutput(Process process, CompletableFuture<Matcher> ready) {
        try (var lines =
                new java.io.BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher matcher = READY.matcher(line);
                if (matcher.matches()) {
                    ready.complete(matcher);
                }
            }
            ready.completeExceptionally(new IOException("Standard output ended without a READY line"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }
}
