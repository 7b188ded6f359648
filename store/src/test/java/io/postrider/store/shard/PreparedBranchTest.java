// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.command.BranchId;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.port.BranchInfo;
import io.postrider.api.port.Producer;
import io.postrider.api.port.Transaction;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prepared branches of global transactions: neither seen nor lost until somebody decides. */
class PreparedBranchTest extends TransactionKit {
    private static final BranchId BRANCH = new BranchId(new byte[] {0, 0, 0, 7, 2, 1, 2, 9});

    private Answer<Boolean> prepare(Transaction transaction) {
        Answer<Boolean> answer = new Answer<>();
        transaction.prepare(BRANCH, answer);
        return answer;
    }

    private Answer<BranchId> decide(boolean isCommit, boolean isOperator) {
        Answer<BranchId> answer = new Answer<>();
        if (isCommit) {
            broker.branches().commit(BRANCH, isOperator, answer);
        } else {
            broker.branches().rollback(BRANCH, isOperator, answer);
        }
        return answer;
    }

    private List<BranchInfo> branches() {
        Answer<List<BranchInfo>> answer = new Answer<>();
        broker.branches().list(answer);
        return answer.get();
    }

    /** A branch that has taken the message "in" from q and sent "out" to other. */
    private void prepareOne() {
        put("in");
        Sink sink = consumer("q", 1);
        Producer other = producer("other");
        Transaction transaction = begin();
        transaction.publish(other, aMessage().withBody("out").build(), 1);
        sink.settle(transaction, 0, Outcome.ACCEPTED, false);
        assertTrue(prepare(transaction).get());
        takeEvents();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itIsNotSeenBeforeTheDecisionAlsoAfterARestart(boolean isRestarted) {
        prepareOne();
        if (isRestarted) {
            crash();
        }
        Sink q = consumer("q", 10);
        consumer("other", 10);

        assertEquals(List.of(), takeEvents());
        assertEquals(
                1,
                broker.effects()
                        .dispatcher(broker.state()
                                .address(io.postrider.api.address.AddressKey.of("q"))
                                .queue())
                        .unsettledCount());
        assertEquals(List.of(BRANCH), branches().stream().map(BranchInfo::id).toList());

        decide(true, false).get();

        assertEquals(List.of("out#0"), takeEvents());
        assertEquals(0, depth("q"));
        assertEquals(List.of(), branches());
        assertTrue(q.ids.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRollBackGivesTheMessageBackWithAFailedAttempt(boolean isRestarted) {
        prepareOne();
        if (isRestarted) {
            crash();
        }
        consumer("other", 10);
        consumer("q", 10);
        assertEquals(List.of(), takeEvents());

        decide(false, false).get();

        assertEquals(List.of("in#1"), takeEvents());
        assertEquals(0, depth("other"));
        assertEquals(List.of(), branches());
    }

    @Test
    void theMessagesOfACommittedBranchAreReadBackAfterARestart() {
        prepareOne();
        crash();
        decide(true, false).get();
        crash();

        consumer("other", 1);

        assertEquals(List.of("out#0"), takeEvents());
    }

    @Test
    void aPreparedTransactionOutlivesItsConnection() {
        prepareOne();
        broker.connectionClosed("c");
        settleDown();

        assertEquals(1, branches().size());
        assertEquals("TRANSACTION_UNKNOWN", decideTwice());
    }

    private String decideTwice() {
        decide(true, false).get();
        Answer<BranchId> again = decide(true, false);
        settleDown();
        return again.text();
    }

    @Test
    void whatAnOperatorDecidesIsRememberedUntilTheManagerForgets() {
        prepareOne();
        decide(false, true).get();
        crash();

        assertEquals(
                BranchInfo.State.HEURISTICALLY_ROLLED_BACK, branches().get(0).state());
        Answer<BranchId> manager = decide(true, false);
        settleDown();
        assertEquals("TRANSACTION_ROLLED_BACK", manager.text());
        Answer<BranchId> forgotten = new Answer<>();
        broker.branches().forget(BRANCH, forgotten);
        forgotten.get();
        assertEquals(List.of(), branches());
    }

    @Test
    void aBranchWithoutWorkHasNothingToDecide() {
        assertEquals(false, prepare(begin()).get());
        assertEquals(List.of(), branches());
    }

    @Test
    void nonDurableWorkWaitsForTheDecisionToo() {
        producer.publish(aMessage().withBody("soft").nonDurable().build(), Producer.NO_REPLY);
        Sink sink = consumer("q", 1);
        Transaction transaction = begin();
        sink.settle(transaction, 0, Outcome.ACCEPTED, false);
        assertTrue(prepare(transaction).get());
        takeEvents();
        consumer("q", 1);
        assertEquals(List.of(), takeEvents());

        decide(false, false).get();

        assertEquals(List.of("soft#1"), takeEvents());
    }
}
