// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.LargeBody;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Durability;
import io.postrider.api.port.ConsumerRequest.Mode;
import io.postrider.api.port.ConsumerRequest.SubscriptionRequest;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import io.postrider.api.port.ProducerRequest;
import io.postrider.api.port.QueueInfo;
import io.postrider.api.port.RedriveRequest;
import io.postrider.api.port.Reply;
import io.postrider.store.body.BodyIndex;
import io.postrider.store.codec.CommandReader;
import io.postrider.store.io.DiskSpace;
import io.postrider.store.kit.FaultyFiles;
import io.postrider.store.kit.ManualLoop;
import io.postrider.store.kit.MemoryCheckpoints;
import io.postrider.store.kit.MemoryLog;
import io.postrider.store.kit.TestPolicies;
import io.postrider.store.machine.Effects;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.machine.ShardState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One seeded run of a whole broker on one thread, with a log that commits when the run says so: producers, all kinds of consumers and outcomes,
 * times, large bodies, operators, checkpoints, memory pressure and crashes in random order. {@link SimWorld} writes down what was promised,
 * and {@link SimInvariants} look at each step.
 */
final class BrokerSimulation {
    /** q1 keeps what expires and delays redeliveries, q2 is purged and taken at most once, qd is deleted now and then. */
    private static final List<String> QUEUES = List.of("q0", "q1", "q2", "qd");

    private static final String TOPIC = "t";
    /** s0 and s1 take everything, s2 what is red, s3 nothing of its own container. */
    private static final List<String> SUBSCRIPTIONS = List.of("s0", "s1", "s2", "s3");

    private static final PolicyValues PLAIN = TestPolicies.values(SimWorld.ATTEMPTS_MAX, "DLQ", "", 0);
    private static final PolicyValues KEEPING =
            TestPolicies.values(SimWorld.ATTEMPTS_MAX, "DLQ", "EXP", SimWorld.REDELIVERY_DELAY_MS);
    private static final List<PolicyRule> POLICIES =
            List.of(PolicyRule.configured("#", PLAIN), PolicyRule.configured(SimWorld.DELAYING, KEEPING));
    private static final MessageInspector INSPECTOR = message -> name -> SimMessage.field(message, name);

    private final Random random;
    private final BrokerSettings settings;
    private final boolean isDeep;
    private final MemoryLog log = new MemoryLog();
    private final MemoryCheckpoints checkpoints = new MemoryCheckpoints();
    private final List<SimReceiver> receivers = new ArrayList<>();
    private final Map<String, Producer> producers = new TreeMap<>();
    private final SimWorld world;
    private final SimUploads uploads;
    private final Set<String> deleting = new HashSet<>();
    private ManualLoop loop = new ManualLoop(1_000_000);
    private LocalBroker broker;
    private boolean hasDisposableSubscription;
    private int nextNumber;
    private int nextVolatile;
    private boolean isFinishing;

    BrokerSimulation(long seed) {
        random = new Random(seed);
        // Every other run has hardly any memory: nothing stays there that can be read again.
        settings = switch (random.nextInt(4)) {
            case 0 -> new BrokerSettings(1 + random.nextInt(64), 256L << 20, 64L << 20, 64L << 20);
            case 1 -> new BrokerSettings(64 + random.nextInt(2000), 256L << 20, 64L << 20, 64L << 20);
            default -> BrokerSettings.DEFAULT;
        };
        isDeep = random.nextInt(16) == 0;
        world = new SimWorld(() -> loop.nowMs());
        uploads = new SimUploads(world, random);
        world.setDisposable("qd");
        world.setDisposable("sx");
    }

    private <T> Reply<T> expect(java.util.function.Consumer<T> then) {
        return expect(then, null, () -> {});
    }

    /** @param allowed a refusal that may come; null for none */
    private <T> Reply<T> expect(
            java.util.function.Consumer<T> then, @Nullable Set<ErrorCode> allowed, Runnable refused) {
        int bornIn = world.life();
        return new Reply<>() {
            @Override
            public void ok(T value) {
                world.check(bornIn == world.life(), "NoReplyFromAnEarlierLife", value);
                then.accept(value);
            }

            @Override
            public void rejected(Rejection rejection) {
                world.check(allowed != null && allowed.contains(rejection.code()), "NothingIsRefused", rejection);
                refused.run();
            }
        };
    }

    void run(int steps) {
        start();
        for (String subscription : SUBSCRIPTIONS) {
            SimReceiver receiver = open(subscription, Mode.ACKNOWLEDGE, null);
            settleDown();
            close(receiver, Consumer.Close.ORDERLY);
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
                        INSPECTOR,
                        Projection.NONE,
                        loop::nowMs),
                settings,
                POLICIES);
        loop.setInline(false);
    }

    private void step() {
        switch (random.nextInt(26)) {
            case 0, 1, 2, 3, 4 -> publish();
            case 5, 6, 7 -> loop.runOne();
            case 8, 9 -> log.commit(1 + random.nextInt(3));
            case 10 -> openAny();
            case 11, 12 ->
                withReceiver(receiver -> receiver.credit(receiver.count + random.nextInt(6), random.nextInt(4) == 0));
            case 13, 14, 15, 16 -> withReceiver(this::settleOne);
            case 17 -> loop.advance(random.nextInt(100));
            case 18 -> settleDown();
            case 19 -> uploads.step(broker.bodies());
            case 20 -> readBack();
            case 21 -> burst();
            default -> rarely();
        }
        countsAddUp();
    }

    private void rarely() {
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 ->
                withReceiver(receiver ->
                        close(receiver, random.nextBoolean() ? Consumer.Close.ORDERLY : Consumer.Close.LOST));
            case 4, 5 -> checkpoint();
            case 6 -> crash();
            case 7 -> purge();
            case 8 -> deleteQueue();
            case 9 -> deleteSubscription();
            case 10, 11 -> broker.effects().unloadAll();
            case 12 -> lateSettle();
            case 13 -> redrive();
            case 14 -> returnDeferred();
            default -> {}
        }
    }

    // ---- receiving

    private void openAny() {
        int pick = random.nextInt(20);
        if (pick < 8) {
            String queue = QUEUES.get(random.nextInt(QUEUES.size()));
            Mode mode = switch (random.nextInt(6)) {
                case 0 -> Mode.BROWSE;
                case 1 -> queue.equals("q2") ? Mode.AT_MOST_ONCE : Mode.ACKNOWLEDGE;
                default -> Mode.ACKNOWLEDGE;
            };
            String color = random.nextInt(3) == 0 ? SimMessage.COLORS[random.nextInt(SimMessage.COLORS.length)] : null;
            open(queue, mode, color);
        } else if (pick < 14) {
            open(SUBSCRIPTIONS.get(random.nextInt(SUBSCRIPTIONS.size())), Mode.ACKNOWLEDGE, null);
        } else if (pick < 16) {
            openVolatile();
        } else if (pick < 18) {
            open("sx", Mode.ACKNOWLEDGE, null);
        } else {
            open(pick == 18 ? random.nextBoolean() ? "DLQ" : SimWorld.REDRIVEN : "EXP", Mode.ACKNOWLEDGE, null);
        }
    }

    private SimReceiver open(String outlet, Mode mode, @Nullable String color) {
        boolean isQueue = QUEUES.contains(outlet) || SimWorld.LETTER_BOXES.contains(outlet);
        SubscriptionRequest subscription = isQueue
                ? SubscriptionRequest.VOLATILE
                : new SubscriptionRequest(Durability.DURABLE, true, "container", outlet);
        String selected = outlet.equals("s2") ? "red" : color;
        return open(outlet, mode, selected, isQueue, subscription, outlet.equals("s3"));
    }

    /** An exclusive one, or one that the next may join. */
    private void openVolatile() {
        SimReceiver shared = null;
        for (SimReceiver receiver : receivers) {
            if (receiver.outlet.startsWith("vs") && receiver.consumer != null) {
                shared = receiver;
            }
        }
        boolean isShared = random.nextBoolean();
        String outlet = isShared && shared != null ? shared.outlet : (isShared ? "vs" : "v") + nextVolatile++;
        boolean isRed = !isShared && random.nextInt(3) == 0;
        open(
                outlet,
                Mode.ACKNOWLEDGE,
                isRed ? "red" : null,
                false,
                new SubscriptionRequest(Durability.VOLATILE, isShared, "container", isShared ? "shared" : null),
                false);
    }

    private SimReceiver open(
            String outlet,
            Mode mode,
            @Nullable String color,
            boolean isQueue,
            SubscriptionRequest subscription,
            boolean noLocal) {
        SimReceiver receiver = new SimReceiver(world, outlet, mode, color, random.nextBoolean());
        Set<String> tokens = mode == Mode.ACKNOWLEDGE && !isFinishing && random.nextInt(6) == 0
                ? Set.of("t" + random.nextInt(3), "t3")
                : Set.of();
        receiver.isFetcher = !tokens.isEmpty();
        broker.openConsumer(
                new ConsumerRequest(
                                AddressKey.of(isQueue ? outlet : TOPIC),
                                isQueue ? AddressKind.QUEUE : AddressKind.TOPIC,
                                subscription,
                                color == null ? null : "color = '" + color + "'",
                                noLocal,
                                mode,
                                receiver.failsByDefault ? Outcome.FAILED : Outcome.RELEASED,
                                "c",
                                "container",
                                "user")
                        .withDeferralTokens(tokens)
                        .withPriority(receivers.size() % 3 - 1),
                receiver,
                expect(
                        opened -> {
                            receiver.consumer = opened;
                            receiver.openedStamp = world.stamp();
                            if (outlet.equals("sx") && !deleting.contains("sx")) {
                                hasDisposableSubscription = true;
                            }
                        },
                        world.isDisposable(outlet) ? Set.of(ErrorCode.RESOURCE_DELETED, ErrorCode.NOT_FOUND) : null,
                        () -> receivers.remove(receiver)));
        receivers.add(receiver);
        return receiver;
    }

    private void withReceiver(java.util.function.Consumer<SimReceiver> action) {
        receivers.removeIf(receiver -> receiver.isGone);
        if (!receivers.isEmpty()) {
            SimReceiver receiver = receivers.get(random.nextInt(receivers.size()));
            if (receiver.consumer != null) {
                action.accept(receiver);
            }
        }
    }

    private void close(SimReceiver receiver, Consumer.Close how) {
        receivers.remove(receiver);
        if (receiver.mode == Mode.AT_MOST_ONCE) {
            world.lostAtMostOnce(receiver.outlet);
        }
        receiver.close(how);
    }

    private void settleOne(SimReceiver receiver) {
        if (!receiver.held.isEmpty()) {
            List<Long> ids = new ArrayList<>(receiver.held.keySet());
            long id = ids.get(random.nextInt(ids.size()));
            boolean isLetter = SimWorld.LETTER_BOXES.contains(receiver.outlet);
            receiver.settle(
                    id, isLetter && random.nextBoolean() ? Outcome.ACCEPTED : outcome(isLetter), random.nextBoolean());
        }
    }

    private Outcome outcome(boolean isLetter) {
        if (isLetter) {
            return Outcome.RELEASED;
        }
        return switch (random.nextInt(14)) {
            case 13 ->
                new Outcome.Modified(
                        random.nextBoolean(),
                        false,
                        Annotations.of(Map.of(
                                AnnotationKeys.DEFER, true, AnnotationKeys.DEFERRAL_TOKEN, "t" + random.nextInt(3))));
            case 12 ->
                new Outcome.Modified(
                        random.nextBoolean(),
                        false,
                        Annotations.of(Map.of(AnnotationKeys.DELIVERY_DELAY, random.nextInt(200))));
            case 0, 1 -> Outcome.RELEASED;
            case 2, 3 -> Outcome.FAILED;
            case 4 -> new Outcome.Rejected("test:rejected", "no");
            case 5 -> new Outcome.Modified(random.nextBoolean(), true, Annotations.NONE);
            case 6 ->
                new Outcome.Modified(
                        random.nextBoolean(),
                        random.nextInt(4) == 0,
                        Annotations.of(Map.of("x-opt-sim-" + random.nextInt(3), random.nextInt(1000))));
            default -> Outcome.ACCEPTED;
        };
    }

    /** A receiver that was told that it is closed had something on its way. */
    private void lateSettle() {
        SimReceiver receiver = world.takeEnded();
        if (receiver != null && receiver.consumer != null) {
            for (long id : List.copyOf(receiver.held.keySet())) {
                receiver.settle(id, outcome(false), true);
            }
            receiver.consumer.close(Consumer.Close.ORDERLY);
        }
    }

    private void readBack() {
        for (SimReceiver receiver : receivers) {
            if (!receiver.outlet.startsWith("v")) {
                receiver.held.values().forEach(copy -> uploads.readBack(broker.bodies(), receiver, copy));
            }
        }
    }

    // ---- sending

    private void burst() {
        int most = isDeep ? 400 : 10;
        for (int i = random.nextInt(most); i > 0; i--) {
            publish();
        }
    }

    private void publish() {
        String address = random.nextInt(3) == 0 ? TOPIC : QUEUES.get(random.nextInt(QUEUES.size()));
        int number = nextNumber++;
        LargeBody body = null;
        if (random.nextInt(6) == 0) {
            body = uploads.take(number);
        }
        SimMessage message = new SimMessage(number, address, random, loop.nowMs(), world.stamp(), world.life(), body);
        Producer producer = producers.get(address + message.container);
        if (producer == null) {
            uploads.refused(number);
            openProducer(address, message.container);
            return;
        }
        world.sent(message, outlets(message));
        producer.publish(message.encoded(), number);
    }

    private List<String> outlets(SimMessage message) {
        if (!message.address.equals(TOPIC)) {
            return List.of(message.address);
        }
        List<String> outlets = new ArrayList<>(List.of("s0", "s1"));
        if (message.color.equals("red")) {
            outlets.add("s2");
        }
        if (!message.container.equals("container")) {
            outlets.add("s3");
        }
        if (hasDisposableSubscription && !deleting.contains("sx")) {
            outlets.add("sx");
        }
        for (SimReceiver receiver : receivers) {
            if (receiver.outlet.startsWith("v")
                    && receiver.consumer != null
                    && receiver.wants(message)
                    && !outlets.contains(receiver.outlet)) {
                outlets.add(receiver.outlet);
            }
        }
        return outlets;
    }

    private void openProducer(String address, String container) {
        broker.openProducer(
                new ProducerRequest(
                        AddressKey.of(address),
                        address.equals(TOPIC) ? AddressKind.TOPIC : AddressKind.QUEUE,
                        "c",
                        container,
                        "user"),
                new Confirmations(address + container, world.isDisposable(address)),
                expect(
                        opened -> producers.put(address + container, opened),
                        world.isDisposable(address) ? Set.of(ErrorCode.RESOURCE_DELETED) : null,
                        () -> {}));
    }

    private final class Confirmations implements ProducerListener {
        private final String producer;
        private final boolean isDisposable;
        private final int bornIn = world.life();

        Confirmations(String producer, boolean isDisposable) {
            this.producer = producer;
            this.isDisposable = isDisposable;
        }

        @Override
        public void published(long token, Rejection rejection) {
            world.check(bornIn == world.life(), "NoReplyFromAnEarlierLife", "m" + token);
            if (rejection == null) {
                world.confirmed((int) token);
                return;
            }
            world.check(settings != BrokerSettings.DEFAULT || isDisposable, "NothingIsRefused", rejection);
            world.refused((int) token);
            uploads.refused((int) token);
        }

        @Override
        public void blocked(Rejection reason) {
            world.check(settings != BrokerSettings.DEFAULT, "NotHeldWithMemoryLeft", reason);
        }

        @Override
        public void unblocked() {
            world.check(settings != BrokerSettings.DEFAULT, "NotHeldWithMemoryLeft", "");
        }

        @Override
        public void closed(Rejection reason) {
            world.check(isDisposable, "NoProducerEndsUnasked", reason);
            producers.remove(producer);
        }
    }

    // ---- operating

    private void purge() {
        List<SimCopy> surely = world.removing("q2", false);
        broker.admin()
                .purge(
                        AddressKey.of("q2"),
                        expect(count -> world.removed(surely), Set.of(ErrorCode.NOT_FOUND), () -> {}));
    }

    private void deleteQueue() {
        if (deleting.add("qd")) {
            List<SimCopy> surely = world.removing("qd", true);
            broker.admin()
                    .deleteAddress(
                            AddressKey.of("qd"),
                            expect(
                                    done -> {
                                        deleting.remove("qd");
                                        world.removed(surely);
                                        world.removing("qd", true);
                                    },
                                    Set.of(ErrorCode.NOT_FOUND),
                                    () -> deleting.remove("qd")));
        }
    }

    private void deleteSubscription() {
        if (deleting.add("sx")) {
            hasDisposableSubscription = false;
            List<SimCopy> surely = world.removing("sx", true);
            broker.deleteSubscription(
                    new SubscriptionKey("", "container", "sx"),
                    expect(
                            done -> {
                                deleting.remove("sx");
                                world.removed(surely);
                            },
                            Set.of(ErrorCode.NOT_FOUND, ErrorCode.RESOURCE_LOCKED),
                            () -> deleting.remove("sx")));
        }
    }

    private void returnDeferred() {
        world.returning();
        broker.admin()
                .queues(expect(all -> all.forEach(info -> broker.admin()
                        .returnDeferred(
                                info.address(),
                                info.subscription(),
                                expect(count -> {}, Set.of(ErrorCode.NOT_FOUND), () -> {})))));
    }

    private void redrive() {
        broker.admin()
                .letters()
                .redrive(
                        new RedriveRequest(
                                AddressKey.of("DLQ"),
                                null,
                                random.nextBoolean() ? null : "color = 'red'",
                                AddressKey.of(SimWorld.REDRIVEN),
                                random.nextInt(3) == 0 ? 50 : 0,
                                0,
                                random.nextInt(4) == 0),
                        expect(begun -> {}, Set.of(ErrorCode.NOT_FOUND), () -> {}));
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
            world.check(System.nanoTime() < deadlineNs, "CheckpointsEnd", "");
            loop.runAll();
            Thread.onSpinWait();
        }
    }

    private void crash() {
        for (SimReceiver receiver : receivers) {
            if (receiver.mode == Mode.AT_MOST_ONCE) {
                world.lostAtMostOnce(receiver.outlet);
            }
        }
        world.crashed();
        uploads.crashed();
        log.crash(random.nextInt(3));
        receivers.clear();
        producers.clear();
        if (deleting.contains("sx")) {
            hasDisposableSubscription = false;
        }
        deleting.clear();
        loop = new ManualLoop(loop.nowMs());
        start();
    }

    private void countsAddUp() {
        broker.admin().queues(expect(all -> {
            for (QueueInfo info : all) {
                world.check(
                        info.depth() == info.ready() + info.delayed() + info.unsettled() + info.deferred()
                                && info.deferred() >= 0
                                && info.ready() >= 0
                                && info.delayed() >= 0
                                && info.unsettled() >= 0
                                && info.bytes() >= 0,
                        "CountsAddUp",
                        info);
            }
        }));
        world.check(
                broker.budget().bytes() >= 0,
                "MemoryIsNeverNegative",
                broker.budget().bytes());
        Throwable failure = broker.failure();
        if (failure != null) {
            throw new AssertionError("TheShardGoesOn: " + failure, failure);
        }
    }

    // ---- the end

    /** Compares the live state with its replays, consumes what is left and looks whether anything is missing or stays behind. */
    private void finish() {
        isFinishing = true;
        uploads.abandonAll();
        settleDown();
        for (SimReceiver receiver : List.copyOf(receivers)) {
            if (receiver.consumer != null && !receiver.isGone) {
                close(receiver, Consumer.Close.ORDERLY);
            }
        }
        receivers.clear();
        settleDown();
        compareStates();
        returnDeferred();
        settleDown();
        loop.advance(10_000);
        settleDown();
        List<String> outlets = new ArrayList<>(QUEUES);
        outlets.addAll(SUBSCRIPTIONS);
        outlets.addAll(List.of("sx", "DLQ", "EXP", SimWorld.REDRIVEN));
        outlets.forEach(this::consumeAll);
        world.invariants().forEach(SimInvariant::ended);
        nothingStaysBehind();
        loop.setInline(true);
        broker.close();
    }

    private void compareStates() {
        String live = StateText.of(broker.state());
        String replayed = StateText.of(replayed());
        world.check(live.equals(replayed), "ReplayEqualsLive", StateText.difference(live, replayed));
        String recovered = StateText.of(recovered());
        world.check(live.equals(recovered), "CheckpointAndReplayEqualLive", StateText.difference(live, recovered));
    }

    private void consumeAll(String outlet) {
        SimReceiver receiver = open(outlet, Mode.ACKNOWLEDGE, null);
        settleDown();
        receiver.credit(Long.MAX_VALUE / 2, false);
        do {
            settleDown();
            for (long id : List.copyOf(receiver.held.keySet())) {
                uploads.readBack(broker.bodies(), receiver, receiver.held.get(id));
                loop.runAll();
                receiver.settle(id, Outcome.ACCEPTED, false);
            }
            settleDown();
        } while (!receiver.held.isEmpty());
        receiver.credit(Long.MAX_VALUE / 2, true);
        settleDown();
        world.check(receiver.drainStamp < 0, "EveryDrainIsAnswered", outlet);
    }

    private void nothingStaysBehind() {
        broker.admin()
                .queues(expect(all -> all.forEach(
                        info -> world.check(info.depth() == 0 && info.bytes() == 0, "EverythingWasConsumed", info))));
        world.check(
                broker.budget().bytes() == 0,
                "MemoryReturnsToZero",
                broker.budget().bytes());
        world.check(broker.state().bodies().all().isEmpty(), "BodiesGoWithTheirMessages", StateText.of(broker.state()));
        log.setCheckpointDue(true);
        broker.connectionClosed("nobody");
        open("DLQ", Mode.ACKNOWLEDGE, null).credit(0, false);
        settleDown();
        log.setCheckpointDue(false);
        world.check(
                broker.effects().bodies().journalCount() == 0,
                "PlacesOfBodiesAreForgotten",
                broker.effects().bodies().journalCount());
    }

    private ShardState replayed() {
        ShardMachine machine = new ShardMachine(new ShardState(), INSPECTOR);
        log.replay(0, (index, bytes) -> {
            CommandReader.decode(
                    bytes, (timeMs, command, bodyAt, bodyBytes) -> machine.apply(timeMs, command, Effects.NONE));
        });
        return machine.state();
    }

    private ShardState recovered() {
        ShardMachine machine = new ShardMachine(new ShardState(), INSPECTOR);
        Recovery.run(machine, new ShardDisk(log, checkpoints, new BodyIndex(), Runnable::run));
        return machine.state();
    }
}
