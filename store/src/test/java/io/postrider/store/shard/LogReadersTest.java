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

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.StartPosition;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Message;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Durability;
import io.postrider.api.port.ConsumerRequest.Mode;
import io.postrider.api.port.ConsumerRequest.SubscriptionRequest;
import io.postrider.api.port.DeliverySink;
import io.postrider.api.port.QueueInfo;
import io.postrider.api.port.Reply;
import io.postrider.api.port.RewindRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker in a data directory whose readers start in the past, go back to it, or leave it to others. */
class LogReadersTest {
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

    private void policy(PolicyKey key, String value) {
        get((Reply<Long> reply) ->
                store.broker().admin().putPolicy(PolicyRule.of("#", PolicyValues.of(key, value)), reply));
    }

    private void send(String address, AddressKind kind, int first, int last) {
        List<Message> messages = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            messages.add(aMessage().withBody("m" + i).build());
        }
        store.send(address, kind, messages);
    }

    private static List<String> bodies(int first, int last) {
        List<String> bodies = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            bodies.add("m" + i);
        }
        return bodies;
    }

    private RewindRequest to(String queue, String position) {
        return new RewindRequest(AddressKey.of(queue), null, StartPosition.parse(position), null, null, false, 0);
    }

    private long rewind(RewindRequest request) {
        return get((Reply<Long> reply) -> store.broker().admin().rewind(request, reply));
    }

    private List<QueueInfo> queues() {
        return get((Reply<List<QueueInfo>> reply) -> store.broker().admin().queues(reply));
    }

    private long depth(String name) {
        return queues().stream()
                .filter(queue -> queue.address().name().equals(name))
                .mapToLong(QueueInfo::depth)
                .sum();
    }

    /** A consumer and what it was handed. */
    private final class Reader implements DeliverySink {
        final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
        final BlockingQueue<Long> ids = new LinkedBlockingQueue<>();
        final Consumer consumer;

        Reader(String address, AddressKind kind, SubscriptionRequest subscription, Mode mode) {
            consumer = get((Reply<Consumer> reply) -> store.broker()
                    .openConsumer(
                            new ConsumerRequest(
                                    AddressKey.of(address),
                                    kind,
                                    subscription,
                                    null,
                                    false,
                                    mode,
                                    Outcome.RELEASED,
                                    "c9",
                                    "container",
                                    "user"),
                            this,
                            reply));
            consumer.credit(1000, false);
        }

        @Override
        public void deliver(long deliveryId, Message message, int deliveryCount) {
            ids.add(deliveryId);
            messages.add(message);
        }

        @Override
        public void drained() {}

        @Override
        public void settled(long deliveryId) {}

        @Override
        public void closed(Rejection reason) {}

        Message next() throws InterruptedException {
            @Nullable Message message = messages.poll(10, TimeUnit.SECONDS);
            assertNotNull(message, "a message within 10 s");
            return message;
        }

        List<String> next(int count) throws InterruptedException {
            List<String> bodies = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                bodies.add(new String(next().encoded(), StandardCharsets.UTF_8));
            }
            return bodies;
        }

        void accept() {
            List<Long> all = new ArrayList<>();
            ids.drainTo(all);
            all.forEach(id -> consumer.settle(id, Outcome.ACCEPTED, false));
        }

        void leave() {
            consumer.close(Consumer.Close.ORDERLY);
        }
    }

    private static SubscriptionRequest durable(String start) {
        return new SubscriptionRequest(Durability.DURABLE, false, "client", "d").startingAt(StartPosition.parse(start));
    }

    private static SubscriptionRequest fleeting(String start) {
        return SubscriptionRequest.VOLATILE.startingAt(StartPosition.parse(start));
    }

    // ---- rewind

    @Test
    void consumedMessagesOfAQueueComeBackInOrderAlsoAfterARestart() throws Exception {
        policy(PolicyKey.RETENTION_COUNT, "10000");
        send("q", AddressKind.QUEUE, 0, 299);
        assertEquals(bodies(0, 299), store.take("q", 300));
        restart();
        assertEquals(0, depth("q"));

        assertEquals(200, rewind(to("q", "100")));

        assertEquals(200, depth("q"));
        Reader reader = new Reader("q", AddressKind.QUEUE, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE);
        Message first = reader.next();
        assertEquals("m100", new String(first.encoded(), StandardCharsets.UTF_8));
        assertEquals(true, first.added().values().get(AnnotationKeys.REPLAYED));
        assertEquals(100L, first.added().values().get(AnnotationKeys.OFFSET));
        assertEquals(bodies(101, 299), reader.next(199));
        reader.accept();
        await().until(() -> depth("q") == 0);
        reader.leave();
    }

    @Test
    void messagesOfOtherPrioritiesComeBackToTheirPlacesToo() {
        policy(PolicyKey.RETENTION_COUNT, "10000");
        store.send(
                "q",
                AddressKind.QUEUE,
                List.of(
                        aMessage().withBody("low").build(),
                        aMessage().withBody("high").withPriority(8).build()));
        store.take("q", 2);
        restart();

        assertEquals(2, rewind(to("q", "earliest")));

        assertEquals(List.of("high", "low"), store.take("q", 2));
    }

    @Test
    void aRewindUnderAConsumerDoesNotDoubleWhatItHolds() throws Exception {
        policy(PolicyKey.RETENTION_COUNT, "10000");
        send("q", AddressKind.QUEUE, 0, 9);
        assertEquals(bodies(0, 4), store.take("q", 5));
        Reader reader = new Reader("q", AddressKind.QUEUE, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE);
        assertEquals(bodies(5, 9), reader.next(5));

        assertEquals(5, rewind(to("q", "earliest")));

        assertEquals(bodies(0, 4), reader.next(5));
        reader.accept();
        await().until(() -> depth("q") == 0);
        assertTrue(reader.messages.isEmpty());
        reader.leave();
    }

    @Test
    void aDryRunOnlyCountsAndCopiesGoElsewhere() {
        policy(PolicyKey.RETENTION_COUNT, "10000");
        send("q", AddressKind.QUEUE, 0, 9);
        send("other", AddressKind.QUEUE, 0, 0);
        store.take("q", 10);
        store.take("other", 1);

        assertEquals(
                4,
                rewind(new RewindRequest(
                        AddressKey.of("q"), null, StartPosition.parse("last:4"), null, null, true, 0)));
        assertEquals(0, depth("q"));
        assertEquals(
                4,
                rewind(new RewindRequest(
                        AddressKey.of("q"),
                        null,
                        StartPosition.parse("last:4"),
                        null,
                        AddressKey.of("other"),
                        false,
                        0)));
        assertEquals(0, depth("q"));
        assertEquals(bodies(6, 9), store.take("other", 4));
    }

    @Test
    void aRateSlowsARewindDown() {
        policy(PolicyKey.RETENTION_COUNT, "10000");
        send("q", AddressKind.QUEUE, 0, 29);
        store.take("q", 30);
        long startNs = System.nanoTime();

        assertEquals(
                30, rewind(new RewindRequest(AddressKey.of("q"), null, StartPosition.EARLIEST, null, null, false, 10)));

        assertTrue(System.nanoTime() - startNs > TimeUnit.MILLISECONDS.toNanos(1900));
        assertEquals(bodies(0, 29), store.take("q", 30));
    }

    @Test
    void withoutRetentionARewindIsRefusedWithTheReason() {
        send("q", AddressKind.QUEUE, 0, 1);

        Exception refused = assertThrows(RuntimeException.class, () -> rewind(to("q", "0")));

        assertTrue(refused.getMessage().contains("retention"), refused.getMessage());
    }

    // ---- retention

    @Test
    void aTrimmedLogStartsLaterAndWhatIsWantedStays() {
        policy(PolicyKey.RETENTION_COUNT, "50");
        send("q", AddressKind.QUEUE, 0, 199);
        store.take("q", 180);

        await().atMost(10, TimeUnit.SECONDS)
                .until(() ->
                        rewind(new RewindRequest(AddressKey.of("q"), null, StartPosition.EARLIEST, null, null, true, 0))
                                == 30);
        restart();
        assertEquals(30, rewind(to("q", "earliest")));
        assertEquals(bodies(150, 199), store.take("q", 50));
    }

    // ---- starts

    @Test
    void aDurableSubscriptionOfATopicNobodyReadStartsAtItsBeginning() throws Exception {
        policy(PolicyKey.RETENTION_COUNT, "10000");
        send("t", AddressKind.TOPIC, 0, 99);
        restart();

        Reader reader = new Reader("t", AddressKind.TOPIC, durable("earliest"), Mode.ACKNOWLEDGE);
        assertEquals(bodies(0, 99), reader.next(100));
        reader.accept();
        send("t", AddressKind.TOPIC, 100, 101);
        assertEquals(bodies(100, 101), reader.next(2));
        reader.accept();
        await().until(() -> depth("t") == 0);
        reader.leave();

        send("t", AddressKind.TOPIC, 102, 102);
        Reader again = new Reader("t", AddressKind.TOPIC, durable("earliest"), Mode.ACKNOWLEDGE);
        assertEquals(bodies(102, 102), again.next(1), "one that exists goes on where it was");
    }

    @Test
    void aVolatileReaderStartsInThePastAndItsCursorEndsWithIt() throws Exception {
        policy(PolicyKey.RETENTION_COUNT, "10000");
        send("t", AddressKind.TOPIC, 0, 99);

        Reader reader = new Reader("t", AddressKind.TOPIC, fleeting("last:3"), Mode.ACKNOWLEDGE);
        Reader other = new Reader("t", AddressKind.TOPIC, fleeting("98"), Mode.ACKNOWLEDGE);
        send("t", AddressKind.TOPIC, 100, 100);

        assertEquals(bodies(97, 100), reader.next(4));
        assertEquals(bodies(98, 100), other.next(3));
        assertEquals(2, queues().size());
        reader.leave();
        await().until(() -> queues().size() == 1);
        restart();
        await().until(() -> queues().isEmpty());
    }

    @Test
    void aPolicyMakesSubscriptionsRetroactive() throws Exception {
        policy(PolicyKey.RETENTION_COUNT, "10000");
        get((Reply<Long> reply) -> store.broker()
                .admin()
                .putPolicy(
                        PolicyRule.of(
                                "t",
                                PolicyValues.of(PolicyKey.RETENTION_COUNT, "100")
                                        .with(PolicyKey.SUBSCRIPTION_START, "last:2")),
                        reply));
        send("t", AddressKind.TOPIC, 0, 9);

        Reader reader = new Reader("t", AddressKind.TOPIC, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE);

        assertEquals(bodies(8, 9), reader.next(2));
    }

    @Test
    void aBrowserOfAQueueSeesWhatWasConsumed() throws Exception {
        policy(PolicyKey.RETENTION_COUNT, "10000");
        send("q", AddressKind.QUEUE, 0, 9);
        store.take("q", 5);

        Reader browser = new Reader("q", AddressKind.QUEUE, fleeting("earliest"), Mode.BROWSE);

        assertEquals(bodies(0, 9), browser.next(10));
        browser.leave();
        await().until(() -> depth("q") == 5);
        assertEquals(bodies(5, 9), store.take("q", 5));
    }

    // ---- truncate, ring, non-destructive

    @Test
    void whatLiesBeforeAPositionIsCutOffForEverybody() {
        policy(PolicyKey.RETENTION_COUNT, "10000");
        send("q", AddressKind.QUEUE, 0, 9);
        store.take("q", 2);

        long start = get((Reply<Long> reply) ->
                store.broker().admin().truncate(AddressKey.of("q"), StartPosition.parse("6"), reply));

        assertEquals(6, start);
        assertEquals(4, depth("q"));
        assertEquals(bodies(6, 9), store.take("q", 4));
        assertEquals(4, rewind(to("q", "earliest")));
    }

    @Test
    void aRingKeepsTheNewest() {
        policy(PolicyKey.RING_MESSAGES, "3");
        send("q", AddressKind.QUEUE, 0, 99);
        assertEquals(3, depth("q"));
        restart();

        assertEquals(bodies(97, 99), store.take("q", 3));
        assertEquals(0, depth("q"));
    }

    @Test
    void aRingTakesTheOldestOutOfAConsumersHands() throws Exception {
        policy(PolicyKey.RING_MESSAGES, "2");
        send("q", AddressKind.QUEUE, 0, 1);
        Reader reader = new Reader("q", AddressKind.QUEUE, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE);
        assertEquals(bodies(0, 1), reader.next(2));

        send("q", AddressKind.QUEUE, 2, 2);

        assertEquals(bodies(2, 2), reader.next(1));
        assertEquals(2, depth("q"));
        reader.accept();
        await().until(() -> depth("q") == 0);
    }

    @Test
    void everyConsumerOfANonDestructiveQueueReadsAllOfIt() throws Exception {
        policy(PolicyKey.NON_DESTRUCTIVE, "true");
        send("q", AddressKind.QUEUE, 0, 9);

        Reader one = new Reader("q", AddressKind.QUEUE, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE);
        assertEquals(bodies(0, 9), one.next(10));
        one.accept();
        one.leave();
        Reader two = new Reader("q", AddressKind.QUEUE, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE);
        send("q", AddressKind.QUEUE, 10, 10);
        assertEquals(bodies(0, 10), two.next(11));
        two.accept();
        two.leave();
        await().until(() -> queues().size() == 1);
        assertEquals(11, depth("q"));
    }
}
