// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static org.junit.jupiter.api.Assertions.assertNull;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
import io.postrider.api.kit.MessageBuilder;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Message;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerInfo;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Mode;
import io.postrider.api.port.ConsumerRequest.SubscriptionRequest;
import io.postrider.api.port.DeliverySink;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.PartitionInfo;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import io.postrider.api.port.ProducerRequest;
import io.postrider.api.port.QueueInfo;
import io.postrider.api.port.Reply;
import io.postrider.store.io.DiskSpace;
import io.postrider.store.kit.FaultyFiles;
import io.postrider.store.kit.ManualLoop;
import io.postrider.store.kit.MemoryCheckpoints;
import io.postrider.store.kit.MemoryLog;
import io.postrider.store.kit.TestPolicies;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * One queue, {@code q}, whose consumers share its messages by the rules of its policy. A body {@code g:7} is a message of group {@code g}, {@code :7} one of no
 * group; {@code g:7!} closes the group.
 */
final class SharingKit {
    private static final MessageInspector INSPECTOR = message -> name -> {
        String body = body(message);
        return switch (name) {
            case "JMSXGroupID" -> body.substring(0, body.indexOf(':'));
            case "JMSXGroupSeq" -> body.endsWith("!") ? -1 : 1;
            default -> null;
        };
    };

    ManualLoop loop = new ManualLoop(1_000_000);
    private final MemoryLog log = new MemoryLog();
    private final MemoryCheckpoints checkpoints = new MemoryCheckpoints();
    private final BrokerSettings settings;
    private LocalBroker broker;
    private Producer producer;

    SharingKit(BrokerSettings settings) {
        this.settings = settings;
        start();
    }

    static String body(Message message) {
        return new String(message.encoded(), StandardCharsets.UTF_8);
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
                TestPolicies.everywhere(TestPolicies.values(0, "", "", 0)));
        loop.setInline(false);
        List<Producer> opened = new ArrayList<>();
        broker.openProducer(
                new ProducerRequest(AddressKey.of("q"), AddressKind.QUEUE, "c", "container", "user"),
                new Accepting(),
                ok(opened::add));
        settleDown();
        producer = opened.get(0);
    }

    /** The process dies; what was committed is there again. */
    void restart() {
        log.crash(0);
        loop = new ManualLoop(loop.nowMs());
        start();
    }

    private static final class Accepting implements ProducerListener {
        @Override
        public void published(long token, Rejection rejection) {
            assertNull(rejection);
        }

        @Override
        public void blocked(Rejection reason) {}

        @Override
        public void unblocked() {}

        @Override
        public void closed(Rejection reason) {}
    }

    static <T> Reply<T> ok(java.util.function.Consumer<T> then) {
        return new Reply<>() {
            @Override
            public void ok(T value) {
                then.accept(value);
            }

            @Override
            public void rejected(Rejection rejection) {
                throw new AssertionError(rejection);
            }
        };
    }

    LocalBroker broker() {
        return broker;
    }

    void settleDown() {
        loop.runAll();
        while (log.pending() > 0) {
            log.commit(Integer.MAX_VALUE / 2);
            loop.runAll();
        }
    }

    /** Lets some of what is on its way happen. */
    void proceed(int steps) {
        for (int i = 0; i < steps; i++) {
            loop.runOne();
        }
    }

    void commit(int entries) {
        log.commit(entries);
    }

    /** What the queue's policy sets: names and values. */
    void policy(String... namesAndValues) {
        PolicyValues values = PolicyValues.NONE;
        for (int i = 0; i < namesAndValues.length; i += 2) {
            PolicyKey key = PolicyKey.of(namesAndValues[i]);
            if (key == null) {
                throw new IllegalArgumentException("Expected a setting, but got " + namesAndValues[i]);
            }
            values = values.with(key, namesAndValues[i + 1]);
        }
        broker.admin().putPolicy(PolicyRule.of("q", values), ok(count -> {}));
        settleDown();
    }

    void send(String... bodies) {
        for (String body : bodies) {
            producer.publish(MessageBuilder.aMessage().withBody(body).build(), 1);
        }
    }

    void send(String body, int priority) {
        producer.publish(
                MessageBuilder.aMessage().withBody(body).withPriority(priority).build(), 1);
    }

    /** A consumer, and what it has. */
    static final class Member implements DeliverySink {
        final TreeMap<Long, String> held = new TreeMap<>();
        final List<String> bodies = new ArrayList<>();
        final List<String> firsts = new ArrayList<>();
        java.util.function.BiConsumer<Member, String> watch = (member, body) -> {};
        Consumer consumer;
        boolean isDrained;

        @Override
        public void deliver(long deliveryId, Message message, int deliveryCount) {
            String body = body(message);
            watch.accept(this, body);
            held.put(deliveryId, body);
            bodies.add(body);
            if (message.added().values().containsKey(AnnotationKeys.GROUP_FIRST)) {
                firsts.add(body);
            }
        }

        @Override
        public void drained() {
            isDrained = true;
        }

        @Override
        public void settled(long deliveryId) {}

        @Override
        public void closed(Rejection reason) {
            throw new AssertionError(reason);
        }

        void settle(String body, Outcome outcome) {
            long id = held.entrySet().stream()
                    .filter(each -> each.getValue().equals(body))
                    .findFirst()
                    .orElseThrow()
                    .getKey();
            held.remove(id);
            consumer.settle(id, outcome, false);
        }

        void settleAll() {
            held.keySet().forEach(id -> consumer.settle(id, Outcome.ACCEPTED, false));
            held.clear();
        }
    }

    Member join(int priority, long credit) {
        Member member = new Member();
        broker.openConsumer(
                new ConsumerRequest(
                                AddressKey.of("q"),
                                AddressKind.QUEUE,
                                SubscriptionRequest.VOLATILE,
                                null,
                                false,
                                Mode.ACKNOWLEDGE,
                                Outcome.RELEASED,
                                "c",
                                "container",
                                "user")
                        .withPriority(priority),
                member,
                ok(opened -> member.consumer = opened));
        settleDown();
        if (credit > 0) {
            member.consumer.credit(credit, false);
        }
        return member;
    }

    List<ConsumerInfo> consumers() {
        List<ConsumerInfo> found = new ArrayList<>();
        broker.admin().consumers().list(ok(found::addAll));
        settleDown();
        return found;
    }

    List<PartitionInfo> partitions() {
        List<PartitionInfo> found = new ArrayList<>();
        broker.admin().consumers().partitions(AddressKey.of("q"), ok(found::addAll));
        settleDown();
        return found;
    }

    void pause(boolean isPaused) {
        broker.admin().consumers().pause("q", isPaused, ok(name -> {}));
        settleDown();
    }

    long depth() {
        List<QueueInfo> found = new ArrayList<>();
        broker.admin().queues(ok(found::addAll));
        return found.get(0).depth();
    }
}
