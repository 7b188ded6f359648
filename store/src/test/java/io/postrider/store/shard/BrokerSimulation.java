// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyTable;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
import io.postrider.api.kit.MessageBuilder;
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
import io.postrider.store.body.BodyIndex;
import io.postrider.store.codec.CommandCodec;
import io.postrider.store.io.DiskSpace;
import io.postrider.store.kit.FaultyFiles;
import io.postrider.store.kit.ManualLoop;
import io.postrider.store.kit.MemoryCheckpoints;
import io.postrider.store.kit.MemoryLog;
import io.postrider.store.machine.Effects;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.machine.ShardState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One seeded run of a whole broker on one thread, with a log that commits when the run says so: producers, consumers, all
 * outcomes, delays, checkpoints and crashes in random order. What was promised is written down on the way and
 * checked at each step and at the end.
 */
final class BrokerSimulation {
    private static final int ATTEMPTS_MAX = 10;
    private static final List<String> QUEUES = List.of("q0", "q1");
    private static final String TOPIC = "t";
    private static final List<String> SUBSCRIPTIONS = List.of("s0", "s1");

    private final Random random;
    private final BrokerSettings settings;
    private final MemoryLog log = new MemoryLog();
    private final MemoryCheckpoints checkpoints = new MemoryCheckpoints();
    private final List<Receiver> receivers = new ArrayList<>();
    private final Map<String, Producer> producers = new TreeMap<>();
    private ManualLoop loop = new ManualLoop(1_000_000);
    private LocalBroker broker;
    private int life;
    private int nextBody;

    // What was promised: outlets are queues and subscriptions, "outlet/body" a message at one.
    private final Map<String, String> addressOf = new HashMap<>();
    private final Set<String> confirmed = new HashSet<>();
    private final Set<String> accepted = new HashSet<>();
    private final Set<String> consumedForGood = new HashSet<>();
    private final Map<String, Receiver> holders = new HashMap<>();

    BrokerSimulation(long seed) {
        random = new Random(seed);
        // Every other run has hardly any memory: nothing stays there that can be read again.
        settings = random.nextBoolean()
                ? BrokerSettings.DEFAULT
                : new BrokerSettings(1 + random.nextInt(64), 256L << 20, 64L << 20, 64L << 20);
    }

    private static final class Violation extends AssertionError {
        private static final long serialVersionUID = 1L;

        Violation(String text) {
            super(text);
        }
    }

    private static void check(boolean holds, String text) {
        if (!holds) {
            throw new Violation(text);
        }
    }

    /** A consumer of the run. */
    private final class Receiver implements DeliverySink {
        final String outlet;
        final int bornIn = life;
        final Map<Long, String> held = new TreeMap<>();
        final Map<Long, String> confirming = new HashMap<>();
        final Set<Long> acceptances = new HashSet<>();
        Consumer consumer;
        long limit;
        long count;
        boolean isGone;

        Receiver(String outlet) {
            this.outlet = outlet;
        }

        @Override
        public void deliver(long deliveryId, Message message, int deliveryCount) {
            check(bornIn == life && !isGone, "NothingForTheDead: " + outlet);
            String body = new String(message.encoded(), StandardCharsets.UTF_8);
            String key = outlet + "/" + body;
            count++;
            check(count <= limit, "CreditNeverExceeded: " + count + " > " + limit + " at " + outlet);
            // A topic message may die once for each subscription, so the dead-letter queue may hold it twice.
            check(holders.put(key, this) == null || outlet.equals("DLQ"), "NeverWithTwoConsumers: " + key);
            check(!consumedForGood.contains(key), "ConsumedNeverComesBack: " + key);
            check(deliveryCount <= ATTEMPTS_MAX, "AttemptsNeverExceedTheLimit: " + key + " " + deliveryCount);
            held.put(deliveryId, body);
        }

        @Override
        public void drained() {
            limit = count;
        }

        @Override
        public void settled(long deliveryId) {
            String key = confirming.remove(deliveryId);
            check(key != null, "EveryConfirmationWasAskedFor: " + deliveryId + " at " + outlet);
            if (acceptances.remove(deliveryId)) {
                consumedForGood.add(key);
            }
        }

        @Override
        public void closed(Rejection reason) {
            throw (Violation) new Violation("Unexpected end of a consumer: " + reason).initCause(broker.failure());
        }

        void settle(long deliveryId, Outcome outcome, boolean confirm) {
            String key = outlet + "/" + held.remove(deliveryId);
            holders.remove(key);
            if (outcome instanceof Outcome.Accepted) {
                accepted.add(key);
            }
            if (confirm) {
                confirming.put(deliveryId, key);
                if (outcome instanceof Outcome.Accepted) {
                    acceptances.add(deliveryId);
                }
            }
            consumer.settle(deliveryId, outcome, confirm);
        }

        void close(Consumer.Close how) {
            isGone = true;
            held.values().forEach(body -> holders.remove(outlet + "/" + body));
            consumer.close(how);
        }
    }

    private <T> Reply<T> expect(java.util.function.Consumer<T> then) {
        int bornIn = life;
        return new Reply<>() {
            @Override
            public void ok(T value) {
                check(bornIn == life, "NoReplyFromAnEarlierLife");
                then.accept(value);
            }

            @Override
            public void rejected(Rejection rejection) {
                throw new Violation("Unexpected refusal: " + rejection);
            }
        };
    }

    void run(int steps) {
        start();
        for (String subscription : SUBSCRIPTIONS) {
            Receiver receiver = open(subscription);
            settleDown();
            receiver.close(Consumer.Close.ORDERLY);
            receivers.remove(receiver);
        }
        settleDown();
        for (int i = 0; i < steps; i++) {
            step();
        }
        finish();
    }

    private void start() {
        loop.setInline(true);
        broker = LocalBroker.open(
                new LocalBroker.Parts(
                        loop,
                        log,
                        checkpoints,
                        BrokerThreads.none(),
                        new DiskSpace(new FaultyFiles(), Path.of("store"), 0),
                        message -> identifier -> null,
                        Projection.NONE,
                        loop::nowMs),
                settings,
                PolicyTable.DEFAULT);
        loop.setInline(false);
    }

    private void step() {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4 -> publish();
            case 5, 6, 7 -> loop.runOne();
            case 8, 9 -> log.commit(1 + random.nextInt(3));
            case 10 -> open(anyOutlet());
            case 11, 12 ->
                withReceiver(receiver -> {
                    receiver.limit = receiver.count + random.nextInt(6);
                    receiver.consumer.credit(receiver.limit, random.nextInt(4) == 0);
                });
            case 13, 14, 15 -> withReceiver(this::settleOne);
            case 16 -> {
                if (random.nextInt(3) == 0) {
                    withReceiver(receiver -> {
                        receivers.remove(receiver);
                        receiver.close(random.nextBoolean() ? Consumer.Close.ORDERLY : Consumer.Close.LOST);
                    });
                }
            }
            case 17 -> loop.advance(random.nextInt(100));
            case 18 -> settleDown();
            default -> {
                if (random.nextInt(3) == 0) {
                    checkpoint();
                } else if (random.nextInt(4) == 0) {
                    crash();
                }
            }
        }
        countsAddUp();
    }

    private String anyOutlet() {
        int pick = random.nextInt(QUEUES.size() + SUBSCRIPTIONS.size());
        return pick < QUEUES.size() ? QUEUES.get(pick) : SUBSCRIPTIONS.get(pick - QUEUES.size());
    }

    private void withReceiver(java.util.function.Consumer<Receiver> action) {
        if (!receivers.isEmpty()) {
            Receiver receiver = receivers.get(random.nextInt(receivers.size()));
            if (receiver.consumer != null) {
                action.accept(receiver);
            }
        }
    }

    private void settleOne(Receiver receiver) {
        if (receiver.held.isEmpty()) {
            return;
        }
        List<Long> ids = new ArrayList<>(receiver.held.keySet());
        long id = ids.get(random.nextInt(ids.size()));
        Outcome outcome = switch (random.nextInt(10)) {
            case 0 -> Outcome.RELEASED;
            case 1, 2 -> Outcome.FAILED;
            case 3 -> new Outcome.Rejected("test:rejected", "no");
            case 4 -> new Outcome.Modified(random.nextBoolean(), true, Outcome.FAILED.merge());
            default -> Outcome.ACCEPTED;
        };
        receiver.settle(id, outcome, random.nextBoolean());
    }

    private void publish() {
        String address = random.nextInt(3) == 0 ? TOPIC : QUEUES.get(random.nextInt(QUEUES.size()));
        Producer producer = producers.get(address);
        if (producer == null) {
            broker.openProducer(
                    new ProducerRequest(
                            AddressKey.of(address),
                            address.equals(TOPIC) ? AddressKind.TOPIC : AddressKind.QUEUE,
                            "c",
                            "container",
                            "user"),
                    new Confirmations(),
                    expect(opened -> producers.put(address, opened)));
            return;
        }
        int number = nextBody++;
        String body = "m" + number;
        addressOf.put(body, address);
        MessageBuilder message = MessageBuilder.aMessage().withBody(body).withPriority(random.nextInt(10));
        if (random.nextInt(5) == 0) {
            message.deliverAt(loop.nowMs() + random.nextInt(200));
        }
        if (random.nextInt(6) == 0) {
            message.nonDurable();
            addressOf.put(body, "soft");
        }
        producer.publish(message.build(), number);
    }

    private final class Confirmations implements ProducerListener {
        private final int bornIn = life;

        @Override
        public void published(long token, Rejection rejection) {
            check(bornIn == life, "NoReplyFromAnEarlierLife");
            if (rejection != null) {
                check(settings != BrokerSettings.DEFAULT, "NothingIsRefused: " + rejection);
                return;
            }
            check(confirmed.add("m" + token), "ConfirmedOnce: m" + token);
        }

        @Override
        public void blocked(Rejection reason) {
            check(settings != BrokerSettings.DEFAULT, "NotHeldWithMemoryLeft: " + reason);
        }

        @Override
        public void unblocked() {
            check(settings != BrokerSettings.DEFAULT, "NotHeldWithMemoryLeft");
        }

        @Override
        public void closed(Rejection reason) {
            throw (Violation) new Violation("Unexpected end of a producer: " + reason).initCause(broker.failure());
        }
    }

    private Receiver open(String outlet) {
        boolean isQueue = !SUBSCRIPTIONS.contains(outlet);
        Receiver receiver = new Receiver(outlet);
        broker.openConsumer(
                new ConsumerRequest(
                        AddressKey.of(isQueue ? outlet : TOPIC),
                        isQueue ? AddressKind.QUEUE : AddressKind.TOPIC,
                        isQueue
                                ? SubscriptionRequest.VOLATILE
                                : new SubscriptionRequest(Durability.DURABLE, true, "container", outlet),
                        null,
                        false,
                        Mode.ACKNOWLEDGE,
                        random.nextBoolean() ? Outcome.FAILED : Outcome.RELEASED,
                        "c",
                        "container",
                        "user"),
                receiver,
                expect(opened -> receiver.consumer = opened));
        receivers.add(receiver);
        return receiver;
    }

    /** Everything proposed becomes durable and everything that follows from it happens. */
    private void settleDown() {
        loop.runAll();
        while (log.pending() > 0) {
            log.commit(Integer.MAX_VALUE / 2);
            loop.runAll();
        }
    }

    private void checkpoint() {
        log.setCheckpointDue(true);
        broker.connectionClosed("nobody");
        settleDown();
        publish();
        settleDown();
        log.setCheckpointDue(false);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (broker.isCheckpointBegun()) {
            check(System.nanoTime() < deadlineNs, "CheckpointsEnd");
            loop.runAll();
            Thread.onSpinWait();
        }
    }

    private void crash() {
        life++;
        log.crash(random.nextInt(3));
        receivers.clear();
        producers.clear();
        holders.clear();
        loop = new ManualLoop(loop.nowMs());
        start();
    }

    private void countsAddUp() {
        broker.admin().queues(expect(all -> {
            for (QueueInfo info : all) {
                check(
                        info.depth() == info.ready() + info.delayed() + info.unsettled()
                                && info.ready() >= 0
                                && info.delayed() >= 0
                                && info.unsettled() >= 0
                                && info.bytes() >= 0,
                        "CountsAddUp: " + info);
            }
        }));
    }

    /** Consumes what is left and looks whether anything is missing, then compares the live state with its replays. */
    private void finish() {
        for (Receiver receiver : List.copyOf(receivers)) {
            if (receiver.consumer == null) {
                settleDown();
            }
            receiver.close(Consumer.Close.ORDERLY);
        }
        receivers.clear();
        settleDown();
        String live = StateText.of(broker.state());
        String replayed = StateText.of(replayed());
        check(live.equals(replayed), "ReplayEqualsLive: " + StateText.difference(live, replayed));
        String recovered = StateText.of(recovered());
        check(live.equals(recovered), "CheckpointAndReplayEqualLive: " + StateText.difference(live, recovered));

        loop.advance(1000);
        settleDown();
        Set<String> found = new HashSet<>();
        List<String> outlets = new ArrayList<>(QUEUES);
        outlets.addAll(SUBSCRIPTIONS);
        outlets.add("DLQ");
        for (String outlet : outlets) {
            Receiver receiver = open(outlet);
            settleDown();
            receiver.limit = Long.MAX_VALUE / 2;
            receiver.consumer.credit(receiver.limit, false);
            settleDown();
            for (long id : List.copyOf(receiver.held.keySet())) {
                found.add(outlet + "/" + receiver.held.get(id));
                receiver.settle(id, Outcome.ACCEPTED, false);
            }
            settleDown();
        }
        for (String body : confirmed) {
            String address = addressOf.get(body);
            if (address.equals("soft")) {
                continue;
            }
            for (String outlet : address.equals(TOPIC) ? SUBSCRIPTIONS : List.of(address)) {
                String key = outlet + "/" + body;
                check(accepted.contains(key) || found.contains("DLQ/" + body), "NoMessageLost: " + key);
            }
        }
        check(
                broker.budget().bytes() == 0,
                "MemoryReturnsToZero: " + broker.budget().bytes());
        loop.setInline(true);
        broker.close();
    }

    private ShardState replayed() {
        ShardMachine machine = new ShardMachine(new ShardState(), message -> identifier -> null);
        log.replay(0, (index, bytes) -> {
            CommandCodec.decode(
                    bytes, (timeMs, command, bodyAt, bodyBytes) -> machine.apply(timeMs, command, Effects.NONE));
        });
        return machine.state();
    }

    private ShardState recovered() {
        ShardMachine machine = new ShardMachine(new ShardState(), message -> identifier -> null);
        Recovery.run(machine, new ShardDisk(log, checkpoints, new BodyIndex(), Runnable::run));
        return machine.state();
    }
}
