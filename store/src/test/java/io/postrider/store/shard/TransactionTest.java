// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressKey;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.Producer;
import io.postrider.api.port.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Local transactions over a broker whose log commits, and whose time passes, when the test says so. */
class TransactionTest extends TransactionKit {
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
