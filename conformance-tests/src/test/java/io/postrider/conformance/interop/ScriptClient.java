// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postrider.conformance.kit.Endpoint;
import io.postrider.conformance.kit.OutsideProcess;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** A client program in another language, run once per operation. The programs take the same arguments. */
final class ScriptClient implements InteropClient {
    private static final Set<String> EXPRESSIBLE = Set.of(
            "durable",
            "priority",
            "id",
            "subject",
            "correlation-id",
            "group-id",
            "body",
            "p.text",
            "p.number",
            "p.big",
            "p.real",
            "p.flag",
            "a.x-opt-note");

    private final Supplier<List<String>> program;

    /** @param program asked for when first used, because a missing program has no command line */
    ScriptClient(Supplier<List<String>> program) {
        this.program = program;
    }

    @Override
    public Set<String> expressible() {
        return EXPRESSIBLE;
    }

    @Override
    public void send(Endpoint broker, String address, boolean isTopic, List<MessageLine> messages) {
        List<String> command = command("send", broker, address);
        if (isTopic) {
            command.add("topic=true");
        }
        try (OutsideProcess process = OutsideProcess.start(command)) {
            process.finishInput(messages.stream().map(MessageLine::format).toList());
            assertEquals(Collections.nCopies(messages.size(), "accepted"), process.readToEnd());
        }
    }

    @Override
    public Receiving receive(Endpoint broker, ReceiveRequest request) {
        List<String> command = command("receive", broker, request.address());
        command.add("count=" + request.count());
        if (request.isTopic()) {
            command.add("topic=true");
        }
        if (request.isBrowse()) {
            command.add("browse=true");
        }
        if (request.selector() != null) {
            command.add("selector=" + MessageLine.quote(request.selector()));
        }
        if (request.subscription() != null) {
            command.add("durable=" + request.subscription());
            command.add("container=" + request.subscription());
        }
        if (request.unsubscribe()) {
            command.add("unsubscribe=true");
        }
        OutsideProcess process = OutsideProcess.start(command);
        String first = process.readLine();
        if (!"attached".equals(first)) {
            try (process) {
                throw new AssertionError("Expected the receiver to attach, found " + first + process.readToEnd());
            }
        }
        return () -> take(process);
    }

    private static List<MessageLine> take(OutsideProcess process) {
        try (process) {
            List<String> lines = process.readToEnd();
            assertEquals("end", lines.get(lines.size() - 1));
            return lines.subList(0, lines.size() - 1).stream()
                    .map(MessageLine::parse)
                    .toList();
        }
    }

    private List<String> command(String operation, Endpoint broker, String address) {
        List<String> command = new ArrayList<>(program.get());
        command.addAll(List.of(operation, broker.host() + ":" + broker.amqpPort(), address));
        return command;
    }
}
