// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import io.postrider.conformance.kit.ProcessProbe;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A broker in a process of its own, and what the kernel says it has used. */
final class BrokerProcess implements AutoCloseable {
    private static final long CLOCK_TICKS_PER_SECOND = 100;

    private static final long START_LIMIT_SECONDS = 600;

    private final String name;
    private final Process process;
    private final int port;
    private final double readySeconds;

    private BrokerProcess(String name, Process process, int port, double readySeconds) {
        this.name = name;
        this.process = process;
        this.port = port;
        this.readySeconds = readySeconds;
    }

    /** Our own built distribution on a fresh store. */
    static BrokerProcess postrider(Path distribution, Path data) throws IOException {
        return postrider(distribution, data, "");
    }

    /**
     * Our own built distribution on whatever store is in {@code data}.
     *
     * @param javaOptions words for the virtual machine, on top of the start script's
     */
    static BrokerProcess postrider(Path distribution, Path data, String javaOptions, String... settings)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                distribution.resolve("bin/postrider").toString(),
                "run",
                "--data",
                data.resolve("store").toString()));
        List<String> all = new ArrayList<>(List.of("amqp.port=0", "http.port=0", "auth.anonymous=true"));
        all.addAll(List.of(settings));
        all.forEach(setting -> command.addAll(List.of("--set", setting)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        Files.createDirectories(data).resolve("out.log").toFile()));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        if (!javaOptions.isBlank()) {
            builder.environment().put("POSTRIDER_JAVA_OPTS", javaOptions);
        }
        long startNs = System.nanoTime();
        Process process = builder.start();
        try {
            String ready =
                    CompletableFuture.supplyAsync(() -> readyLine(process)).get(START_LIMIT_SECONDS, TimeUnit.SECONDS);
            int colon = ready.indexOf(':');
            return new BrokerProcess(
                    "postrider",
                    process,
                    Integer.parseInt(ready.substring(colon + 1, ready.indexOf(' ', colon))),
                    (System.nanoTime() - startNs) / 1e9);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new IOException("The broker was not ready: " + Files.readString(data.resolve("out.log")), e);
        }
    }

    private static String readyLine(Process process) {
        return process.inputReader(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("READY "))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Standard output ended without a READY line"));
    }

    /** Artemis as it tunes itself: journal type and syncs are its own choice on this disk. */
    static BrokerProcess artemis(Path home, Path data, int port) throws IOException {
        Path instance = data.resolve("instance");
        Process create = start(
                data,
                List.of(
                        home.resolve("bin/artemis").toString(),
                        "create",
                        instance.toString(),
                        "--silent",
                        "--user",
                        "bench",
                        "--password",
                        "bench",
                        "--allow-anonymous",
                        "--no-web",
                        "--no-mqtt-acceptor",
                        "--no-stomp-acceptor",
                        "--no-hornetq-acceptor",
                        "--no-amqp-acceptor",
                        "--host",
                        "127.0.0.1",
                        "--default-port",
                        Integer.toString(port)));
        try {
            if (!create.waitFor(120, TimeUnit.SECONDS) || create.exitValue() != 0) {
                throw new IOException("artemis create failed: " + Files.readString(data.resolve("out.log")));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        long startNs = System.nanoTime();
        Process process = start(data, List.of(instance.resolve("bin/artemis").toString(), "run"));
        await(process, data, line -> line.contains("AMQ221007"));
        return new BrokerProcess("artemis", process, port, (System.nanoTime() - startNs) / 1e9);
    }

    private static Process start(Path data, List<String> command) throws IOException {
        Files.createDirectories(data);
        return new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("out.log").toFile())
                .start();
    }

    private static String await(Process process, Path data, Predicate<String> ready) throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (System.nanoTime() < deadlineNs) {
            try (BufferedReader log = Files.newBufferedReader(data.resolve("out.log"), StandardCharsets.UTF_8)) {
                String hit = log.lines().filter(ready).findFirst().orElse(null);
                if (hit != null) {
                    return hit;
                }
            }
            try {
                if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                    throw new IOException("The broker ended: " + Files.readString(data.resolve("out.log")));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }
        throw new IOException("The broker was not ready within 120 s: " + Files.readString(data.resolve("out.log")));
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    /** From the exec to the line that says it is ready. */
    double readySeconds() {
        return readySeconds;
    }

    ProcessProbe probe() {
        return new ProcessProbe(process.pid());
    }

    /** Ends it as {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** User and system time of the process and its children so far, in microseconds (10 ms resolution). */
    long cpuMicros() {
        return cpuTicks(process.toHandle()) * (1_000_000 / CLOCK_TICKS_PER_SECOND);
    }

    private static long cpuTicks(ProcessHandle handle) {
        try {
            String stat = Files.readString(Path.of("/proc/" + handle.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long own = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
            return own + handle.children().mapToLong(BrokerProcess::cpuTicks).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> tree = new ArrayList<>(process.descendants().toList());
        tree.add(process.toHandle());
        tree.forEach(ProcessHandle::destroy);
        for (ProcessHandle handle : tree) {
            try {
                handle.onExit().get(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                handle.destroyForcibly();
            }
        }
    }
}
