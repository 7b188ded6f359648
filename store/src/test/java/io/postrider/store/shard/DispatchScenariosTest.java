// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
import io.postrider.api.kit.MessageBuilder;
import io.postrider.api.message.Annotations;
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
import org.junit.jupiter.api.Test;

/** What {@link BrokerSimulation} has found, told step by step: a broker on one thread whose log commits when a test says so. */
class DispatchScenariosTest {
    private static final BrokerSettings TIGHT = new BrokerSettings(12, 256L << 20, 64L << 20, 64L << 20);
    private static final SubscriptionRequest DURABLE =
            new SubscriptionRequest(Durability.DURABLE, true, "container", "s");

    private final MemoryLog log = new MemoryLog();
    private final ManualLoop loop = new ManualLoop(1_000);
    private LocalBroker broker;

    private void open(BrokerSettings settings) {
        loop.setInline(true);
        broker = LocalBroker.open(
                new LocalBroker.Parts(
                        loop,
                        log,
                        new MemoryCheckpoints(),
                        BrokerThreads.none(),
                        new DiskSpace(new FaultyFiles(), Path.of("store"), 0),
                        message -> identifier -> null,
                        Projection.NONE,
                        loop::nowMs),
                settings,
                TestPolicies.everywhere(TestPolicies.values(0, "", "", 50)));
        loop.setInline(false);
    }

    private void settleDown() {
        loop.runAll();
        while (log.pending() > 0) {
            log.commit(Integer.MAX_VALUE / 2);
            loop.runAll();
        }
    }

    /** What one consumer saw. */
    private static final class Seen implements DeliverySink {
        final List<String> bodies = new ArrayList<>();
        final List<Integer> counts = new ArrayList<>();
        final List<Long> settled = new ArrayList<>();
        boolean isDrained;
        Consumer consumer;

        @Override
        public void deliver(long deliveryId, Message message, int deliveryCount) {
            bodies.add(new String(message.encoded(), StandardCharsets.UTF_8));
            counts.add(deliveryCount);
        }

        @Override
        public void drained() {
            isDrained = true;
        }

        @Override
        public void settled(long deliveryId) {
            settled.add(deliveryId);
        }

        @Override
        public void closed(Rejection reason) {
            throw new AssertionError(reason);
        }
    }

    private static <T> Reply<T> ok(java.util.function.Consumer<T> then) {
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

    private Producer producer(String address, AddressKind kind) {
        List<Producer> opened = new ArrayList<>();
        ProducerListener listener = new ProducerListener() {
            @Override
            public void published(long token, Rejection rejection) {
                assertEquals(null, rejection);
            }

            @Override
            public void blocked(Rejection reason) {}

            @Override
            public void unblocked() {}

            @Override
            public void closed(Rejection reason) {}
        };
        broker.openProducer(
                new ProducerRequest(AddressKey.of(address), kind, "c", "container", "user"), listener, ok(opened::add));
        settleDown();
        return opened.get(0);
    }

    private Seen consumer(String address, AddressKind kind, SubscriptionRequest subscription) {
        Seen seen = new Seen();
        broker.openConsumer(
                new ConsumerRequest(
                        AddressKey.of(address),
                        kind,
                        subscription,
                        null,
                        false,
                        Mode.ACKNOWLEDGE,
                        Outcome.RELEASED,
                        "c",
                        "container",
                        "user"),
                seen,
                ok(opened -> seen.consumer = opened));
        settleDown();
        return seen;
    }

    private Seen queueConsumer() {
        return consumer("q", AddressKind.QUEUE, SubscriptionRequest.VOLATILE);
    }

    private static Message message(String body) {
        return MessageBuilder.aMessage().withBody(body).build();
    }

    private QueueInfo info() {
        List<QueueInfo> all = new ArrayList<>();
        broker.admin().queues(ok(all::addAll));
        return all.get(0);
    }

    @Test
    void aVolatileSubscriberGetsEveryPriorityOfATopicWithALog() {
        open(BrokerSettings.DEFAULT);
        consumer("t", AddressKind.TOPIC, DURABLE);
        Seen seen = consumer("t", AddressKind.TOPIC, SubscriptionRequest.VOLATILE);
        seen.consumer.credit(10, true);
        Producer producer = producer("t", AddressKind.TOPIC);
        seen.consumer.credit(10, false);

        producer.publish(message("first"), 1);
        producer.publish(
                MessageBuilder.aMessage().withBody("urgent").withPriority(9).build(), 2);
        settleDown();
        seen.isDrained = false;
        seen.consumer.credit(10, true);
        settleDown();

        assertEquals(2, seen.bodies.size());
        assertTrue(seen.isDrained, "the drain is answered");
    }

    @Test
    void aMessagePurgedWhileWithAConsumerIsGoneWhenItIsReleased() {
        open(BrokerSettings.DEFAULT);
        Producer producer = producer("q", AddressKind.QUEUE);
        Seen seen = queueConsumer();
        producer.publish(message("first"), 1);
        settleDown();

        // The purge is on its way when the message is handed out.
        broker.admin().purge(AddressKey.of("q"), ok(count -> assertEquals(1, count)));
        seen.consumer.credit(10, false);
        settleDown();
        seen.consumer.settle(0, Outcome.RELEASED, true);
        settleDown();

        assertEquals(List.of("first"), seen.bodies);
        assertEquals(List.of(0L), seen.settled);
        assertEquals(0, info().unsettled());
        assertEquals(0, info().depth());
    }

    @Test
    void aPurgeLeavesTheBytesOfWhatIsPublishedWhileItIsOnItsWay() {
        open(BrokerSettings.DEFAULT);
        Producer producer = producer("q", AddressKind.QUEUE);
        producer.publish(message("first"), 1);
        producer.publish(message("second"), 2);
        settleDown();
        long bothBytes = info().bytes();

        producer.publish(message("third"), 3);
        loop.runAll();
        broker.admin().purge(AddressKey.of("q"), ok(count -> assertEquals(2, count)));
        broker.admin().purge(AddressKey.of("q"), ok(count -> assertEquals(0, count)));
        settleDown();

        assertEquals(1, info().depth());
        assertTrue(info().bytes() > 0 && info().bytes() < bothBytes, "bytes of the third, but " + info().bytes());
        broker.admin().purge(AddressKey.of("q"), ok(count -> assertEquals(1, count)));
        settleDown();
        assertEquals(0, info().bytes());
    }

    @Test
    void aPurgeLeavesTheBytesOfWhatIsWithAConsumer() {
        open(BrokerSettings.DEFAULT);
        Producer producer = producer("q", AddressKind.QUEUE);
        Seen seen = queueConsumer();
        seen.consumer.credit(1, false);
        producer.publish(message("first"), 1);
        settleDown();
        long firstBytes = info().bytes();
        producer.publish(message("second"), 2);
        settleDown();

        broker.admin().purge(AddressKey.of("q"), ok(count -> assertEquals(1, count)));
        settleDown();

        assertEquals(firstBytes, info().bytes());
        seen.consumer.settle(0, Outcome.ACCEPTED, true);
        settleDown();
        assertEquals(0, info().bytes());
    }

    @Test
    void aRedeliveryWaitsForItsWholeDelayOnAnIdleBroker() {
        open(BrokerSettings.DEFAULT);
        Producer producer = producer("q", AddressKind.QUEUE);
        Seen seen = queueConsumer();
        seen.consumer.credit(10, false);
        producer.publish(message("first"), 1);
        settleDown();
        loop.advance(10_000); // nothing happens: no turn looks at the clock

        seen.consumer.settle(0, Outcome.FAILED, true);
        settleDown();
        loop.advance(49);
        settleDown();
        assertEquals(1, seen.bodies.size());
        loop.advance(1);
        settleDown();

        assertEquals(2, seen.bodies.size());
    }

    @Test
    void aMessageOfALostConsumerStaysMarkedWhenItLeavesMemory() {
        open(BrokerSettings.DEFAULT);
        Producer producer = producer("q", AddressKind.QUEUE);
        Seen lost = queueConsumer();
        lost.consumer.credit(10, false);
        producer.publish(message("first"), 1);
        producer.publish(message("second"), 2);
        settleDown();

        lost.consumer.close(Consumer.Close.LOST);
        settleDown();
        broker.effects().unloadAll();
        loop.advance(1000);
        Seen next = queueConsumer();
        next.consumer.credit(10, false);
        settleDown();

        assertEquals(List.of(1, 1), next.counts);
    }

    @Test
    void aDrainIsAnsweredThoughTheOnlyMessageInMemoryIsNotForThatConsumer() {
        open(TIGHT);
        Producer producer = producer("q", AddressKind.QUEUE);
        Seen picky = queueConsumer();
        Seen other = queueConsumer();
        picky.consumer.credit(1, false);
        for (int i = 0; i < 5; i++) {
            producer.publish(message("a message " + i), i);
            settleDown();
        }
        picky.consumer.settle(0, new Outcome.Modified(false, true, Annotations.NONE), true);
        settleDown();

        picky.consumer.credit(10, true);
        settleDown();

        assertEquals(5, picky.bodies.size());
        assertTrue(picky.isDrained, "the drain is answered");
        assertEquals(List.of(), other.bodies);
    }

    @Test
    void aNonDurableMessageDoesNotOvertakeOneThatIsOnItsWayToTheLog() {
        open(TIGHT);
        Producer producer = producer("q", AddressKind.QUEUE);
        Seen seen = queueConsumer();
        for (int i = 0; i < 4; i++) {
            producer.publish(
                    MessageBuilder.aMessage().nonDurable().withBody("four" + i).build(), i);
        }

        // What is in memory goes; the others are still being logged.
        seen.consumer.credit(2, false);
        loop.runAll();
        seen.consumer.settle(0, Outcome.ACCEPTED, true);
        seen.consumer.settle(1, Outcome.ACCEPTED, true);
        seen.consumer.credit(10, false);
        loop.runAll();
        producer.publish(MessageBuilder.aMessage().nonDurable().withBody("last").build(), 9);
        settleDown();

        assertEquals(List.of("four0", "four1", "four2", "four3", "last"), seen.bodies);
    }
}
