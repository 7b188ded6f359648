// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKey;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.port.MessageTrace;
import io.postrider.api.port.MessageTrace.Step;
import io.postrider.api.port.RedriveRequest;
import io.postrider.api.port.RedriveStatus;
import io.postrider.api.port.Reply;
import io.postrider.api.port.TraceRequest;
import io.postrider.store.shard.ScriptedBroker.Receiver;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The life of one message is told from the log. */
class TraceTest {
    private final ScriptedBroker broker = new ScriptedBroker();

    private MessageTrace trace(String address, @Nullable Long offset, @Nullable String id) {
        return broker.get((Reply<MessageTrace> reply) ->
                broker.broker().admin().trace(new TraceRequest(AddressKey.of(address), offset, id), reply));
    }

    private static List<String> logged(MessageTrace trace) {
        return trace.steps().stream().filter(Step::isLogged).map(Step::text).toList();
    }

    private void live() {
        broker.send("q", "a", "b");
        Receiver receiver = broker.receive("q");
        receiver.end(Outcome.FAILED);
        broker.pass(10);
        receiver.held.clear();
        receiver.close();
        broker.receive("q").end(new Outcome.Rejected(null, null));
        broker.get((Reply<RedriveStatus> reply) -> broker.broker()
                .admin()
                .letters()
                .redrive(new RedriveRequest(AddressKey.of("DLQ"), null, null, null, 0, 0, false), reply));
    }

    @Test
    void everyStepIsThere() {
        live();

        MessageTrace trace = trace("q", 0L, null);

        assertEquals(
                List.of(
                        "taken at offset 0, 1 bytes",
                        "returned by a consumer, failed attempts 1",
                        "dead-lettered: rejected, to 'DLQ'"),
                logged(trace));
        assertEquals(
                List.of(
                        "taken at offset 0, 1 bytes, as a dead letter from 'q' offset 0",
                        "sent back to where it came from"),
                logged(trace("DLQ", 0L, null)));
        assertEquals(List.of("taken at offset 2, 1 bytes"), logged(trace("q", 2L, null)));
        assertTrue(trace.isSinceBeginning());
        assertTrue(
                trace.steps().stream()
                        .anyMatch(step -> step.text().equals("rejected by consumer 'receiver' (user alice)")),
                trace.steps().toString());
    }

    @Test
    void aMessageIsFoundByItsId() {
        live();

        MessageTrace trace = trace("q", null, "id-a");

        assertEquals(
                List.of(0L, 2L),
                trace.steps().stream().map(Step::offset).distinct().toList());
    }

    @Test
    void theLogTellsItAfterARestartToo() {
        live();

        broker.restart();
        MessageTrace trace = trace("q", 0L, null);

        assertEquals(3, logged(trace).size());
        assertEquals(3, trace.steps().size());
    }
}
