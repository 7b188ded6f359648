// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.demo;

import io.postrider.jms.PostriderConnectionFactory;
import io.postrider.server.cli.ExitCode;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code postrider demo}: shows durable topics, a poison message and a broker crash, and counts every message. */
@Command(
        name = "demo",
        description = {
            "Show what the broker promises, in under a minute.",
            "Starts a broker of its own, kills it in the middle, and counts every message."
        })
public final class DemoCommand implements Callable<Integer> {
    private static final long TIMEOUT_SECONDS = 90;
    private static final int BAR_WIDTH = 40;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before the command runs
    private CommandSpec spec;

    @Option(names = "--orders", paramLabel = "N", defaultValue = "10000", description = "Orders to place.")
    private int orders;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean isJson;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (orders < 10) {
            throw new picocli.CommandLine.ParameterException(
                    spec.commandLine(), "Expected --orders of at least 10, but got " + orders);
        }
        Path directory = Files.createTempDirectory("postrider-demo");
        try (DemoBroker broker = new DemoBroker(directory)) {
            DemoReport report = run(broker);
            if (isJson) {
                out().println(report.json().encodePrettily());
                out().flush();
            } else {
                report.print(out());
            }
            return report.isRight() ? ExitCode.OK : ExitCode.FAILED;
        } finally {
            delete(directory);
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private void say(String text) {
        if (!isJson) {
            out().print(text);
            out().flush();
        }
    }

    private DemoReport run(DemoBroker broker) throws IOException, InterruptedException {
        long startNs = System.nanoTime();
        int poison = orders / 3;
        say("An order service publishes " + orders + " orders to a topic. Five services have durable subscriptions;\n"
                + "e-mail has two competing consumers, and payment cannot process order " + poison + ".\n");
        Map<String, Tally> tallies = new LinkedHashMap<>();
        List<DemoClient> clients = new ArrayList<>();
        for (String name : List.of("payment", "inventory", "e-mail", "invoice", "analytics")) {
            Tally tally = new Tally();
            tallies.put(name, tally);
            boolean isShared = name.equals("e-mail");
            for (int i = 0; i < (isShared ? 2 : 1); i++) {
                clients.add(new ListeningService(
                        broker.port(), name, isShared, name.equals("payment") ? poison : -1, tally));
            }
        }
        for (DemoClient client : clients) {
            start(client);
        }
        for (DemoClient client : clients) {
            if (!client.awaitReady(TIMEOUT_SECONDS)) {
                throw new IOException(
                        "A service could not subscribe within " + TIMEOUT_SECONDS + " s", client.lastProblem());
            }
        }
        OrderService orderService = new OrderService(broker.port(), orders);
        start(orderService);
        await(tallies, orderService, () -> orderService.published() >= orders / 2);
        say("\nThe broker is killed (kill -9) and started again on the same store.\n");
        broker.killAndRestart();
        await(tallies, orderService, () -> isDone(tallies));
        DemoReport.Row letters = deadLetters(broker.port(), poison);
        orderService.stop();
        clients.forEach(DemoClient::stop);
        List<DemoReport.Row> rows = new ArrayList<>();
        rows.add(new DemoReport.Row("orders confirmed", orders, orderService.published(), 0));
        tallies.forEach(
                (name, tally) -> rows.add(new DemoReport.Row(name, expected(name), tally.count(), tally.duplicates())));
        rows.add(letters);
        return new DemoReport(rows, orderService.republished(), (System.nanoTime() - startNs) / 1e9);
    }

    private static void start(DemoClient client) {
        Thread thread = new Thread(client, "demo-client");
        thread.setDaemon(true);
        thread.start();
    }

    private int expected(String service) {
        return service.equals("payment") ? orders - 1 : orders;
    }

    private boolean isDone(Map<String, Tally> tallies) {
        return tallies.entrySet().stream().allMatch(entry -> entry.getValue().count() == expected(entry.getKey()));
    }

    private void await(Map<String, Tally> tallies, OrderService orderService, BooleanSupplier condition)
            throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        boolean isOver = false;
        while (!isOver) {
            isOver = condition.getAsBoolean() || System.nanoTime() > deadlineNs;
            int processed = tallies.values().stream().mapToInt(Tally::count).sum();
            int whole = orders * tallies.size() - 1;
            int filled = (int) ((long) BAR_WIDTH * processed / whole);
            say(String.format(
                    Locale.ROOT,
                    "\r[%s%s] %,d of %,d orders placed, %,d of %,d processed",
                    "#".repeat(filled),
                    ".".repeat(BAR_WIDTH - filled),
                    orderService.published(),
                    orders,
                    processed,
                    whole));
            if (!isOver) {
                TimeUnit.MILLISECONDS.sleep(50); // the pace of the progress bar
            }
        }
    }

    /** The poison order must be in the dead-letter queue, with payment's subscription as its origin, and nothing else. */
    private static DemoReport.Row deadLetters(int port, int poison) {
        int right = 0;
        int wrong = 0;
        try (JMSContext context = new PostriderConnectionFactory("amqp://127.0.0.1:" + port).createContext()) {
            JMSConsumer letters = context.createConsumer(context.createQueue("DLQ"));
            for (Message letter = letters.receive(5000); letter != null; letter = letters.receive(500)) {
                if (letter.getIntProperty(DemoClient.ORDER) == poison) {
                    right++;
                } else {
                    wrong++;
                }
            }
        } catch (JMSException e) {
            throw new IllegalStateException("Expected dead letters to carry an order id", e);
        }
        return new DemoReport.Row("dead letters (poison order)", 1, right + wrong, 0);
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The demo's directory could not be removed: " + directory, e);
        }
    }
}
