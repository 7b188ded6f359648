// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static io.postrider.store.shard.BrokerOnFiles.get;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.ForwardRule;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.DedupeId;
import io.postrider.api.message.Message;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import io.postrider.api.port.ProducerRequest;
import io.postrider.api.port.QueueInfo;
import io.postrider.api.port.Reply;
import io.postrider.api.port.Transaction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the settings of an address do with messages that come to it. */
class IngressTest {
    @TempDir
    Path directory;

    private BrokerOnFiles store;

    @BeforeEach
    void open() {
        store = new BrokerOnFiles(directory, 1000);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void restart() {
        store.close();
        open();
    }

    private void policy(String pattern, PolicyKey key, String value) {
        get((Reply<Long> reply) ->
                store.broker().admin().putPolicy(PolicyRule.of(pattern, PolicyValues.of(key, value)), reply));
    }

    private void policy(String pattern, PolicyValues values) {
        get((Reply<Long> reply) -> store.broker().admin().putPolicy(PolicyRule.of(pattern, values), reply));
    }

    private long depth(String name) {
        List<QueueInfo> queues = get(store.broker().admin()::queues);
        return queues.stream()
                .filter(queue -> queue.address().name().equals(name))
                .mapToLong(QueueInfo::depth)
                .sum();
    }

    private static DedupeId id(String text) {
        return DedupeId.of('s', text.getBytes(StandardCharsets.UTF_8));
    }

    private static Message named(String id) {
        return aMessage().withBody("x").build().withDedupeId(id(id));
    }

    /** A producer and what it is told. */
    private final class Sender implements ProducerListener {
        final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        final Producer producer;

        Sender(String address, AddressKind kind) {
            producer = get(reply -> store.broker()
                    .openProducer(
                            new ProducerRequest(AddressKey.of(address), kind, "c1", "container", "user"), this, reply));
        }

        @Override
        public void published(long token, @Nullable Rejection rejection) {
            told.add(rejection == null ? "taken" : rejection.code() + " " + rejection.text());
        }

        @Override
        public void blocked(Rejection reason) {
            told.add("blocked " + reason.text());
        }

        @Override
        public void unblocked() {
            told.add("unblocked");
        }

        @Override
        public void closed(Rejection reason) {
            told.add("closed");
        }

        String send(Message message) throws InterruptedException {
            producer.publish(message, 0);
            return next();
        }

        String next() throws InterruptedException {
            return assertNotNull(told.poll(10, TimeUnit.SECONDS));
        }

        private static <T> T assertNotNull(@Nullable T value) {
            org.junit.jupiter.api.Assertions.assertNotNull(value, "something within 10 s");
            return value;
        }
    }

    // ---- once and only once

    @Test
    void aSecondMessageOfTheSameIdIsAcceptedAndNotKept() throws Exception {
        Sender sender = new Sender("q", AddressKind.QUEUE);

        assertEquals("taken", sender.send(named("a")));
        assertEquals("taken", sender.send(named("a")));
        assertEquals("taken", sender.send(named("b")));

        assertEquals(2, depth("q"));
    }

    @Test
    void anIdIsRememberedAcrossARestart() throws Exception {
        new Sender("q", AddressKind.QUEUE).send(named("a"));
        restart();

        assertEquals("taken", new Sender("q", AddressKind.QUEUE).send(named("a")));

        assertEquals(1, depth("q"));
    }

    @Test
    void anIdIsForgottenAfterItsWindowAndBeyondItsCount() throws Exception {
        policy("short", PolicyKey.DEDUPE_WINDOW, "1");
        policy("few", PolicyKey.DEDUPE_COUNT, "2");
        Sender brief = new Sender("short", AddressKind.QUEUE);
        Sender few = new Sender("few", AddressKind.QUEUE);

        brief.send(named("a"));
        long sentMs = System.currentTimeMillis();
        await().until(() -> System.currentTimeMillis() > sentMs + 5);
        brief.send(named("a"));
        for (String id : List.of("a", "b", "c", "a", "c")) {
            few.send(named(id));
        }

        assertEquals(2, depth("short"));
        assertEquals(4, depth("few"));
    }

    @Test
    void aNonDurableMessageOfAnIdIsKeptOnceToo() throws Exception {
        Sender sender = new Sender("q", AddressKind.QUEUE);
        Message message = aMessage().withBody("x").nonDurable().build().withDedupeId(id("a"));

        assertEquals("taken", sender.send(message));
        assertEquals("taken", sender.send(message));

        assertEquals(1, depth("q"));
    }

    // ---- limits

    @Test
    void aFullQueueThatRejectsTakesNothing() throws Exception {
        policy("q", PolicyValues.of(PolicyKey.LIMIT_MESSAGES, "2").with(PolicyKey.LIMIT_WHEN_FULL, "reject"));
        Sender sender = new Sender("q", AddressKind.QUEUE);
        sender.send(aMessage().build());
        sender.send(aMessage().build());

        String third = sender.send(aMessage().build());

        assertTrue(third.startsWith(ErrorCode.RESOURCE_LIMIT + " 'q' is full: it holds 2 messages"), third);
        store.take("q", 1);
        assertEquals("taken", sender.send(aMessage().build()));
        assertEquals(2, depth("q"));
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aFullQueueThatDropsAcceptsAndForgets(boolean isDurable) throws Exception {
        policy("q", PolicyValues.of(PolicyKey.LIMIT_MESSAGES, "2").with(PolicyKey.LIMIT_WHEN_FULL, "drop-new"));
        Sender sender = new Sender("q", AddressKind.QUEUE);

        for (int i = 0; i < 5; i++) {
            assertEquals(
                    "taken",
                    sender.send(
                            isDurable
                                    ? aMessage().build()
                                    : aMessage().nonDurable().build()));
        }

        assertEquals(2, depth("q"));
    }

    @Test
    void aFullQueueHoldsItsOwnProducersOnly() throws Exception {
        policy("q", PolicyKey.LIMIT_BYTES, "10");
        Sender sender = new Sender("q", AddressKind.QUEUE);
        Sender other = new Sender("other", AddressKind.QUEUE);
        sender.send(aMessage().withBody("0123456789").build());

        String blocked = sender.next();

        assertTrue(blocked.startsWith("blocked 'q' is full: it holds 1 messages of 10 bytes"), blocked);
        assertEquals("taken", sender.send(aMessage().build()), "what was sent with credit is taken");
        assertEquals("taken", other.send(aMessage().build()));
        store.take("q", 2);
        assertEquals("unblocked", sender.next());
    }

    @Test
    void aRateHoldsProducersAndLetsThemGoOn() throws Exception {
        policy("q", PolicyKey.RATE_MESSAGES, "20");
        Sender sender = new Sender("q", AddressKind.QUEUE);
        for (int i = 0; i < 5; i++) {
            sender.producer.publish(aMessage().build(), i);
        }

        assertTrue(sender.next().startsWith("blocked Producers at 'q' send faster"));
        for (int i = 0; i < 5; i++) {
            assertEquals("taken", sender.next());
        }
        assertEquals("unblocked", sender.next());
    }

    // ---- time

    @Test
    void timeToLiveIsKeptWithinItsBounds() throws Exception {
        policy("q", PolicyValues.of(PolicyKey.TTL_MAX, "1").with(PolicyKey.EXPIRY_ADDRESS, "late"));
        new Sender("q", AddressKind.QUEUE).send(aMessage().withBody("x").build());

        assertEquals(List.of("x"), store.take("late", 1));
    }

    // ---- what nobody wants

    @Test
    void whatNoSubscriptionWantsIsRefusedOrGoesElsewhere() throws Exception {
        policy("strict", PolicyKey.UNROUTED, "reject");
        policy("safe", PolicyValues.of(PolicyKey.UNROUTED, "alternate").with(PolicyKey.ALTERNATE_ADDRESS, "lost"));

        String refused = new Sender("strict", AddressKind.TOPIC).send(aMessage().build());
        String kept = new Sender("safe", AddressKind.TOPIC)
                .send(aMessage().withBody("x").build());
        String dropped = new Sender("loose", AddressKind.TOPIC).send(aMessage().build());

        assertEquals("NOT_FOUND No subscription of topic 'strict' wants the message", refused);
        assertEquals("taken", kept);
        assertEquals("taken", dropped);
        assertEquals(List.of("x"), store.take("lost", 1));
    }

    @Test
    void aTransactionIsHeldToItToo() throws Exception {
        policy("strict", PolicyKey.UNROUTED, "reject");
        policy("safe", PolicyValues.of(PolicyKey.UNROUTED, "alternate").with(PolicyKey.ALTERNATE_ADDRESS, "lost"));
        Sender strict = new Sender("strict", AddressKind.TOPIC);
        Sender safe = new Sender("safe", AddressKind.TOPIC);
        Transaction refused = get(reply -> store.broker().begin("c1", reply));
        Transaction kept = get(reply -> store.broker().begin("c1", reply));

        refused.publish(strict.producer, aMessage().build(), 0);
        kept.publish(safe.producer, aMessage().withBody("x").build(), 0);

        assertTrue(strict.next().startsWith("NOT_FOUND"));
        assertThrows(RuntimeException.class, () -> get((Reply<Transaction.End> reply) -> refused.commit(reply)));
        assertEquals("taken", safe.next());
        get((Reply<Transaction.End> reply) -> kept.commit(reply));
        assertEquals(List.of("x"), store.take("lost", 1));
    }

    // ---- forward rules

    private void forward(String from, String to) {
        get((Reply<ForwardRule> reply) -> store.broker()
                .admin()
                .putForward(new ForwardRule(from, new AddressPattern(from), AddressKey.of(to), null, false), reply));
    }

    @ParameterizedTest
    @CsvSource({"reject, RESOURCE_LIMIT", "drop-new, taken", "hold, blocked"})
    void aFullTargetActsOnTheProducersOfItsSources(String whenFull, String answer) throws Exception {
        policy("to", PolicyValues.of(PolicyKey.LIMIT_MESSAGES, "1").with(PolicyKey.LIMIT_WHEN_FULL, whenFull));
        Sender sender = new Sender("from", AddressKind.QUEUE);
        forward("from", "to");
        assertEquals("taken", sender.send(aMessage().build()));

        String next =
                whenFull.equals("hold") ? sender.next() : sender.send(aMessage().build());

        assertTrue(next.startsWith(answer), next);
        assertEquals(1, depth("to"));
        assertEquals(whenFull.equals("drop-new") ? 2 : 1, depth("from"));
    }

    // ---- wildcards

    @Test
    void aSubscriptionToAPatternGetsWhatIsPublishedToTheTopicsItMatches() throws Exception {
        store.subscribe("prices.*", "audit");
        store.send("prices.eu", AddressKind.TOPIC, "a");
        store.send("prices.us", AddressKind.TOPIC, "b");
        store.send("prices.us.late", AddressKind.TOPIC, "c");
        store.send("other", AddressKind.TOPIC, "d");
        restart();

        assertEquals(2, depth("prices.*"));
        assertEquals(List.of("a", "b"), store.takeSubscription("prices.*", "audit", 2));
    }

    @Test
    void nobodySendsToAPattern() {
        String text = assertThrows(RuntimeException.class, () -> store.send("prices.*", AddressKind.TOPIC, "a"))
                .toString();

        assertTrue(text.contains("NOT_ALLOWED"), text);
        assertEquals(List.of(), get(store.broker().admin()::addresses), "and nothing is created");
    }

    // ---- use

    @Test
    void anAddressNobodyUsesIsDeletedWhereItsPolicySaysSo() throws Exception {
        policy("tmp.*", PolicyKey.AUTO_DELETE, "1");
        get((Reply<AddressDefinition> reply) -> store.broker()
                .admin()
                .createAddress(AddressDefinition.permanent(AddressKey.of("tmp.asked"), AddressKind.QUEUE), reply));
        store.send("tmp.full", AddressKind.QUEUE, "x");
        store.send("tmp.used", AddressKind.QUEUE, "x");
        store.take("tmp.used", 1);

        await().until(() -> get(store.broker().admin()::addresses).stream()
                .map(address -> address.key().name())
                .toList()
                .equals(List.of("tmp.asked", "tmp.full")));
    }

    @Test
    void anAddressThatUseMadeIsKeptOnceSomebodyAsksForIt() throws Exception {
        store.send("tmp.x", AddressKind.QUEUE, "x");
        store.take("tmp.x", 1);
        get((Reply<AddressDefinition> reply) -> store.broker()
                .admin()
                .createAddress(AddressDefinition.permanent(AddressKey.of("tmp.x"), AddressKind.QUEUE), reply));
        restart();

        AddressDefinition kept = get(store.broker().admin()::addresses).get(0);

        assertEquals("tmp.x", kept.key().name());
        assertTrue(!kept.isAutoCreated(), "it is not deleted for want of use");
    }
}
