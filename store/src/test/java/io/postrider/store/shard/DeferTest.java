// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.message.Annotations;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Mode;
import io.postrider.api.port.ConsumerRequest.SubscriptionRequest;
import io.postrider.api.port.QueueInfo;
import io.postrider.api.port.Reply;
import io.postrider.store.shard.ScriptedBroker.Receiver;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A consumer puts a message aside, and somebody asks for it later by its token. */
class DeferTest {
    private final ScriptedBroker broker = new ScriptedBroker();

    private static Outcome aside(String token) {
        return new Outcome.Modified(
                false, false, Annotations.of(Map.of("x-opt-defer", true, "x-opt-deferral-token", token)));
    }

    private Receiver fetch(String... tokens) {
        return broker.receive(new ConsumerRequest(
                        AddressKey.of("q"),
                        AddressKind.QUEUE,
                        SubscriptionRequest.VOLATILE,
                        null,
                        false,
                        Mode.ACKNOWLEDGE,
                        Outcome.RELEASED,
                        "c",
                        "fetcher",
                        "alice")
                .withDeferralTokens(Set.of(tokens)));
    }

    private void counts(long ready, long unsettled, long deferred) {
        QueueInfo info = broker.info("q");
        assertEquals(
                List.of(ready + unsettled + deferred, ready, unsettled, deferred),
                List.of(info.depth(), info.ready(), info.unsettled(), info.deferred()));
    }

    @Test
    void whatIsAsideComesToWhoAsksForItsTokenOnly() {
        broker.send("q", "a", "b", "c");
        Receiver receiver = broker.receive("q");
        receiver.end(aside("one"));
        receiver.end(aside("two"));
        receiver.end(Outcome.ACCEPTED);
        counts(0, 0, 2);

        Receiver fetcher = fetch("two", "three");

        assertEquals(List.of("b"), fetcher.bodies());
        assertEquals("two", fetcher.held.get(0).mark("x-opt-deferral-token"));
        assertEquals(0, fetcher.held.get(0).count());
        counts(0, 1, 1);
        fetcher.end(Outcome.ACCEPTED);
        counts(0, 0, 1);
        assertEquals(List.of(), receiver.bodies());
    }

    @Test
    void itIsStillAsideAfterARestart() {
        broker.send("q", "a", "b");
        broker.receive("q").end(aside("one"));

        broker.restart();

        assertEquals(List.of("b"), broker.receive("q").bodies());
        assertEquals(List.of("a"), fetch("one").bodies());
    }

    @Test
    void aFetcherGetsWhatIsPutAsideLater() {
        Receiver fetcher = fetch("one");
        broker.send("q", "a");

        broker.receive("q").end(aside("one"));

        assertEquals(List.of("a"), fetcher.bodies());
    }

    @Test
    void releasedItStaysAsideAndFailedItIsBackInTheQueue() {
        broker.send("q", "a");
        Receiver receiver = broker.receive("q");
        receiver.end(aside("one"));
        Receiver first = fetch("one");
        first.end(Outcome.RELEASED);
        assertEquals(List.of("a"), first.bodies());
        first.close();
        counts(0, 0, 1);

        Receiver second = fetch("one");
        assertEquals(List.of(), receiver.bodies());
        second.end(Outcome.FAILED);

        assertEquals(List.of("a"), receiver.bodies());
        assertEquals(1, receiver.held.get(0).count());
        counts(0, 1, 0);
    }

    @Test
    void anOperatorReturnsAll() {
        broker.send("q", "a", "b", "c");
        Receiver receiver = broker.receive("q");
        receiver.end(aside("one"));
        receiver.end(aside("two"));

        long count = broker.get(
                (Reply<Long> reply) -> broker.broker().admin().returnDeferred(AddressKey.of("q"), "", reply));

        assertEquals(2, count);
        assertEquals(List.of("c", "a", "b"), receiver.bodies());
        counts(0, 3, 0);
    }

    @Test
    void oneTooManyComesBackWithTheReason() {
        broker.policy("q", "deferral.max", "1");
        broker.send("q", "a", "b");
        Receiver receiver = broker.receive("q");
        receiver.end(aside("one"));

        receiver.end(aside("two"));

        assertEquals(List.of("b"), receiver.bodies());
        assertEquals(1, receiver.held.get(0).count());
        assertTrue(
                String.valueOf(receiver.held.get(0).mark("x-opt-deferral-refused"))
                        .contains("deferral.max is 1"),
                "the reason");
    }

    @Test
    void whatIsInNoLogIsNotPutAside() {
        broker.send(
                "q", AddressKind.QUEUE, aMessage().withBody("a").nonDurable().build());
        Receiver receiver = broker.receive("q");

        receiver.end(aside("one"));

        assertEquals(List.of("a"), receiver.bodies());
        assertNotNull(receiver.held.get(0).mark("x-opt-deferral-refused"));
    }

    @Test
    void whatIsAsideExpiresAndIsPurged() {
        broker.send(
                "q",
                AddressKind.QUEUE,
                aMessage().withBody("a").expiringAt(broker.nowMs() + 500).build(),
                aMessage().withBody("b").build());
        Receiver receiver = broker.receive("q");
        receiver.end(aside("one"));
        receiver.end(aside("two"));

        broker.pass(1000);
        counts(0, 0, 1);
        broker.get((Reply<Long> reply) -> broker.broker().admin().purge(AddressKey.of("q"), reply));

        counts(0, 0, 0);
        assertEquals(List.of(), fetch("one", "two").bodies());
    }
}
