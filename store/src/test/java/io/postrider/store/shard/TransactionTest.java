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
import org.junit.jupiter.api.Test;

/** Local transactions over a broker whose log commits, and whose time passes, when the test says so. */
class TransactionTest {
    private static final long TIMEOUT_MS = 10_000;
    private static final long BYTES_MAX = 4096;

    private final MemoryLog log = new MemoryLog();
    private final MemoryCheckpoints checkpoints = new MemoryCheckpoints();
    private ManualLoop loop = new ManualLoop(1_000_000);
    private final List<String> events = new ArrayList<>();
    private LocalBroker broker;
    private Producer producer;

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
    private void crash() {
        log.crash(0);
        loop = new ManualLoop(loop.nowMs());
        events.clear();
        start();
    }

    /** Until nothing more happens. */
    private void settleDown() {
        loop.runAll();
        while (log.pending() > 0) {
            log.commit(log.pending());
            loop.runAll();
        }
    }

    private final class Answer<T> implements Reply<T> {
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

    private final class Sink implements DeliverySink {
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

    private Producer producer(String address) {
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

    private Sink consumer(String address, int credit) {
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

    private Transaction begin() {
        Answer<Transaction> answer = new Answer<>();
        broker.begin("c", answer);
        return answer.get();
    }

    private Answer<Transaction.End> commit(Transaction transaction) {
        Answer<Transaction.End> answer = new Answer<>();
        transaction.commit(answer);
        return answer;
    }

    private void put(String... bodies) {
        for (String body : bodies) {
            producer.publish(aMessage().withBody(body).build(), Producer.NO_REPLY);
        }
        settleDown();
    }

    private List<String> takeEvents() {
        settleDown();
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    private long depth(String address) {
        return broker.state().address(AddressKey.of(address)).queue().depth();
    }

    @Test
    void commitIsOneEntryAnsweredWhenDurable() {
        Sink sink = consumer("q", 10);
        put("a");
        Producer other = producer("other");
        assertEquals(List.of("a#0"), takeEvents());
        Transaction transaction = begin();
        transaction.publish(producer, aMessage().withBody("b").build(), 1);
        transaction.publish(other, aMessage().withBody("c").nonDurable().build(), 2);
        sink.settle(transaction, 0, Outcome.ACCEPTED, false);
        assertEquals(List.of("sent 1", "sent 2"), takeEvents());
        assertEquals(1, depth("q"));

        Answer<Transaction.End> answer = commit(transaction);
        loop.runAll();
        assertEquals(1, log.pending());
        assertEquals("none", answer.text());
        assertEquals(1, depth("q"));
        log.commit(1);
        loop.runAll();

        assertEquals("COMMITTED", answer.text());
        assertEquals(List.of("b#0"), takeEvents());
        assertEquals(1, depth("q"));
        assertEquals(1, depth("other"));
        assertEquals(0, broker.openTransactions());
        crash();
        assertEquals(1, depth("q"));
        consumer("other", 10);
        assertEquals(1, takeEvents().size(), "the body of each part is found where it is");
    }

    @Test
    void eachPartsBodyIsReadBackAfterARestart() {
        Transaction transaction = begin();
        for (int i = 0; i < 5; i++) {
            transaction.publish(producer, aMessage().withBody("m" + i).build(), i);
        }
        commit(transaction).get();
        crash();

        consumer("q", 10);

        assertEquals(List.of("m0#0", "m1#0", "m2#0", "m3#0", "m4#0"), takeEvents());
    }

    @Test
    void crashBeforeTheCommitIsDurableLeavesNothing() {
        Sink sink = consumer("q", 10);
        put("a");
        Transaction transaction = begin();
        transaction.publish(producer, aMessage().withBody("b").build(), 1);
        sink.settle(transaction, 0, Outcome.ACCEPTED, false);
        commit(transaction);
        loop.runAll();
        assertEquals(1, log.pending());

        crash();

        assertEquals(1, depth("q"));
        consumer("q", 10);
        List<String> again = takeEvents();
        assertEquals(1, again.size());
        assertTrue(again.get(0).startsWith("a#"), again::toString);
    }

    @Test
    void rollbackPutsDeliveriesBackInOrder() {
        Sink sink = consumer("q", 3);
        put("a", "b", "c", "d");
        assertEquals(List.of("a#0", "b#0", "c#0"), takeEvents());
        Transaction transaction = begin();
        transaction.publish(producer, aMessage().withBody("never").build(), 1);
        sink.settle(transaction, 1, Outcome.ACCEPTED, false);
        sink.settle(transaction, 0, Outcome.ACCEPTED, false);
        sink.settle(transaction, 2, Outcome.ACCEPTED, false);
        Answer<Transaction.End> answer = new Answer<>();
        transaction.rollback(answer);
        sink.consumer.credit(10, false);
        loop.runAll();
        assertEquals(List.of("sent 1"), List.copyOf(events), "nothing overtakes");
        settleDown();

        assertEquals("ROLLED_BACK", answer.text());
        assertEquals(List.of("sent 1", "a#1", "b#1", "c#1", "d#0"), takeEvents());
        assertEquals(4, depth("q"));
    }

    @Test
    void outcomesTakeEffectAtCommitAsWithoutATransaction() {
        Sink sink = consumer("q", 4);
        put("accepted", "rejected", "failed", "released");
        takeEvents();
        Transaction transaction = begin();
        sink.settle(transaction, 0, Outcome.ACCEPTED, true);
        sink.settle(transaction, 1, new Outcome.Rejected("x", "y"), false);
        sink.settle(transaction, 2, Outcome.FAILED, false);
        sink.settle(transaction, 3, Outcome.RELEASED, true);
        assertEquals(List.of(), takeEvents());
        assertEquals(4, depth("q"));
        commit(transaction).get();

        assertEquals(2, depth("q"));
        assertEquals(1, depth("DLQ"));
        sink.consumer.credit(10, false);
        List<String> seen = new ArrayList<>(takeEvents());
        assertTrue(seen.remove("settled 0") && seen.remove("settled 3"), seen::toString);
        assertEquals(List.of("failed#1", "released#0"), seen);
    }

    @Test
    void unsettledOutcomeStaysWithTheConsumerAfterARollback() {
        Sink sink = consumer("q", 4);
        put("a");
        takeEvents();
        Transaction transaction = begin();
        sink.settle(transaction, 0, Outcome.ACCEPTED, true);
        transaction.rollback(new Answer<>());
        assertEquals(List.of(), takeEvents());

        sink.consumer.settle(sink.ids.get(0), Outcome.ACCEPTED, true);

        assertEquals(List.of("settled 0"), takeEvents());
        assertEquals(0, depth("q"));
    }

    @Test
    void deliveryOutlivesItsConsumerInTheTransaction() {
        Sink sink = consumer("q", 4);
        put("a", "b");
        takeEvents();
        Transaction transaction = begin();
        sink.settle(transaction, 0, Outcome.ACCEPTED, false);
        sink.settle(transaction, 1, Outcome.ACCEPTED, true);
        sink.consumer.close(Consumer.Close.ORDERLY);
        Sink second = consumer("q", 4);
        assertEquals(List.of(), takeEvents());
        transaction.rollback(new Answer<>());

        assertEquals(List.of("a#1", "b#1"), takeEvents());
        Transaction next = begin();
        second.settle(next, 0, Outcome.ACCEPTED, false);
        second.settle(next, 1, Outcome.ACCEPTED, false);
        second.consumer.close(Consumer.Close.LOST);
        commit(next).get();
        assertEquals(0, depth("q"));
    }

    @Test
    void tooMuchIsRefusedAndTheCommitRollsBack() {
        Transaction transaction = begin();
        transaction.publish(producer, aMessage().withBody("small").build(), 1);
        transaction.publish(
                producer, aMessage().withBody("x".repeat((int) BYTES_MAX)).build(), 2);
        assertEquals(List.of("sent 1", "sent 2 RESOURCE_LIMIT"), takeEvents());
        Answer<Transaction.End> answer = commit(transaction);
        settleDown();

        assertEquals("TRANSACTION_ROLLED_BACK", answer.text());
        assertEquals(0, depth("q"));
        assertEquals(0, broker.budget().transactionBytes());
        assertEquals(0, broker.openTransactions());
    }

    @Test
    void timeOutRollsBackAndSaysSo() {
        Sink sink = consumer("q", 4);
        put("a");
        takeEvents();
        Transaction transaction = begin();
        sink.settle(transaction, 0, Outcome.ACCEPTED, false);
        transaction.publish(producer, aMessage().withBody("never").build(), 1);
        settleDown();
        loop.advance(TIMEOUT_MS - 1);
        assertEquals(List.of("sent 1"), takeEvents());
        loop.advance(1);
        assertEquals(List.of("a#1"), takeEvents());

        Answer<Transaction.End> answer = commit(transaction);
        settleDown();

        assertEquals("TRANSACTION_TIMEOUT", answer.text());
        assertEquals(1, depth("q"));
        assertEquals(0, broker.openTransactions());
        assertEquals(0, broker.budget().transactionBytes());
    }

    @Test
    void lossOfTheConnectionRollsBack() {
        Sink sink = consumer("q", 4);
        put("a");
        takeEvents();
        Transaction transaction = begin();
        sink.settle(transaction, 0, Outcome.ACCEPTED, false);
        sink.consumer.close(Consumer.Close.LOST);
        broker.connectionClosed("c");
        settleDown();
        consumer("q", 4);

        assertEquals(List.of("a#1"), takeEvents());
        assertEquals(0, broker.openTransactions());
    }

    @Test
    void deletedAddressMakesTheCommitRollBack() {
        Producer other = producer("other");
        Transaction transaction = begin();
        transaction.publish(producer, aMessage().withBody("a").build(), 1);
        transaction.publish(other, aMessage().withBody("b").build(), 2);
        Answer<io.postrider.api.address.AddressDefinition> deleted = new Answer<>();
        broker.deleteAddress(AddressKey.of("other"), deleted);
        deleted.get();
        Answer<Transaction.End> answer = commit(transaction);
        settleDown();

        assertEquals("TRANSACTION_ROLLED_BACK", answer.text());
        assertEquals(0, depth("q"));
    }
}
