// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.StartPosition;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.api.port.BodyStore;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Durability;
import io.postrider.api.port.ConsumerRequest.SubscriptionRequest;
import io.postrider.api.port.DeliverySink;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import io.postrider.api.port.ProducerRequest;
import io.postrider.api.port.Reply;
import io.postrider.api.port.RewindRequest;
import io.postrider.store.checkpoint.FileCheckpoints;
import io.postrider.store.io.Damage;
import io.postrider.store.io.DiskSpace;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.kit.ManualLoop;
import io.postrider.store.kit.SimulatedDisk;
import io.postrider.store.kit.TestPolicies;
import io.postrider.store.log.LocalShardLog;
import io.postrider.store.segment.SegmentSettings;
import io.postrider.store.shard.DiskPromises.Copy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One life of a broker on a simulated disk: the real journal with its threads, real checkpoints, and a loop that the test's thread runs. A queue
 * {@code q}, and a topic {@code t} with the subscriptions {@code a} and {@code b}.
 */
final class DiskBroker {
    static final Set<String> QUEUE = Set.of("q");
    static final Set<String> SUBSCRIPTIONS = Set.of("a", "b");

    private static final List<PolicyRule> POLICIES = TestPolicies.everywhere(TestPolicies.values(0, "", "", 0));
    private static final List<PolicyRule> RETAINING =
            TestPolicies.everywhere(TestPolicies.values(0, "", "", 0).with(PolicyKey.RETENTION_COUNT, "1000000"));
    private static final SegmentSettings SEGMENTS = new SegmentSettings(4096, 1024, 4, 16384, 8192, 65536, 512, 4);
    private static final long PATIENCE_SECONDS = 30;

    final Map<String, Receiver> receivers = new TreeMap<>();
    private final DiskPromises promises;
    private final ManualLoop loop;
    private final LocalShardLog log;
    private final FileCheckpoints checkpoints;
    private final LocalBroker broker;
    private final Map<String, Producer> producers = new HashMap<>();
    private int waiting;
    private boolean isOver;

    private DiskBroker(SimulatedDisk disk, DiskPromises promises, long messageBytesMax, long nowMs) {
        this.promises = promises;
        loop = new ManualLoop(nowMs);
        loop.setInline(true);
        JournalSettings settings = JournalSettings.DEFAULT
                .withSegmentBytes(16 << 10)
                .withBufferBytes(1024, 64 << 10)
                .withIdleMarkerMs(1);
        checkpoints = FileCheckpoints.open(disk, Path.of("/store/checkpoints"), 0, SEGMENTS);
        log = LocalShardLog.open(disk, Path.of("/store/journal"), settings);
        broker = LocalBroker.open(
                new LocalBroker.Parts(
                        loop,
                        log,
                        checkpoints,
                        BrokerThreads.none(),
                        new DiskSpace(disk, Path.of("/store"), 0),
                        message -> identifier -> null,
                        Projection.NONE,
                        loop::nowMs),
                new BrokerSettings(messageBytesMax, 48 << 10, 16 << 10, 1 << 20),
                promises.isRetaining() ? RETAINING : POLICIES);
        loop.setInline(false);
    }

    static DiskBroker open(SimulatedDisk disk, DiskPromises promises, long messageBytesMax, long nowMs) {
        return new DiskBroker(disk, promises, messageBytesMax, nowMs);
    }

    /** Opens what is used; false if the disk failed meanwhile. */
    boolean prepare() {
        openProducer("q", AddressKind.QUEUE);
        openProducer("t", AddressKind.TOPIC);
        if (!await(() -> producers.size() == 2)) {
            return false;
        }
        for (String outlet : new String[] {"q", "a", "b"}) {
            openReceiver(outlet);
        }
        return await(() -> receivers.size() == 3);
    }

    private void openProducer(String address, AddressKind kind) {
        broker.openProducer(
                new ProducerRequest(AddressKey.of(address), kind, "c", "container", "user"),
                new Confirmations(),
                ok(producer -> producers.put(address, producer)));
    }

    private final class Confirmations implements ProducerListener {
        @Override
        public void published(long token, @Nullable Rejection rejection) {
            DiskPromises.check(!isOver, "NothingFromAnEarlierLife", token);
            waiting--;
            if (rejection == null) {
                promises.confirmed((int) token);
            }
        }

        @Override
        public void blocked(Rejection reason) {
            // memory or disk is short: what is sent nevertheless is answered
        }

        @Override
        public void unblocked() {
            // and goes on
        }

        @Override
        public void closed(Rejection reason) {
            DiskPromises.check(broker.failure() != null, "NoProducerEndsUnasked", reason);
        }
    }

    private <T> Reply<T> ok(java.util.function.Consumer<T> then) {
        return new Reply<>() {
            @Override
            public void ok(T value) {
                then.accept(value);
            }

            @Override
            public void rejected(Rejection rejection) {
                DiskPromises.check(!damages().isEmpty(), "NothingIsRefused", rejection);
            }
        };
    }

    void publish(int number, boolean toTopic, boolean isLarge) {
        promises.sent(number, toTopic ? SUBSCRIPTIONS : QUEUE);
        LargeBody body = isLarge ? upload(number) : null;
        waiting++;
        producer(toTopic ? "t" : "q")
                .publish(
                        new Message(
                                promises.body(number),
                                0,
                                true,
                                number % 7 == 0 ? number % 10 : Message.PRIORITY_DEFAULT,
                                Message.NEVER,
                                Message.NEVER,
                                Annotations.NONE,
                                body),
                        number);
    }

    private Producer producer(String address) {
        Producer producer = producers.get(address);
        if (producer == null) {
            throw new IllegalStateException("Expected a producer for " + address);
        }
        return producer;
    }

    private LargeBody upload(int number) {
        BodyStore.Upload upload = broker.bodies().begin(new BodyStore.UploadListener() {
            @Override
            public void stored(long bytes) {
                DiskPromises.check(bytes > 0, "ChunksHaveBytes", bytes);
            }

            @Override
            public void failed(Rejection reason) {
                DiskPromises.check(false, "UploadsDoNotFail", reason);
            }
        });
        for (int chunk = 0; chunk <= number % 3; chunk++) {
            upload.add(promises.chunk(number, chunk));
        }
        return upload.end();
    }

    /** A consumer of one outlet. */
    final class Receiver implements DeliverySink {
        final String outlet;
        final Map<Long, Message> held = new TreeMap<>();
        private final Map<Long, Outcome> confirming = new HashMap<>();
        private final Map<Long, Copy> copies = new HashMap<>();
        private @Nullable Consumer consumer;
        private long count;

        Receiver(String outlet) {
            this.outlet = outlet;
        }

        void allow(long more) {
            consumer().credit(count + more, false);
        }

        private Consumer consumer() {
            if (consumer == null) {
                throw new IllegalStateException("Expected an open consumer of " + outlet);
            }
            return consumer;
        }

        @Override
        public void deliver(long deliveryId, Message message, int deliveryCount) {
            DiskPromises.check(!isOver, "NothingFromAnEarlierLife", outlet);
            count++;
            Copy copy = new Copy(outlet, DiskPromises.numberOf(message.encoded()));
            promises.delivered(copy, message.encoded(), deliveryCount);
            held.put(deliveryId, message);
            copies.put(deliveryId, copy);
        }

        Copy copy(long deliveryId) {
            return java.util.Objects.requireNonNull(copies.get(deliveryId));
        }

        void settle(long deliveryId, Outcome outcome) {
            held.remove(deliveryId);
            promises.settling(copy(deliveryId), outcome instanceof Outcome.Accepted);
            confirming.put(deliveryId, outcome);
            waiting++;
            consumer().settle(deliveryId, outcome, true);
        }

        @Override
        public void settled(long deliveryId) {
            DiskPromises.check(!isOver, "NothingFromAnEarlierLife", outlet);
            waiting--;
            Outcome outcome = confirming.remove(deliveryId);
            promises.settled(copy(deliveryId), outcome instanceof Outcome.Accepted, Outcome.FAILED.equals(outcome));
        }

        /** Reads the end of a large message and compares it. */
        void readBack(Message message) {
            LargeBody body = message.body();
            int number = DiskPromises.numberOf(message.encoded());
            for (int chunk = 0; body != null && chunk < body.chunks(); chunk++) {
                byte[] expected = promises.chunk(number, chunk);
                waiting++;
                broker.bodies().read(body, chunk, ok(found -> {
                    waiting--;
                    DiskPromises.check(Arrays.equals(expected, found), "BodiesAreAsTheyWereSent", number);
                }));
            }
        }

        @Override
        public void drained() {
            DiskPromises.check(false, "NoDrainWasAskedFor", outlet);
        }

        @Override
        public void closed(Rejection reason) {
            DiskPromises.check(broker.failure() != null, "NoConsumerEndsUnasked", reason);
        }
    }

    private void openReceiver(String outlet) {
        boolean isQueue = outlet.equals("q");
        Receiver receiver = new Receiver(outlet);
        broker.openConsumer(
                new ConsumerRequest(
                        AddressKey.of(isQueue ? "q" : "t"),
                        isQueue ? AddressKind.QUEUE : AddressKind.TOPIC,
                        isQueue
                                ? SubscriptionRequest.VOLATILE
                                : new SubscriptionRequest(Durability.DURABLE, true, "container", outlet),
                        null,
                        false,
                        ConsumerRequest.Mode.ACKNOWLEDGE,
                        Outcome.RELEASED,
                        "c",
                        "container",
                        "user"),
                receiver,
                ok(opened -> {
                    receiver.consumer = opened;
                    receivers.put(outlet, receiver);
                }));
    }

    /** Lets all outlets read everything again; false if the store failed. */
    boolean rewind() {
        int[] answered = {0};
        for (String outlet : receivers.keySet()) {
            boolean isQueue = outlet.equals("q");
            broker.admin()
                    .rewind(
                            new RewindRequest(
                                    AddressKey.of(isQueue ? "q" : "t"),
                                    isQueue ? null : "container:" + outlet,
                                    StartPosition.EARLIEST,
                                    null,
                                    null,
                                    false,
                                    0),
                            ok(count -> answered[0]++));
        }
        return await(() -> answered[0] == receivers.size());
    }

    /** Messages of an outlet that are not done. */
    long depth(String outlet) {
        long[] depth = {-1};
        broker.admin()
                .queues(ok(all -> all.forEach(info -> {
                    String name = outlet.equals("q") ? info.address().name() : info.subscription();
                    if (name.equals(outlet) || name.endsWith(":" + outlet)) {
                        depth[0] = info.depth();
                    }
                })));
        return depth[0];
    }

    /** Runs what is due; some of it, as time allows. */
    void turn() {
        loop.runAll();
    }

    void passTime(long ms) {
        loop.advance(ms);
    }

    long nowMs() {
        return loop.nowMs();
    }

    @Nullable
    Throwable failure() {
        Throwable failure = broker.failure();
        return failure == null && !damages().isEmpty()
                ? new IllegalStateException(damages().toString())
                : failure;
    }

    List<Damage> damages() {
        return checkpoints.damages();
    }

    /** Waits until everything asked for is answered; false if the store failed. */
    boolean settleDown() {
        return await(() -> waiting == 0);
    }

    /** Runs the loop until something holds; false if the store failed. */
    boolean await(BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        loop.runAll();
        while (!condition.getAsBoolean()) {
            if (failure() != null) {
                return false;
            }
            DiskPromises.check(System.nanoTime() < deadlineNs, "EverythingIsAnswered", waiting + " left");
            LockSupport.parkNanos(20_000);
            loop.runAll();
        }
        return failure() == null;
    }

    /** The life ends; nothing is heard of it any more. The disk is dead, or the store is closed properly. */
    void end(boolean properly) {
        if (properly) {
            loop.setInline(true);
            broker.close();
        }
        isOver = true;
        if (!properly) {
            log.close();
            checkpoints.close();
        }
    }
}
