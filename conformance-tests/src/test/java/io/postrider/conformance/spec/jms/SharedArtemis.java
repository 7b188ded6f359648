// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import io.postrider.conformance.kit.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One Artemis for the test run, started from the directory named by {@code artemis.home} when a test first asks. */
final class SharedArtemis implements ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(SharedArtemis.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Artemis.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Artemis.class, key -> new Artemis(), Artemis.class);
    }

    /** The broker's process. */
    static final class Artemis implements AutoCloseable {
        private Process process;
        private int port;

        synchronized Endpoint endpoint() {
            if (process == null) {
                try {
                    start(Path.of(System.getProperty(JmsRuns.ARTEMIS_HOME)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }
            int chosen = port;
            return new Endpoint() {
                @Override
                public String host() {
                    return "127.0.0.1";
                }

                @Override
                public int amqpPort() {
                    return chosen;
                }
            };
        }

        private void start(Path home) throws IOException, InterruptedException {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            Path directory = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target/brokers").toAbsolutePath()), "artemis-");
            Path instance = directory.resolve("instance");
            List<String> create = new ArrayList<>(List.of(
                    home.resolve("bin/artemis").toString(),
                    "create",
                    instance.toString(),
                    "--silent",
                    "--user=spec",
                    "--password=spec",
                    "--allow-anonymous",
                    "--no-web",
                    "--no-mqtt-acceptor",
                    "--no-stomp-acceptor",
                    "--no-hornetq-acceptor",
                    "--no-amqp-acceptor",
                    "--no-autotune",
                    "--nio",
                    "--host=127.0.0.1",
                    "--default-port=" + port));
            Process creation = new ProcessBuilder(create)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("create.log").toFile())
                    .start();
            if (!creation.waitFor(120, TimeUnit.SECONDS) || creation.exitValue() != 0) {
                throw new IOException("artemis create failed: " + Files.readString(directory.resolve("create.log")));
            }
            Path log = directory.resolve("run.log");
            process = new ProcessBuilder(instance.resolve("bin/artemis").toString(), "run")
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!Files.readString(log).contains("AMQ221007")) {
                if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > deadlineNs) {
                    throw new IOException("Artemis did not become ready:\n" + Files.readString(log));
                }
            }
        }

        @Override
        public synchronized void close() throws InterruptedException {
            if (process != null) {
                List<ProcessHandle> children = process.descendants().toList();
                children.forEach(ProcessHandle::destroy);
                process.destroy();
                if (!process.waitFor(30, TimeUnit.SECONDS)) {
                    children.forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                }
            }
        }
    }
}
