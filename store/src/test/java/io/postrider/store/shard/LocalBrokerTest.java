// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyBook;
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
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import io.postrider.api.port.ProducerRequest;
import io.postrider.api.port.QueueInfo;
import io.postrider.api.port.Reply;
import io.postrider.store.checkpoint.FileCheckpoints;
import io.postrider.store.io.DiskSpace;
import io.postrider.store.io.RealFiles;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.kit.SimulatedDisk;
import io.postrider.store.log.LocalShardLog;
import io.postrider.store.segment.SegmentSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker on real files: what was confirmed is there after a restart, and the policies hold across it. */
class LocalBrokerTest {
    @TempDir
    Path directory;

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final DiskSpace space = new DiskSpace(disk, Path.of("store"), 1000);
    private final ThreadLoop loop = new ThreadLoop();
    private LocalBroker broker;

    @BeforeEach
    void start() {
        open(BrokerSettings.DEFAULT);
    }

    private void open(BrokerSettings settings) {
        broker = LocalBroker.open(
                new LocalBroker.Parts(
                        loop,
                        LocalShardLog.open(new RealFiles(), directory.resolve("journal"), JournalSettings.DEFAULT),
                        FileCheckpoints.open(
                                new RealFiles(), directory.resolve("checkpoint"), 0, SegmentSettings.DEFAULTS),
                        BrokerThreads.start(),
                        space,
                        message -> identifier -> null,
                        Projection.NONE,
                        System::currentTimeMillis),
                settings,
                PolicyBook.NO_RULES);
    }

    @AfterEach
    void stop() {
        broker.close();
        loop.close();
    }

    private void restart() {
        broker.close();
        open(BrokerSettings.DEFAULT);
    }

    private record Delivered(long id, Message message, int count) {
        String body() {
            return new String(message.encoded(), StandardCharsets.UTF_8);
        }
    }

    private static final class Sink implements DeliverySink {
        final BlockingQueue<Delivered> deliveries = new LinkedBlockingQueue<>();
        final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        @Override
        public void deliver(long deliveryId, Message message, int deliveryCount) {
            deliveries.add(new Delivered(deliveryId, message, deliveryCount));
        }

        @Override
        public void drained() {
            events.add("drained");
        }

        @Override
        public void settled(long deliveryId) {
            events.add("settled " + deliveryId);
        }

        @Override
        public void closed(Rejection reason) {
            events.add("closed " + reason.code());
        }

        Delivered next() throws InterruptedException {
            Delivered next = deliveries.poll(5, TimeUnit.SECONDS);
            assertTrue(next != null, "a delivery within 5 s");
            return next;
        }
    }

    private static <T> T get(java.util.function.Consumer<Reply<T>> call) {
        CompletableFuture<T> future = new CompletableFuture<>();
        call.accept(new Reply<>() {
            @Override
            public void ok(T value) {
                future.complete(value);
            }

            @Override
            public void rejected(Rejection rejection) {
                future.completeExceptionally(new IllegalStateException(rejection.toString()));
            }
        });
        return future.orTimeout(5, TimeUnit.SECONDS).join();
    }

    private void send(String address, AddressKind kind, Message... messages) {
        BlockingQueue<Long> confirmed = new LinkedBlockingQueue<>();
        ProducerListener listener = new ProducerListener() {
            @Override
            public void published(long token, Rejection rejection) {
                confirmed.add(rejection == null ? token : -2);
            }

            @Override
            public void blocked(Rejection reason) {}

            @Override
            public void unblocked() {}

            @Override
            public void closed(Rejection reason) {}
        };
        Producer producer = get(reply -> broker.openProducer(
                new ProducerRequest(AddressKey.of(address), kind, "c1", "container", "user"), listener, reply));
        for (int i = 0; i < messages.length; i++) {
            producer.publish(messages[i], i);
        }
        for (int i = 0; i < messages.length; i++) {
            try {
                assertEquals(i, confirmed.poll(5, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        producer.close();
    }

    private Consumer receive(String address, AddressKind kind, SubscriptionRequest subscription, Mode mode, Sink sink) {
        return get(reply -> broker.openConsumer(
                new ConsumerRequest(
                        AddressKey.of(address),
                        kind,
                        subscription,
                        null,
                        false,
                        mode,
                        Outcome.FAILED,
                        "c2",
                        "container",
                        "user"),
                sink,
                reply));
    }

    private QueueInfo queue(String name) {
        List<QueueInfo> all = get(reply -> broker.admin().queues(reply));
        return all.stream()
                .filter(info -> info.address().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void confirmedMessagesSurviveARestartInOrder() throws InterruptedException {
        send(
                "q",
                AddressKind.QUEUE,
                aMessage().withBody("one").build(),
                aMessage().withBody("two").build());

        restart();

        Sink sink = new Sink();
        Consumer consumer = receive("q", null, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, sink);
        consumer.credit(10, false);
        assertEquals("one", sink.next().body());
        Delivered two = sink.next();
        assertEquals("two", two.body());
        assertEquals(0, two.count());
    }

    @Test
    void settledMessagesDoNotComeBackAndShownOnesAreMarked() throws InterruptedException {
        send(
                "q",
                AddressKind.QUEUE,
                aMessage().withBody("one").build(),
                aMessage().withBody("two").build());
        Sink sink = new Sink();
        Consumer consumer = receive("q", null, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, sink);
        consumer.credit(10, false);
        consumer.settle(sink.next().id(), Outcome.ACCEPTED, true);
        assertEquals("settled 0", sink.events.poll(5, TimeUnit.SECONDS));

        restart();

        Sink again = new Sink();
        receive("q", null, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, again)
                .credit(10, false);
        Delivered two = again.next();
        assertEquals("two", two.body());
        assertEquals(1, two.count());
        assertNull(again.deliveries.poll(50, TimeUnit.MILLISECONDS));
    }

    @Test
    void releasedMessageKeepsItsPlace() throws InterruptedException {
        send(
                "q",
                AddressKind.QUEUE,
                aMessage().withBody("one").build(),
                aMessage().withBody("two").build());
        Sink sink = new Sink();
        Consumer consumer = receive("q", null, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, sink);
        consumer.credit(1, false);
        Delivered one = sink.next();

        consumer.settle(one.id(), Outcome.RELEASED, false);
        consumer.credit(3, false);

        Delivered again = sink.next();
        assertEquals("one", again.body());
        assertEquals(0, again.count());
        assertEquals("two", sink.next().body());
    }

    @Test
    void rejectedMessageGoesToTheDeadLetterQueueWithItsReason() throws InterruptedException {
        send("q", AddressKind.QUEUE, aMessage().withBody("poison").build());
        Sink sink = new Sink();
        Consumer consumer = receive("q", null, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, sink);
        consumer.credit(10, false);
        consumer.settle(sink.next().id(), new Outcome.Rejected("my:condition", "cannot read it"), true);
        assertEquals("settled 0", sink.events.poll(5, TimeUnit.SECONDS));

        restart();

        Sink letters = new Sink();
        receive("DLQ", null, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, letters)
                .credit(10, false);
        Delivered letter = letters.next();
        assertEquals("poison", letter.body());
        assertEquals("rejected", letter.message().added().values().get(AnnotationKeys.DEAD_LETTER_REASON));
        assertEquals("my:condition", letter.message().added().values().get(AnnotationKeys.DEAD_LETTER_CONDITION));
        assertEquals("q", letter.message().added().values().get(AnnotationKeys.ORIGIN_ADDRESS));
        assertEquals(0, queue("q").depth());
    }

    @Test
    void tenFailedAttemptsEndInTheDeadLetterQueue() throws InterruptedException {
        send("q", AddressKind.QUEUE, aMessage().withBody("poison").build());
        Sink sink = new Sink();
        Consumer consumer = receive("q", null, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, sink);
        consumer.credit(100, false);
        for (int attempt = 0; attempt < 10; attempt++) {
            Delivered delivered = sink.next();
            assertEquals(attempt, delivered.count());
            consumer.settle(delivered.id(), Outcome.FAILED, true);
        }

        Sink letters = new Sink();
        receive("DLQ", null, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, letters)
                .credit(1, false);

        assertEquals(10, letters.next().message().added().values().get(AnnotationKeys.DELIVERY_ATTEMPTS));
        assertNull(sink.deliveries.poll(50, TimeUnit.MILLISECONDS));
    }

    @Test
    void durableSubscriptionKeepsWhatItMissed() throws InterruptedException {
        SubscriptionRequest durable = new SubscriptionRequest(Durability.DURABLE, false, "container", "audit");
        receive("t", AddressKind.TOPIC, durable, Mode.ACKNOWLEDGE, new Sink()).close(Consumer.Close.ORDERLY);
        send("t", AddressKind.TOPIC, aMessage().withBody("one").build());

        restart();

        Sink sink = new Sink();
        receive("t", AddressKind.TOPIC, durable, Mode.ACKNOWLEDGE, sink).credit(10, false);
        assertEquals("one", sink.next().body());
    }

    @Test
    void everyVolatileSubscriberGetsACopyAndLaterOnesNothing() throws InterruptedException {
        Sink first = new Sink();
        Sink second = new Sink();
        receive("t", AddressKind.TOPIC, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, first)
                .credit(10, false);
        receive("t", AddressKind.TOPIC, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, second)
                .credit(10, false);

        send("t", AddressKind.TOPIC, aMessage().withBody("one").build());

        assertEquals("one", first.next().body());
        assertEquals("one", second.next().body());
        Sink late = new Sink();
        receive("t", AddressKind.TOPIC, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, late)
                .credit(10, false);
        assertNull(late.deliveries.poll(50, TimeUnit.MILLISECONDS));
    }

    @Test
    void drainIsAnsweredAfterEverythingAvailable() throws InterruptedException {
        send("q", AddressKind.QUEUE, aMessage().withBody("one").build());
        Sink sink = new Sink();
        Consumer consumer = receive("q", null, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, sink);

        consumer.credit(5, true);

        assertEquals("drained", sink.events.poll(5, TimeUnit.SECONDS));
        assertEquals("one", sink.deliveries.remove().body());
    }

    @Test
    void delayedMessageComesWhenItIsDueAndExpiredOneNever() throws InterruptedException {
        long nowMs = System.currentTimeMillis();
        send(
                "q",
                AddressKind.QUEUE,
                aMessage().withBody("late").deliverAt(nowMs + 1500).build(),
                aMessage().withBody("dead").expiringAt(nowMs + 1).build(),
                aMessage().withBody("now").build());
        Sink sink = new Sink();
        Consumer consumer = receive("q", null, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, sink);
        org.awaitility.Awaitility.await().until(() -> queue("q").depth() == 2);

        consumer.credit(10, false);

        assertEquals("now", sink.next().body());
        assertEquals("late", sink.next().body());
        assertTrue(System.currentTimeMillis() >= nowMs + 1500);
        assertEquals(1, queue("q").expired());
    }

    @Test
    void atMostOnceAndBrowsingTakeOrLeaveTheMessage() throws InterruptedException {
        send("q", AddressKind.QUEUE, aMessage().withBody("one").build());
        Sink browser = new Sink();
        receive("q", null, SubscriptionRequest.VOLATILE, Mode.BROWSE, browser).credit(10, true);
        assertEquals("drained", browser.events.poll(5, TimeUnit.SECONDS));
        assertEquals("one", browser.deliveries.remove().body());
        assertEquals(1, queue("q").depth());

        Sink sink = new Sink();
        receive("q", null, SubscriptionRequest.VOLATILE, Mode.AT_MOST_ONCE, sink)
                .credit(10, false);

        assertEquals("one", sink.next().body());
        assertEquals(0, queue("q").depth());
    }

    @Test
    void checkpointBoundsTheLogAndKeepsTheBacklog() throws InterruptedException {
        broker.close();
        open(new BrokerSettings(1L << 30, 1, 1, 1L << 20));
        for (int round = 0; round < 20; round++) {
            send("q", AddressKind.QUEUE, aMessage().withBody("m" + round).build());
        }
        org.awaitility.Awaitility.await().until(() -> broker.admin().stats().checkpoints() > 0);

        restart();

        Sink sink = new Sink();
        receive("q", null, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, sink).credit(100, false);
        for (int round = 0; round < 20; round++) {
            assertEquals("m" + round, sink.next().body());
        }
    }

    @Test
    void fullDiskHoldsProducersOnlyUntilThereIsRoom() throws InterruptedException {
        send("q", AddressKind.QUEUE, aMessage().withBody("before").build());
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        ProducerListener listener = new ProducerListener() {
            @Override
            public void published(long token, Rejection rejection) {
                events.add(rejection == null ? "kept " + token : rejection.code() + " " + token);
            }

            @Override
            public void blocked(Rejection reason) {
                events.add("blocked");
            }

            @Override
            public void unblocked() {
                events.add("unblocked");
            }

            @Override
            public void closed(Rejection reason) {
                events.add("closed");
            }
        };
        Producer producer = get(reply -> broker.openProducer(
                new ProducerRequest(AddressKey.of("q"), AddressKind.QUEUE, "c1", "container", "user"),
                listener,
                reply));

        disk.setUsableBytes(999);
        space.check(0);
        assertEquals("blocked", events.poll(5, TimeUnit.SECONDS));
        producer.publish(aMessage().withBody("refused").build(), 1);
        assertEquals("RESOURCE_LIMIT 1", events.poll(5, TimeUnit.SECONDS));
        Sink sink = new Sink();
        Consumer consumer = receive("q", null, SubscriptionRequest.VOLATILE, Mode.ACKNOWLEDGE, sink);
        consumer.credit(10, false);
        Delivered delivered = sink.next();
        consumer.settle(delivered.id(), Outcome.ACCEPTED, true);
        assertEquals("settled " + delivered.id(), sink.events.poll(5, TimeUnit.SECONDS));

        disk.setUsableBytes(2000);
        space.check(TimeUnit.SECONDS.toNanos(1));
        assertEquals("unblocked", events.poll(5, TimeUnit.SECONDS));
        producer.publish(aMessage().withBody("after").build(), 2);
        assertEquals("kept 2", events.poll(5, TimeUnit.SECONDS));
        assertEquals("after", sink.next().body());
    }
}
