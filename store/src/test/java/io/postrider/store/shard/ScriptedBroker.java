// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
import io.postrider.api.kit.MessageBuilder;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.api.port.BodyStore;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A broker on one thread, whose clock is the test's, for what is told step by step. A message's body is text; selectors see it as {@code body}, and
 * {@code JMSMessageID} as {@code id-} and the body. One thread.
 */
final class ScriptedBroker {
    static final SubscriptionRequest DURABLE = new SubscriptionRequest(Durability.DURABLE, true, "container", "s");

    private final MemoryLog log = new MemoryLog();
    private final MemoryCheckpoints checkpoints = new MemoryCheckpoints();
    private ManualLoop loop = new ManualLoop(1_000_000);
    private LocalBroker broker;

    ScriptedBroker() {
        broker = open();
    }

    private LocalBroker open() {
        loop.setInline(true);
        LocalBroker opened = LocalBroker.open(
                new LocalBroker.Parts(
                        loop,
                        log,
                        checkpoints,
                        BrokerThreads.none(),
                        new DiskSpace(new FaultyFiles(), Path.of("store"), 0),
                        message -> identifier -> switch (identifier) {
                            case "body" -> body(message);
                            case "JMSMessageID" -> "id-" + body(message);
                            default -> null;
                        },
                        Projection.NONE,
                        loop::nowMs),
                BrokerSettings.DEFAULT,
                List.of());
        loop.setInline(false);
        return opened;
    }

    /** As after a crash at a quiet moment. */
    void restart() {
        settleDown();
        log.crash(0);
        loop = new ManualLoop(loop.nowMs());
        broker = open();
        settleDown();
    }

    LocalBroker broker() {
        return broker;
    }

    long nowMs() {
        return loop.nowMs();
    }

    static String body(Message message) {
        return new String(message.encoded(), StandardCharsets.UTF_8);
    }

    void settleDown() {
        loop.runAll();
        while (log.pending() > 0) {
            log.commit(Integer.MAX_VALUE / 2);
            loop.runAll();
        }
    }

    /** Lets time pass, a little at a time. */
    void pass(long ms) {
        for (long passed = 0; passed < ms; passed += 10) {
            loop.advance(Math.min(10, ms - passed));
            settleDown();
        }
    }

    <T> T get(java.util.function.Consumer<Reply<T>> call) {
        List<T> answers = new ArrayList<>();
        call.accept(new Reply<>() {
            @Override
            public void ok(T value) {
                answers.add(value);
            }

            @Override
            public void rejected(Rejection rejection) {
                throw new AssertionError(rejection);
            }
        });
        settleDown();
        assertEquals(1, answers.size(), "answers");
        return answers.get(0);
    }

    void policy(String pattern, String... namesAndValues) {
        Map<String, String> values = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        get((Reply<Long> reply) -> broker.admin().putPolicy(PolicyRule.of(pattern, PolicyValues.parse(values)), reply));
    }

    QueueInfo info(String address) {
        List<QueueInfo> all = get(broker.admin()::queues);
        return all.stream()
                .filter(queue -> queue.address().name().equals(address))
                .findFirst()
                .orElseThrow();
    }

    /** Uploads the end of a large message. */
    LargeBody upload(byte[]... chunks) {
        BodyStore.Upload upload = broker.bodies().begin(new BodyStore.UploadListener() {
            @Override
            public void stored(long bytes) {}

            @Override
            public void failed(Rejection reason) {
                throw new AssertionError(reason);
            }
        });
        for (byte[] chunk : chunks) {
            upload.add(chunk);
        }
        return upload.end();
    }

    // ---- clients

    void send(String address, AddressKind kind, Message... messages) {
        List<Rejection> refusals = new ArrayList<>();
        Producer producer = get(reply -> broker.openProducer(
                new ProducerRequest(AddressKey.of(address), kind, "c", "sender", "user"),
                new ProducerListener() {
                    @Override
                    public void published(long token, @Nullable Rejection rejection) {
                        refusals.add(rejection);
                    }

                    @Override
                    public void blocked(Rejection reason) {}

                    @Override
                    public void unblocked() {}

                    @Override
                    public void closed(Rejection reason) {}
                },
                reply));
        for (Message message : messages) {
            producer.publish(message, 1);
        }
        settleDown();
        assertEquals(messages.length, refusals.size());
        refusals.forEach(refusal -> assertEquals(null, refusal));
        producer.close();
    }

    void send(String queue, String... bodies) {
        Message[] messages = new Message[bodies.length];
        for (int i = 0; i < bodies.length; i++) {
            messages[i] = MessageBuilder.aMessage().withBody(bodies[i]).build();
        }
        send(queue, AddressKind.QUEUE, messages);
    }

    Receiver receive(String queue) {
        return receive(queue, AddressKind.QUEUE, SubscriptionRequest.VOLATILE, null);
    }

    Receiver receive(String address, AddressKind kind, SubscriptionRequest subscription, @Nullable String selector) {
        return receive(new ConsumerRequest(
                AddressKey.of(address),
                kind,
                subscription,
                selector,
                false,
                Mode.ACKNOWLEDGE,
                Outcome.RELEASED,
                "c",
                "receiver",
                "alice"));
    }

    Receiver receive(ConsumerRequest request) {
        Receiver receiver = new Receiver();
        receiver.consumer = get(reply -> broker.openConsumer(request, receiver, reply));
        receiver.consumer.credit(1000, false);
        settleDown();
        return receiver;
    }

    /** A delivery that is not settled. */
    record Held(long id, Message message, int count) {
        String body() {
            return ScriptedBroker.body(message);
        }

        @Nullable
        Object mark(String key) {
            return message.added().values().get(key);
        }
    }

    /** A consumer that holds what it is given until the test says what becomes of it. */
    final class Receiver implements DeliverySink {
        final List<Held> held = new ArrayList<>();
        private @Nullable Consumer consumer;

        @Nullable
        Rejection closed;

        List<String> bodies() {
            return held.stream().map(Held::body).toList();
        }

        Consumer consumer() {
            if (consumer == null) {
                throw new IllegalStateException("Expected an open consumer");
            }
            return consumer;
        }

        /** Ends the oldest delivery it holds, and returns what that was. */
        Held end(Outcome outcome) {
            Held first = held.remove(0);
            consumer().settle(first.id(), outcome, true);
            settleDown();
            return first;
        }

        void close() {
            consumer().close(Consumer.Close.ORDERLY);
            settleDown();
        }

        @Override
        public void deliver(long deliveryId, Message message, int deliveryCount) {
            held.add(new Held(deliveryId, message, deliveryCount));
        }

        @Override
        public void drained() {}

        @Override
        public void settled(long deliveryId) {}

        @Override
        public void closed(Rejection reason) {
            closed = reason;
        }
    }
}
