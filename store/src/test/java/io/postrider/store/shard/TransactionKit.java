// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyBook;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Mode;
import io.postrider.api.port.ConsumerRequest.SubscriptionRequest;
import io.postrider.api.port.DeliverySink;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import io.postrider.api.port.ProducerRequest;
import io.postrider.api.port.Reply;
import io.postrider.api.port.Transaction;
import io.postrider.store.io.DiskSpace;
import io.postrider.store.kit.FaultyFiles;
import io.postrider.store.kit.ManualLoop;
import io.postrider.store.kit.MemoryCheckpoints;
import io.postrider.store.kit.MemoryLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** A broker over a log in memory, driven step by step, and what a test of transactions does with it. */
abstract class TransactionKit {
    static final long TIMEOUT_MS = 10_000;
    static final long BYTES_MAX = 4096;

    final MemoryLog log = new MemoryLog();
    final MemoryCheckpoints checkpoints = new MemoryCheckpoints();
    ManualLoop loop = new ManualLoop(1_000_000);
    final List<String> events = new ArrayList<>();
    LocalBroker broker;
    Producer producer;

    @BeforeEach
    void start() {
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
                BrokerSettings.DEFAULT.withTransactions(BYTES_MAX, TIMEOUT_MS),
                PolicyBook.NO_RULES);
        loop.setInline(false);
        producer = producer("q");
    }

    /** Loses what is not durable, and starts again. */
    void crash() {
        log.crash(0);
        loop = new ManualLoop(loop.nowMs());
        events.clear();
        start();
    }

    /** Until nothing more happens. */
    void settleDown() {
        loop.runAll();
        while (log.pending() > 0) {
            log.commit(log.pending());
            loop.runAll();
        }
    }

    final class Answer<T> implements Reply<T> {
        T value;
        Rejection rejection;

        @Override
        public void ok(T answer) {
            value = answer;
        }

        @Override
        public void rejected(Rejection reason) {
            rejection = reason;
        }

        T get() {
            settleDown();
            assertEquals(null, rejection);
            assertTrue(value != null, "an answer");
            return value;
        }

        String text() {
            return value != null
                    ? value.toString()
                    : rejection != null ? rejection.code().name() : "none";
        }
    }

    final class Sink implements DeliverySink {
        Consumer consumer;
        final List<Long> ids = new ArrayList<>();

        @Override
        public void deliver(long deliveryId, Message message, int deliveryCount) {
            ids.add(deliveryId);
            events.add(new String(message.encoded(), StandardCharsets.UTF_8) + "#" + deliveryCount);
        }

        @Override
        public void drained() {
            events.add("drained");
        }

        @Override
        public void settled(long deliveryId) {
            events.add("settled " + ids.indexOf(deliveryId));
        }

        @Override
        public void closed(Rejection reason) {
            events.add("closed " + reason.code());
        }

        void settle(Transaction transaction, int index, Outcome outcome, boolean confirm) {
            transaction.settle(consumer, ids.get(index), outcome, confirm);
        }
    }

    Producer producer(String address) {
        Answer<Producer> answer = new Answer<>();
        broker.openProducer(
                new ProducerRequest(AddressKey.of(address), AddressKind.QUEUE, "c", "container", "user"),
                new ProducerListener() {
                    @Override
                    public void published(long token, Rejection rejection) {
                        events.add("sent " + token + (rejection == null ? "" : " " + rejection.code()));
                    }

                    @Override
                    public void blocked(Rejection reason) {}

                    @Override
                    public void unblocked() {}

                    @Override
                    public void closed(Rejection reason) {}
                },
                answer);
        return answer.get();
    }

    Sink consumer(String address, int credit) {
        Answer<Consumer> answer = new Answer<>();
        Sink sink = new Sink();
        broker.openConsumer(
                new ConsumerRequest(
                        AddressKey.of(address),
                        null,
                        SubscriptionRequest.VOLATILE,
                        null,
                        false,
                        Mode.ACKNOWLEDGE,
                        Outcome.FAILED,
                        "c",
                        "container",
                        "user"),
                sink,
                answer);
        sink.consumer = answer.get();
        sink.consumer.credit(credit, false);
        settleDown();
        return sink;
    }

    Transaction begin() {
        Answer<Transaction> answer = new Answer<>();
        broker.begin("c", answer);
        return answer.get();
    }

    Answer<Transaction.End> commit(Transaction transaction) {
        Answer<Transaction.End> answer = new Answer<>();
        transaction.commit(answer);
        return answer;
    }

    void put(String... bodies) {
        for (String body : bodies) {
            producer.publish(aMessage().withBody(body).build(), Producer.NO_REPLY);
        }
        settleDown();
    }

    List<String> takeEvents() {
        settleDown();
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    long depth(String address) {
        return broker.state().address(AddressKey.of(address)).queue().depth();
    }
}
