// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.demo;

import io.postrider.server.process.StartException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A broker in a process of its own, so that it can be killed for real. Owned by the demo's main thread. */
final class DemoBroker implements AutoCloseable {
    private final Path data;
    private final Path log;
    private int port;
    private Process process;

    DemoBroker(Path directory) throws IOException {
        this.data = directory.resolve("store");
        this.log = directory.resolve("broker.log");
        this.process = launch();
    }

    /** AMQP port; the same after a restart. */
    int port() {
        return port;
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.postrider.server.Main",
                "run",
                "--data",
                data.toString(),
                "--set",
                "amqp.port=" + port,
                "--set",
                "http.port=0",
                "--set",
                "auth.anonymous=true"));
        String configuration = System.getProperty("logback.configurationFile");
        if (configuration != null) {
            command.add(1, "-Dlogback.configurationFile=" + configuration);
        }
        File errors = log.toFile();
        Process started = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors))
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("READY amqp=")) {
                String address = line.substring("READY amqp=".length(), line.indexOf(" http="));
                port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
                return started;
            }
        }
        throw new StartException("The demo's broker did not start; its log is " + log);
    }

    /** Kills the process as {@code kill -9} does, and starts another one on the same store. */
    void killAndRestart() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        process = launch();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
