// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKind;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.kit.MessageBuilder;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import io.postrider.api.port.Reply;
import io.postrider.api.port.Transaction;
import io.postrider.store.shard.ScriptedBroker.Receiver;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a message that came back is delivered again. */
class RetryTest {
    private final ScriptedBroker broker = new ScriptedBroker();

    private static Outcome failed(String key, Object value) {
        return new Outcome.Modified(true, false, Annotations.of(Map.of(key, value)));
    }

    @Test
    void waitsGrowAndOthersAreNotHeldUp() {
        broker.policy("q", "redelivery.delay-ms", "100", "redelivery.backoff", "exponential");
        broker.send("q", "a", "b");
        Receiver receiver = broker.receive("q");

        receiver.end(Outcome.FAILED);

        assertEquals(List.of("b"), receiver.bodies());
        assertEquals(1, broker.info("q").delayed());
        broker.pass(90);
        assertEquals(List.of("b"), receiver.bodies());
        broker.pass(20);
        assertEquals(List.of("b", "a"), receiver.bodies());
        receiver.end(Outcome.ACCEPTED);
        receiver.end(Outcome.FAILED);
        broker.pass(190);
        assertEquals(List.of(), receiver.bodies());
        broker.pass(30);
        assertEquals(List.of("a"), receiver.bodies());
        assertEquals(2, receiver.held.get(0).count());
    }

    @Test
    void theConsumersOwnTimeWinsAndIsOnTheMessage() {
        broker.policy("q", "redelivery.delay-ms", "100000");
        broker.send("q", "a", "b");
        Receiver receiver = broker.receive("q");
        long timeMs = broker.nowMs() + 200;

        receiver.end(failed(AnnotationKeys.DELIVERY_TIME, timeMs));
        receiver.end(failed(AnnotationKeys.DELIVERY_DELAY, 50));

        broker.pass(60);
        assertEquals(List.of("b"), receiver.bodies());
        broker.pass(130);
        assertEquals(List.of("b"), receiver.bodies());
        broker.pass(30);
        assertEquals(List.of("b", "a"), receiver.bodies());
        assertEquals(timeMs, receiver.held.get(1).mark(AnnotationKeys.DELIVERY_TIME));
    }

    @Test
    void aTimeOfTheConsumersNeedsNoFailedAttempt() {
        broker.send("q", "a");
        Receiver receiver = broker.receive("q");

        receiver.end(new Outcome.Modified(false, false, Annotations.of(Map.of(AnnotationKeys.DELIVERY_DELAY, 100L))));

        broker.pass(90);
        assertEquals(List.of(), receiver.bodies());
        broker.pass(20);
        assertEquals(List.of("a"), receiver.bodies());
        assertEquals(0, receiver.held.get(0).count());
    }

    @Test
    void aRollBackKeepsTheTimeThatTheConsumerAskedFor() {
        broker.send("q", "a");
        Receiver receiver = broker.receive("q");
        Transaction transaction =
                broker.get((Reply<Transaction> reply) -> broker.broker().begin("c", reply));
        transaction.settle(
                receiver.consumer(), receiver.held.remove(0).id(), failed(AnnotationKeys.DELIVERY_DELAY, 100L), false);

        broker.get((Reply<Transaction.End> reply) -> transaction.rollback(reply));

        broker.pass(90);
        assertEquals(List.of(), receiver.bodies());
        broker.pass(20);
        assertEquals(List.of("a"), receiver.bodies());
        assertEquals(1, receiver.held.get(0).count());
    }

    @Test
    void aWaitSurvivesARestart() {
        broker.policy("q", "redelivery.delay-ms", "1000");
        broker.send("q", "a");
        broker.receive("q").end(Outcome.FAILED);

        broker.restart();
        Receiver receiver = broker.receive("q");

        assertEquals(List.of(), receiver.bodies());
        broker.pass(1100);
        assertEquals(List.of("a"), receiver.bodies());
    }

    @Test
    void aMessageInNoLogWaitsToo() {
        broker.policy("q", "redelivery.delay-ms", "100");
        broker.send(
                "q",
                AddressKind.QUEUE,
                MessageBuilder.aMessage().withBody("a").nonDurable().build());
        Receiver receiver = broker.receive("q");

        receiver.end(failed(AnnotationKeys.DELIVERY_DELAY, 300));

        broker.pass(200);
        assertEquals(List.of(), receiver.bodies());
        broker.pass(110);
        assertEquals(List.of("a"), receiver.bodies());
    }

    @Test
    void aLimitThatIsLoweredCountsForWhatWaitsAlready() {
        broker.send("q", "a");
        Receiver receiver = broker.receive("q");
        receiver.end(Outcome.FAILED);
        receiver.end(Outcome.FAILED);

        broker.policy("q", "redelivery.max-attempts", "2");
        receiver.end(Outcome.FAILED);

        assertEquals(List.of(), receiver.bodies());
        assertEquals(1, broker.info("DLQ").depth());
        assertTrue(broker.receive("DLQ").held.get(0).mark(AnnotationKeys.DEAD_LETTER_REASON) != null, "a reason");
    }
}
