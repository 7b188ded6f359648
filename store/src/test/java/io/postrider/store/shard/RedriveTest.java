// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.api.port.ConsumerRequest.Durability;
import io.postrider.api.port.ConsumerRequest.SubscriptionRequest;
import io.postrider.api.port.LetterInfo;
import io.postrider.api.port.RedriveRequest;
import io.postrider.api.port.RedriveStatus;
import io.postrider.api.port.RedriveStatus.State;
import io.postrider.api.port.Reply;
import io.postrider.store.shard.ScriptedBroker.Receiver;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Dead letters go back to where they came from. */
class RedriveTest {
    private static final Outcome REJECTED = new Outcome.Rejected("app:bad", "no");

    private final ScriptedBroker broker = new ScriptedBroker();

    private static RedriveRequest request(@Nullable Long offset, @Nullable String selector, int rate, int canary) {
        return new RedriveRequest(AddressKey.of("DLQ"), offset, selector, null, rate, canary, false);
    }

    private RedriveStatus redrive(RedriveRequest request) {
        RedriveStatus begun = broker.get((Reply<RedriveStatus> reply) ->
                broker.broker().admin().letters().redrive(request, reply));
        broker.settleDown();
        return status(begun.id());
    }

    private RedriveStatus status(long id) {
        List<RedriveStatus> all = broker.get((Reply<List<RedriveStatus>> reply) ->
                broker.broker().admin().letters().redrives(reply));
        return all.stream().filter(each -> each.id() == id).findFirst().orElseThrow();
    }

    private List<LetterInfo> letters() {
        return broker.get((Reply<List<LetterInfo>> reply) ->
                broker.broker().admin().letters().list(AddressKey.of("DLQ"), 0, 100, reply));
    }

    private void die(String queue, String... bodies) {
        broker.send(queue, bodies);
        Receiver receiver = broker.receive(queue);
        for (String ignored : bodies) {
            receiver.end(REJECTED);
        }
        receiver.close();
    }

    @Test
    void allGoBackInOrderAndSayHowOften() {
        die("q", "a", "b", "c");

        RedriveStatus done = redrive(request(null, null, 0, 0));
        Receiver receiver = broker.receive("q");

        assertEquals(State.DONE, done.state());
        assertEquals(3, done.sent());
        assertEquals(List.of("a", "b", "c"), receiver.bodies());
        assertEquals(
                Map.of("x-opt-redriven", 1),
                receiver.held.get(0).message().added().values());
        assertEquals(0, receiver.held.get(0).count());
        assertEquals(0, broker.info("DLQ").depth());
        receiver.end(REJECTED);
        redrive(request(null, null, 0, 0));
        assertEquals(2, receiver.held.get(2).mark("x-opt-redriven"));
    }

    @Test
    void oneOrThoseOfASelectorGoBack() {
        die("q", "a", "b", "c");

        assertEquals(1, redrive(request(1L, null, 0, 0)).sent());
        assertEquals(List.of(0L, 2L), letters().stream().map(LetterInfo::offset).toList());
        assertEquals(1, redrive(request(null, "body = 'c'", 0, 0)).sent());

        assertEquals(List.of("b", "c"), broker.receive("q").bodies());
        assertEquals("app:bad", letters().get(0).marks().text("x-opt-dead-letter-condition"));
    }

    @Test
    void aDryRunOnlyCounts() {
        die("q", "a", "b");

        RedriveStatus counted = redrive(new RedriveRequest(AddressKey.of("DLQ"), null, null, null, 0, 0, true));

        assertEquals(2, counted.matched());
        assertEquals(0, counted.sent());
        assertEquals(2, broker.info("DLQ").ready());
    }

    @Test
    void aLetterOfASubscriptionReachesThatOneOnly() {
        SubscriptionRequest other = new SubscriptionRequest(Durability.DURABLE, true, "container", "other");
        Receiver first = broker.receive("t", AddressKind.TOPIC, ScriptedBroker.DURABLE, "body = 'a'");
        Receiver second = broker.receive("t", AddressKind.TOPIC, other, null);
        Receiver soft = broker.receive("t", AddressKind.TOPIC, SubscriptionRequest.VOLATILE, null);
        broker.send("t", AddressKind.TOPIC, aMessage().withBody("a").build());
        first.end(REJECTED);

        RedriveStatus done = redrive(request(null, null, 0, 0));

        assertEquals(1, done.sent());
        assertEquals(List.of("a"), first.bodies());
        assertEquals(1, second.held.size());
        assertEquals(1, soft.held.size());
        first.end(Outcome.ACCEPTED);
        second.end(Outcome.ACCEPTED);
        broker.restart();
        assertEquals(0, broker.info("t").depth());
    }

    @Test
    void aLetterWhoseOriginIsGoneStaysAndSaysWhy() {
        die("q", "a");
        broker.get(
                (Reply<AddressDefinition> reply) -> broker.broker().admin().deleteAddress(AddressKey.of("q"), reply));

        RedriveStatus done = redrive(request(null, null, 0, 0));

        assertEquals(1, done.skipped());
        assertTrue(done.notes().get(0).contains("no address 'q'"), done.notes().toString());
        assertEquals(1, broker.info("DLQ").ready());
        broker.send("other", "x");
        RedriveStatus moved =
                redrive(new RedriveRequest(AddressKey.of("DLQ"), null, null, AddressKey.of("other"), 0, 0, false));
        assertEquals(1, moved.sent());
        assertEquals(2, broker.info("other").depth());
    }

    @Test
    void aRateIsKept() {
        String[] bodies = new String[50];
        for (int i = 0; i < bodies.length; i++) {
            bodies[i] = "m" + i;
        }
        die("q", bodies);

        RedriveStatus begun = redrive(request(null, null, 10, 0));
        broker.pass(2000);

        RedriveStatus later = status(begun.id());
        assertTrue(later.sent() >= 18 && later.sent() <= 21, "about 20, but " + later.sent());
        assertEquals(50, broker.info("DLQ").depth() + broker.info("q").depth());
        broker.pass(4000);
        assertEquals(State.DONE, status(begun.id()).state());
    }

    @Test
    void theRestGoesOnceTheCanaryIsAccepted() {
        die("q", "a", "b", "c", "d");
        Receiver receiver = broker.receive("q");

        RedriveStatus begun = redrive(request(null, null, 0, 2));
        broker.pass(500);
        assertEquals(State.WAITING_FOR_CANARY, status(begun.id()).state());
        assertEquals(List.of("a", "b"), receiver.bodies());
        receiver.end(Outcome.ACCEPTED);
        receiver.end(Outcome.ACCEPTED);
        broker.pass(500);

        assertEquals(List.of("c", "d"), receiver.bodies());
        assertEquals(State.DONE, status(begun.id()).state());
        assertEquals(2, status(begun.id()).canaryAccepted());
    }

    @Test
    void aCanaryThatDiesStopsIt() {
        die("q", "a", "b", "c", "d");
        Receiver receiver = broker.receive("q");

        RedriveStatus begun = redrive(request(null, null, 0, 2));
        receiver.end(Outcome.ACCEPTED);
        receiver.end(REJECTED);
        broker.pass(500);

        assertEquals(State.STOPPED, status(begun.id()).state());
        assertEquals(3, broker.info("DLQ").depth());
        assertEquals(List.of(), receiver.bodies());
    }

    @Test
    void whatAConsumerHasIsLeftAlone() {
        die("q", "a", "b");
        Receiver holder = broker.receive("DLQ");

        RedriveStatus done = redrive(request(null, null, 0, 0));

        assertEquals(2, done.skipped());
        assertEquals(List.of("a", "b"), holder.bodies());
        assertEquals(0, broker.info("q").depth());
    }

    @Test
    void aLargeBodyGoesBackToo() {
        LargeBody body = broker.upload(new byte[] {1, 2, 3});
        broker.send("q", AddressKind.QUEUE, new Message("head".getBytes(), 0, true, 4, 0, 0, Annotations.NONE, body));
        Receiver receiver = broker.receive("q");
        receiver.end(REJECTED);

        redrive(request(null, null, 0, 0));

        assertNotNull(receiver.held.get(0).message().body());
        receiver.end(Outcome.ACCEPTED);
        broker.settleDown();
        assertEquals(0, broker.broker().state().bodies().all().size(), "bodies that are left");
    }

    @Test
    void whatWentBackSurvivesARestart() {
        die("q", "a");
        redrive(request(null, null, 0, 0));

        broker.restart();

        assertEquals(List.of("a"), broker.receive("q").bodies());
        assertEquals(0, broker.info("DLQ").depth());
    }
}
