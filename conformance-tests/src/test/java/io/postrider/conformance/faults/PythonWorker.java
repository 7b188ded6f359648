// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.faults;

import io.postrider.conformance.kit.Checker;
import io.postrider.conformance.kit.Copy;
import io.postrider.conformance.kit.Endpoint;
import io.postrider.conformance.kit.OutsideProcess;
import io.postrider.conformance.kit.PythonProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code worker.py}, whose reports go to the checker as they are read. */
final class PythonWorker implements Worker, AutoCloseable {
    private static final long STOP_LIMIT_SECONDS = 90;

    private final String name;
    private final Checker checker;
    private final OutsideProcess process;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Throwable failure;

    private PythonWorker(String name, Checker checker, OutsideProcess process) {
        this.name = name;
        this.checker = checker;
        this.process = process;
    }

    static PythonWorker producing(String name, Endpoint broker, Checker checker, List<String> destinations) {
        return start("produce", name, broker, checker, destinations);
    }

    static PythonWorker consuming(String reader, Endpoint broker, Checker checker, String destination) {
        return start("consume", reader, broker, checker, List.of(destination));
    }

    private static PythonWorker start(
            String operation, String name, Endpoint broker, Checker checker, List<String> destinations) {
        List<String> command = new ArrayList<>(PythonProgram.command("worker.py"));
        command.addAll(List.of(operation, broker.host() + ":" + broker.amqpPort(), name));
        command.addAll(destinations);
        PythonWorker worker = new PythonWorker(name, checker, OutsideProcess.start(command));
        Thread thread = new Thread(worker::read, name);
        thread.setDaemon(true);
        thread.start();
        return worker;
    }

    private void read() {
        try {
            for (String line = process.readLine(); line != null; line = process.readLine()) {
                report(line);
            }
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            ended.countDown();
        }
    }

    private void report(String line) {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "READY" -> ready.countDown();
            case "CONNECTED" -> checker.connected(name);
            case "SENDING" -> checker.sending(Copy.parse(words[1]));
            case "CONFIRMED" -> checker.confirmed(Copy.parse(words[1]));
            case "REFUSED" -> checker.refused(Copy.parse(words[1]));
            case "RECEIVED" -> checker.received(name, Copy.parse(words[1]));
            case "ACKING" -> checker.acknowledging(name, Copy.parse(words[1]));
            case "ACKED" -> checker.acknowledged(name, Copy.parse(words[1]));
            default -> throw new IllegalStateException("Expected a report, found " + line);
        }
    }

    @Override
    public void awaitReady() throws InterruptedException {
        if (!ready.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("Expected " + name + " to connect: " + process, failure);
        }
    }

    @Override
    public void stop() throws InterruptedException {
        process.finishInput(List.of("stop"));
        if (!ended.await(STOP_LIMIT_SECONDS, TimeUnit.SECONDS) || failure != null) {
            throw new AssertionError("Expected " + name + " to end its work: " + process, failure);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
