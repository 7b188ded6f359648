// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.postrider.api.address.AddressKind;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.api.port.Reply;
import io.postrider.store.shard.ScriptedBroker.Held;
import io.postrider.store.shard.ScriptedBroker.Receiver;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is written on a dead letter, and where it goes. */
class DeadLetterTest {
    private final ScriptedBroker broker = new ScriptedBroker();

    private Held letter(String queue) {
        Receiver receiver = broker.receive(queue);
        assertEquals(1, receiver.held.size());
        Held letter = receiver.held.get(0);
        receiver.close();
        return letter;
    }

    @Test
    void aLetterSaysWhatHappenedToWhomAndWhere() {
        broker.send("q", "a", "b");
        Receiver receiver = broker.receive("q");
        receiver.end(Outcome.FAILED);
        receiver.end(Outcome.ACCEPTED);
        broker.pass(30_000);

        receiver.end(new Outcome.Rejected("app:bad", "no such customer"));

        Map<String, Object> expected = new TreeMap<>(Map.of(
                "x-opt-ORIG-ADDRESS", "q",
                "x-opt-ORIG-QUEUE", "q",
                "x-opt-ORIG-OFFSET", 0L,
                "x-opt-ORIG-MESSAGE-ID", "id-a",
                "x-opt-dead-letter-time", broker.nowMs(),
                "x-opt-dead-letter-reason", "rejected",
                "x-opt-dead-letter-condition", "app:bad",
                "x-opt-dead-letter-description", "no such customer",
                "x-opt-dead-letter-container", "receiver",
                "x-opt-dead-letter-user", "alice"));
        expected.put("x-opt-delivery-attempts", 2);
        expected.put("x-opt-first-attempt-time", 1_000_000L);
        assertEquals(expected, letter("DLQ").message().added().values());
    }

    @Test
    void theQueueOfALetterMayBeNamedByWhereItCameFrom() {
        broker.policy("#", "dead-letter.address", "DLQ.{address}.{subscription}", "expiry.address", "EXP.{address}");
        Receiver receiver = broker.receive("t", AddressKind.TOPIC, ScriptedBroker.DURABLE, null);
        broker.send("t", AddressKind.TOPIC, aMessage().withBody("a").build());

        receiver.end(new Outcome.Rejected(null, null));

        Held letter = letter("DLQ.t.s");
        assertEquals("s", letter.mark(AnnotationKeys.ORIGIN_SUBSCRIPTION));
        assertEquals("container:s", letter.mark(AnnotationKeys.ORIGIN_QUEUE));
    }

    @Test
    void anExpiredMessageSaysWhenItWasToEnd() {
        broker.policy("q", "expiry.address", "EXP.{address}");
        long expiresAtMs = broker.nowMs() + 50;
        broker.send(
                "q",
                AddressKind.QUEUE,
                aMessage().withBody("a").expiringAt(expiresAtMs).build());

        broker.pass(200);

        Held letter = letter("EXP.q");
        assertEquals("expired", letter.mark(AnnotationKeys.DEAD_LETTER_REASON));
        assertEquals(expiresAtMs, letter.mark(AnnotationKeys.ACTUAL_EXPIRY));
        assertNull(letter.mark(AnnotationKeys.DEAD_LETTER_CONTAINER));
    }

    @Test
    void aLetterThatDiesAgainCarriesItsLastDeathOnly() {
        broker.policy("q", "dead-letter.address", "d1");
        broker.policy("d1", "dead-letter.address", "d2");
        broker.get((Reply<io.postrider.api.address.AddressDefinition> reply) -> broker.broker()
                .admin()
                .createAddress(
                        io.postrider.api.address.AddressDefinition.permanent(
                                io.postrider.api.address.AddressKey.of("d1"), AddressKind.QUEUE),
                        reply));
        broker.send("q", "a");
        broker.receive("q").end(new Outcome.Rejected("app:bad", "first"));

        broker.receive("d1").end(new Outcome.Rejected(null, null));

        Held letter = letter("d2");
        assertEquals("d1", letter.mark(AnnotationKeys.ORIGIN_ADDRESS));
        assertNull(letter.mark(AnnotationKeys.DEAD_LETTER_CONDITION));
    }

    @Test
    void theBodyOfALargeMessageGoesWithTheLetter() {
        byte[] chunk = "the rest of it".getBytes(StandardCharsets.UTF_8);
        LargeBody body = broker.upload(chunk);
        broker.send(
                "q",
                AddressKind.QUEUE,
                new Message("head".getBytes(StandardCharsets.UTF_8), 0, true, 4, 0, 0, Annotations.NONE, body));
        broker.receive("q").end(new Outcome.Rejected(null, null));

        broker.restart();

        Held letter = letter("DLQ");
        assertNotNull(letter.message().body());
        byte[] read = broker.get((Reply<byte[]> reply) ->
                broker.broker().bodies().read(letter.message().body(), 0, reply));
        assertArrayEquals(chunk, read);
        broker.receive("DLQ").end(Outcome.ACCEPTED);
        assertEquals(0, broker.broker().state().bodies().all().size(), "bodies that are left");
    }
}
