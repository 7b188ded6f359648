// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static io.postrider.api.kit.MessageBuilder.aMessage;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyBook;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
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
import io.postrider.api.port.Reply;
import io.postrider.store.checkpoint.FileCheckpoints;
import io.postrider.store.io.DiskSpace;
import io.postrider.store.io.RealFiles;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.log.LocalShardLog;
import io.postrider.store.segment.SegmentSettings;
import io.postrider.store.tools.StoreLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A broker in a data directory, for tests of what it leaves there: sends and takes in one call each. One test's thread. */
public final class BrokerOnFiles implements AutoCloseable {
    private static final int WAIT_SECONDS = 20;

    private final ThreadLoop loop = new ThreadLoop();
    private final LocalShardLog log;
    private final FileCheckpoints checkpoints;
    private final LocalBroker broker;

    /** Small files, so that a store is small, and a checkpoint as soon as there is a reason. */
    public static final JournalSettings JOURNAL = JournalSettings.DEFAULT.withSegmentBytes(16 * 1024);

    public static final SegmentSettings SEGMENTS =
            new SegmentSettings(4_000, 1_000, 8, 32_000, 64_000, 64_000, 1_000, 8);

    /** One that takes checkpoints only when the journal has grown by so many bytes. */
    public BrokerOnFiles(Path directory, long checkpointBytes) {
        StoreLayout layout = StoreLayout.of(directory);
        log = LocalShardLog.open(new RealFiles(), layout.journal(), JOURNAL);
        checkpoints = FileCheckpoints.open(new RealFiles(), layout.checkpoints(), 0, SEGMENTS);
        broker = LocalBroker.open(
                new LocalBroker.Parts(
                        loop,
                        log,
                        checkpoints,
                        BrokerThreads.start(),
                        new DiskSpace(new RealFiles(), directory, 0),
                        message -> identifier -> null,
                        Projection.NONE,
                        System::currentTimeMillis),
                new BrokerSettings(1 << 20, checkpointBytes, checkpointBytes, 1 << 20),
                PolicyBook.NO_RULES);
    }

    public LocalBroker broker() {
        return broker;
    }

    public LocalShardLog log() {
        return log;
    }

    public FileCheckpoints checkpoints() {
        return checkpoints;
    }

    public static <T> T get(java.util.function.Consumer<Reply<T>> call) {
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
        return future.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Sends texts to an address and returns when all are confirmed. */
    public void send(String address, AddressKind kind, String... bodies) {
        List<Message> messages = new ArrayList<>();
        for (String body : bodies) {
            messages.add(aMessage().withBody(body).build());
        }
        send(address, kind, messages);
    }

    public void send(String address, AddressKind kind, List<Message> messages) {
        BlockingQueue<String> confirmed = new LinkedBlockingQueue<>();
        Producer producer = get(reply -> broker.openProducer(
                new ProducerRequest(AddressKey.of(address), kind, "c1", "container", "user"),
                new ProducerListener() {
                    @Override
                    public void published(long token, Rejection rejection) {
                        confirmed.add(rejection == null ? "" : rejection.toString());
                    }

                    @Override
                    public void blocked(Rejection reason) {}

                    @Override
                    public void unblocked() {}

                    @Override
                    public void closed(Rejection reason) {}
                },
                reply));
        for (int i = 0; i < messages.size(); i++) {
            producer.publish(messages.get(i), i);
        }
        for (int i = 0; i < messages.size(); i++) {
            String refusal = poll(confirmed, "a confirmation");
            if (!refusal.isEmpty()) {
                throw new IllegalStateException(refusal);
            }
        }
        producer.close();
    }

    /** Makes a durable subscription of a topic. */
    public void subscribe(String topic, String name) {
        receive(
                        topic,
                        AddressKind.TOPIC,
                        new SubscriptionRequest(Durability.DURABLE, false, "client", name),
                        new Sink())
                .close(Consumer.Close.ORDERLY);
    }

    /** Takes the next messages of a durable subscription of {@link #subscribe}, and accepts them. */
    public List<String> takeSubscription(String topic, String name, int count) {
        Sink sink = new Sink();
        return take(
                receive(
                        topic,
                        AddressKind.TOPIC,
                        new SubscriptionRequest(Durability.DURABLE, false, "client", name),
                        sink),
                sink,
                count);
    }

    /** Whether a consumer of a queue that asks for a message and drains is told in time that there is none. */
    public boolean drains(String queue) {
        Sink sink = new Sink();
        Consumer consumer = receive(queue, AddressKind.QUEUE, SubscriptionRequest.VOLATILE, sink);
        consumer.credit(1, true);
        poll(sink.drained, "an answer to the drain");
        boolean isEmpty = sink.deliveries.isEmpty();
        consumer.close(Consumer.Close.ORDERLY);
        return isEmpty;
    }

    /** A consumer of a queue that may be sent so many messages and settles none. */
    public Runnable attach(String queue, int credit) {
        Consumer consumer = receive(queue, AddressKind.QUEUE, SubscriptionRequest.VOLATILE, new Sink());
        consumer.credit(credit, false);
        return () -> consumer.close(Consumer.Close.ORDERLY);
    }

    /** Takes the next messages of a queue, accepts them and waits until that is settled. */
    public List<String> take(String queue, int count) {
        Sink sink = new Sink();
        return take(receive(queue, AddressKind.QUEUE, SubscriptionRequest.VOLATILE, sink), sink, count);
    }

    private static List<String> take(Consumer consumer, Sink sink, int count) {
        List<String> bodies = new ArrayList<>();
        consumer.credit(count, false);
        for (int i = 0; i < count; i++) {
            Delivered next = poll(sink.deliveries, "a delivery");
            bodies.add(next.body);
            consumer.settle(next.id, Outcome.ACCEPTED, true);
            poll(sink.settled, "a settlement");
        }
        consumer.close(Consumer.Close.ORDERLY);
        return bodies;
    }

    private Consumer receive(String address, AddressKind kind, SubscriptionRequest subscription, Sink sink) {
        return get(reply -> broker.openConsumer(
                new ConsumerRequest(
                        AddressKey.of(address),
                        kind,
                        subscription,
                        null,
                        false,
                        Mode.ACKNOWLEDGE,
                        Outcome.RELEASED,
                        "c2",
                        "container",
                        "user"),
                sink,
                reply));
    }

    private static <T> T poll(BlockingQueue<T> queue, String what) {
        try {
            T next = queue.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new IllegalStateException("Expected " + what + " within " + WAIT_SECONDS + " s");
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private record Delivered(long id, String body) {}

    private static final class Sink implements DeliverySink {
        private final BlockingQueue<Delivered> deliveries = new LinkedBlockingQueue<>();
        private final BlockingQueue<Long> settled = new LinkedBlockingQueue<>();

        @Override
        public void deliver(long deliveryId, Message message, int deliveryCount) {
            deliveries.add(new Delivered(deliveryId, new String(message.encoded(), StandardCharsets.UTF_8)));
        }

        private final BlockingQueue<Boolean> drained = new LinkedBlockingQueue<>();

        @Override
        public void drained() {
            drained.add(true);
        }

        @Override
        public void settled(long deliveryId) {
            settled.add(deliveryId);
        }

        @Override
        public void closed(Rejection reason) {}
    }

    @Override
    public void close() {
        broker.close();
        loop.close();
    }
}
