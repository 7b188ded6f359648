// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.jms.kit.Encoded;
import io.postrider.jms.kit.PeerConnection;
import io.postrider.jms.kit.ScriptedPeer;
import io.postrider.jms.kit.Waiting;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TransactionRolledBackException;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a transacted session says to a coordinator, and what it makes of the answers. */
@Timeout(30)
class TransactionTest {
    private final ScriptedPeer peer = new ScriptedPeer();
    private Connection connection;
    private Session session;

    @AfterEach
    void closeAll() throws JMSException {
        if (connection != null) {
            connection.close();
        }
        peer.close();
    }

    private PeerConnection open() throws JMSException {
        connection = new PostriderConnectionFactory(peer.uri()).createConnection();
        connection.start();
        session = connection.createSession(true, 0);
        return peer.connection();
    }

    private static Rejected rejected(String condition) {
        Rejected rejected = new Rejected();
        rejected.setError(new ErrorCondition(Symbol.valueOf(condition), "said the peer"));
        return rejected;
    }

    @Test
    void sendsCarryTheTransactionAndTheNextBeginsWithTheCommit() throws JMSException {
        PeerConnection other = open();
        assertEquals(1, other.declaredCount());
        session.createProducer(session.createQueue("q")).send(session.createTextMessage("1"));
        session.commit();

        assertTrue(
                other.states().get(0).contains("TransactionalState"),
                other.states().toString());
        assertEquals(1, other.discharges().size());
        assertEquals(false, other.discharges().get(0).getFail());
        assertEquals(2, other.declaredCount());
    }

    @Test
    void acceptancesComeJustBeforeTheCommit() throws JMSException {
        PeerConnection other = open();
        MessageConsumer consumer = session.createConsumer(session.createQueue("q"));
        other.deliver(Encoded.text("1"));
        other.deliver(Encoded.text("2"));
        assertNotNull(consumer.receive(5000));
        assertNotNull(consumer.receive(5000));
        assertEquals(List.of(), other.outcomes());
        session.commit();

        assertEquals(2, other.outcomes().size());
        TransactionalState state = assertInstanceOf(
                TransactionalState.class, other.outcomes().get(0).state());
        assertInstanceOf(Accepted.class, state.getOutcome());
        assertTrue(other.outcomes().get(0).isSettled());
    }

    @Test
    void aRefusedCommitIsARollbackAndTheSessionGoesOn() throws JMSException {
        peer.answeringDischarge(
                discharge -> discharge.getFail() ? Accepted.getInstance() : rejected("amqp:transaction:rollback"));
        open();
        JMSException refusal = assertThrows(TransactionRolledBackException.class, session::commit);
        assertEquals("amqp:transaction:rollback", refusal.getErrorCode());
        assertTrue(refusal.getMessage().contains("said the peer"), refusal.getMessage());
        session.rollback();
        session.createProducer(session.createQueue("q")).send(session.createTextMessage("1"));
        session.rollback();
    }

    @Test
    void aRefusedMessageFailsTheWholeCommit() throws JMSException {
        peer.onMessage((delivery, bytes) -> {
            delivery.disposition(rejected("amqp:resource-limit-exceeded"));
            delivery.settle();
        });
        PeerConnection other = open();
        session.createProducer(session.createQueue("q")).send(session.createTextMessage("1"));
        JMSException refusal = assertThrows(TransactionRolledBackException.class, session::commit);
        assertTrue(refusal.getMessage().contains("said the peer"), refusal.getMessage());
        assertEquals(1, other.discharges().size());
        assertEquals(true, other.discharges().get(0).getFail());
    }

    @Test
    void aCommitWithoutAnAnswerIsOfUnknownOutcome() throws JMSException {
        peer.answeringDischarge(discharge -> {
            peer.connection().cut();
            return null;
        });
        open();
        JMSException unknown = assertThrows(TransactionRolledBackException.class, session::commit);
        assertTrue(unknown.getMessage().contains("outcome of the commit is unknown"), unknown.getMessage());
    }

    @Test
    void aBrokerWithoutTransactionsSaysSoAtOnce() throws JMSException {
        peer.refusingLinks(link -> link.getName().contains("coordinator")
                ? new ErrorCondition(Symbol.valueOf("amqp:not-implemented"), "no transactions here")
                : null);
        JMSException refusal = assertThrows(JMSException.class, this::open);
        assertEquals("amqp:not-implemented", refusal.getErrorCode());
    }

    @Test
    void closingRollsBackWithTheMessagesReceived() throws JMSException {
        PeerConnection other = open();
        MessageConsumer consumer = session.createConsumer(session.createQueue("q"));
        other.deliver(Encoded.text("1"));
        assertNotNull(consumer.receive(5000));
        session.close();

        Waiting.until(() -> other.discharges().size() == 1);
        assertEquals(true, other.discharges().get(0).getFail());
        assertInstanceOf(TransactionalState.class, other.outcomes().get(0).state());
    }

    @Test
    void rollbackGivesBackWhatWasSentAhead() throws JMSException {
        PeerConnection other = open();
        MessageConsumer consumer = session.createConsumer(session.createQueue("q"));
        other.deliver(Encoded.text("1"));
        other.deliver(Encoded.text("2"));
        assertNotNull(consumer.receive(5000));
        session.rollback();

        Map<Integer, String> outcomes = new java.util.TreeMap<>();
        other.outcomes()
                .forEach(outcome ->
                        outcomes.put(outcome.tag(), outcome.state().getClass().getSimpleName()));
        assertEquals(Map.of(0, "TransactionalState", 1, "Released"), outcomes);
        Waiting.until(() -> other.credit() == 1000);
    }
}
