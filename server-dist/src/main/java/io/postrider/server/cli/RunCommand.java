// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.cli;

import io.postrider.server.config.ConfigLoader;
import io.postrider.server.config.ServerConfig;
import io.postrider.server.process.PostriderServer;
import io.postrider.server.wiring.Container;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code postrider run}: a broker in the foreground. One line on standard output says that it is ready; it ends on
 * SIGTERM or Ctrl-C, with code 0 if everything closed in order.
 */
@Command(
        name = "run",
        description = {
            "Run a broker until it is told to stop (Ctrl-C or SIGTERM).",
            "Prints READY and its addresses on standard output; logs to standard error."
        })
public final class RunCommand implements Callable<Integer> {
    private static final long STOP_SECONDS_MAX = 30;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before the command runs
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "Data directory; the same as --set data.dir=DIR.")
    private @Nullable Path data;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting, such as amqp.port=5673. Wins over environment and file. Repeatable.")
    private List<String> assignments = new ArrayList<>();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration file (default: conf/postrider.yaml of the distribution).")
    private @Nullable Path configFile;

    @Override
    public Integer call() throws InterruptedException {
        ServerConfig config = config();
        Container container = new Container(config);
        PostriderServer server = container.server();
        PostriderServer.Started started = server.start();
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, container, stopped), "postrider-stop"));
        PrintWriter out = spec.commandLine().getOut();
        started.firstPassword()
                .ifPresent(password -> out.println("First start: user 'admin' has the password " + password
                        + " (shown only now; 'postrider user add admin --admin' sets another)"));
        out.println(
                "READY amqp=" + server.amqpAddress(started.ports()) + " http=" + server.httpAddress(started.ports()));
        out.flush();
        stopped.await();
        return ExitCode.OK;
    }

    /**
     * Runs when the process was told to end. It halts with 0, where the JVM on its own would report 143 for a signal it
     * obeyed; a stop that hangs is cut off, since what was confirmed is on disk anyway.
     */
    private static void stop(PostriderServer server, Container container, CountDownLatch stopped) {
        Thread watchdog = new Thread(() -> haltAfter(STOP_SECONDS_MAX), "postrider-stop-watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
        server.close();
        container.close();
        stopped.countDown();
        Runtime.getRuntime().halt(ExitCode.OK);
    }

    private static void haltAfter(long seconds) {
        try {
            TimeUnit.SECONDS.sleep(seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.err.println("The stop took longer than " + seconds + " s and was cut off; nothing confirmed is lost");
        Runtime.getRuntime().halt(ExitCode.FAILED);
    }

    private ServerConfig config() {
        ConfigLoader loader = new ConfigLoader();
        Optional.ofNullable(configFile).or(RunCommand::distributionFile).ifPresent(loader::file);
        List<String> all = new ArrayList<>(assignments);
        if (data != null) {
            all.add("data.dir=" + data);
        } else if (System.getenv("POSTRIDER_DATA") != null && System.getenv("POSTRIDER_DATA_DIR") == null) {
            all.add(0, "data.dir=" + System.getenv("POSTRIDER_DATA"));
        }
        return loader.environment(System.getenv()).assignments(all).load();
    }

    /** The start script says where the distribution is. */
    static Optional<Path> distributionFile() {
        return Optional.ofNullable(System.getProperty("postrider.home"))
                .map(home -> Path.of(home, "conf", "postrider.yaml"))
                .filter(Files::isRegularFile);
    }
}
