// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.jms.kit.Encoded;
import io.postrider.jms.kit.PeerConnection;
import io.postrider.jms.kit.ScriptedPeer;
import io.postrider.jms.kit.Waiting;
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import jakarta.jms.TransactionRolledBackException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Sender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection that is lost and comes back, between scripted peers. */
@Timeout(30)
class FailoverTest {
    private final ScriptedPeer first = new ScriptedPeer();
    private final ScriptedPeer second = new ScriptedPeer();
    private final BlockingQueue<JMSException> reported = new LinkedBlockingQueue<>();
    private Connection connection;

    @AfterEach
    void closeAll() throws JMSException {
        if (connection != null) {
            connection.close();
        }
        first.close();
        second.close();
    }

    private Session open(String options, int mode) throws JMSException {
        connection = new PostriderConnectionFactory("failover:(" + first.uri() + "," + second.uri() + ")" + options)
                .createConnection();
        connection.setExceptionListener(reported::add);
        connection.start();
        return connection.createSession(mode);
    }

    private static String text(Message message) throws JMSException {
        return ((TextMessage) message).getText();
    }

    @Test
    void aConsumerLivesOnAtTheNextBroker() throws Exception {
        Session session = open("", Session.AUTO_ACKNOWLEDGE);
        MessageConsumer consumer = session.createConsumer(session.createQueue("q"));
        first.connection().deliver(Encoded.text("1"));
        assertEquals("1", text(consumer.receive(5000)));
        first.connection().deliver(Encoded.text("buffered and lost"));
        CompletableFuture<String> next = new CompletableFuture<>();
        first.connection().cut();
        Waiting.until(() -> second.connections().size() == 1);
        new Thread(() -> {
                    try {
                        next.complete(text(consumer.receive()));
                    } catch (JMSException e) {
                        next.completeExceptionally(e);
                    }
                })
                .start();
        PeerConnection other = second.connection();
        Waiting.until(() -> other.credit() > 0);
        other.deliver(Encoded.text("2"));

        assertTrue(List.of("2", "buffered and lost").contains(next.get(10, TimeUnit.SECONDS)));
        assertNull(reported.poll(), "a loss that is made good is not reported");
    }

    @Test
    void aSendWithoutAnAnswerGoesOutAgainWithTheSameId() throws Exception {
        first.onMessage((delivery, bytes) -> first.connection().cut());
        Session session = open("", Session.AUTO_ACKNOWLEDGE);
        Message message = session.createTextMessage("1");
        session.createProducer(session.createQueue("q")).send(message);

        assertEquals(1, first.connection().messages().size());
        assertEquals(1, second.connection().messages().size());
        var before = Encoded.message(first.connection().messages().get(0));
        var after = Encoded.message(second.connection().messages().get(0));
        assertEquals(message.getJMSMessageID(), after.getMessageId());
        assertEquals(before.getMessageId(), after.getMessageId());
        Symbol key = Symbol.valueOf("x-opt-dedupe-id");
        assertNotNull(after.getMessageAnnotations().getValue().get(key));
        assertEquals(
                before.getMessageAnnotations().getValue().get(key),
                after.getMessageAnnotations().getValue().get(key));
    }

    @Test
    void withoutFailoverASendsUnknownOutcomeIsSaid() throws Exception {
        first.onMessage((delivery, bytes) -> first.connection().cut());
        connection = new PostriderConnectionFactory(first.uri()).createConnection();
        Session session = connection.createSession();
        MessageProducer producer = session.createProducer(session.createQueue("q"));
        JMSException unknown = assertThrows(JMSException.class, () -> producer.send(session.createTextMessage("1")));
        assertTrue(unknown.getMessage().contains("outcome is unknown"), unknown.getMessage());
        byte[] sent = first.connection().messages().get(0);
        assertFalse(Encoded.message(sent)
                .getMessageAnnotations()
                .getValue()
                .containsKey(Symbol.valueOf("x-opt-dedupe-id")));
    }

    @Test
    void anAsynchronousSendIsToldOnceThatItsOutcomeIsUnknown() throws Exception {
        first.onMessage((delivery, bytes) -> first.connection().cut());
        Session session = open("", Session.AUTO_ACKNOWLEDGE);
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        session.createProducer(session.createQueue("q")).send(session.createTextMessage("1"), new CompletionListener() {
            @Override
            public void onCompletion(Message message) {
                told.add("completed");
            }

            @Override
            public void onException(Message message, Exception exception) {
                told.add("failed");
            }
        });
        assertEquals("failed", told.poll(10, TimeUnit.SECONDS));
        Waiting.until(() -> second.connections().size() == 1);
        assertEquals(List.of(), second.connection().messages());
        assertTrue(told.isEmpty());
    }

    @Test
    void aLateAcknowledgementIsIgnored() throws Exception {
        Session session = open("", Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = session.createConsumer(session.createQueue("q"));
        first.connection().deliver(Encoded.text("1"));
        Message message = consumer.receive(5000);
        first.connection().cut();
        PeerConnection other = second.connection();
        Waiting.until(() -> other.credit() > 0);
        message.acknowledge();
        other.deliver(Encoded.text("1"));
        consumer.receive(5000).acknowledge();
        Waiting.until(() -> other.outcomes().size() == 1);
        assertInstanceOf(Accepted.class, other.outcomes().get(0).state());
    }

    @Test
    void temporaryQueuesAreMadeAgain() throws Exception {
        Session session = open("", Session.AUTO_ACKNOWLEDGE);
        TemporaryQueue queue = session.createTemporaryQueue();
        MessageConsumer consumer = session.createConsumer(queue);
        first.connection().cut();
        PeerConnection other = second.connection();
        Waiting.until(() -> other.credit() > 0);
        Sender link = other.sender();
        String address = other.call(() -> ((Source) link.getRemoteSource()).getAddress());
        assertTrue(address.startsWith("temporary-"), address);
        Message request = session.createTextMessage("1");
        request.setJMSReplyTo(queue);
        session.createProducer(session.createQueue("q")).send(request);
        assertEquals(address, Encoded.message(other.messages().get(0)).getReplyTo());
        other.deliver(Encoded.text("answer"));
        assertEquals("answer", text(consumer.receive(5000)));
    }

    @Test
    void aTransactionEndsWithTheConnection() throws Exception {
        Session session = open("", Session.SESSION_TRANSACTED);
        MessageProducer producer = session.createProducer(session.createQueue("q"));
        producer.send(session.createTextMessage("lost"));
        first.connection().cut();
        Waiting.until(
                () -> second.connections().size() == 1 && second.connection().declaredCount() == 1);
        producer.send(session.createTextMessage("of the lost transaction"));
        assertThrows(TransactionRolledBackException.class, session::commit);
        assertEquals(List.of(), second.connection().messages());
        producer.send(session.createTextMessage("kept"));
        session.commit();
        assertEquals(1, second.connection().messages().size());
    }

    @Test
    void anIdleTransactionSurvives() throws Exception {
        Session session = open("", Session.SESSION_TRANSACTED);
        first.connection().cut();
        Waiting.until(
                () -> second.connections().size() == 1 && second.connection().declaredCount() == 1);
        session.createProducer(session.createQueue("q")).send(session.createTextMessage("1"));
        session.commit();
        assertEquals(1, second.connection().messages().size());
    }

    @Test
    void itGivesUpAfterTheRoundsAllowed() throws Exception {
        Session session = open("?failover.maxReconnectAttempts=2&failover.reconnectDelay=1", Session.AUTO_ACKNOWLEDGE);
        MessageConsumer consumer = session.createConsumer(session.createQueue("q"));
        second.close();
        first.close();
        JMSException report = reported.poll(10, TimeUnit.SECONDS);
        assertTrue(report.getMessage().contains("no broker takes it"), report.getMessage());
        assertThrows(JMSException.class, () -> consumer.receive(1000));
        assertThrows(JMSException.class, () -> session.createConsumer(session.createQueue("q")));
        connection.close();
    }

    @Test
    void closingEndsTheSearchForABroker() throws Exception {
        Session session = open("", Session.AUTO_ACKNOWLEDGE);
        CompletableFuture<Object> send = new CompletableFuture<>();
        MessageProducer producer = session.createProducer(session.createQueue("q"));
        second.close();
        first.close();
        Waiting.until(() -> first.connection().isEnded());
        new Thread(() -> {
                    try {
                        producer.send(session.createTextMessage("1"));
                        send.complete("sent");
                    } catch (JMSException e) {
                        send.complete(e);
                    }
                })
                .start();
        assertEquals(
                "waiting",
                send.copy()
                        .completeOnTimeout("waiting", 200, TimeUnit.MILLISECONDS)
                        .get());
        connection.close();
        assertInstanceOf(JMSException.class, send.get(10, TimeUnit.SECONDS));
    }

    @Test
    void theListABrokerSendsReplacesOurs() throws Exception {
        ScriptedPeer third = new ScriptedPeer();
        first.announcing(Map.of(
                Symbol.valueOf("failover-server-list"),
                List.of(
                        Map.of(Symbol.valueOf("network-host"), "127.0.0.1", Symbol.valueOf("port"), third.port()),
                        Map.of(Symbol.valueOf("network-host"), "127.0.0.1", Symbol.valueOf("port"), first.port()))));
        open("", Session.AUTO_ACKNOWLEDGE);
        first.connection().cut();
        Waiting.until(() -> third.connections().size() == 1);
        assertEquals(0, second.connections().size());
        connection.close();
        third.close();
    }

    @Test
    void aRedirectionIsFollowed() throws Exception {
        ScriptedPeer third = new ScriptedPeer();
        AtomicInteger opens = new AtomicInteger();
        first.refusingOpen(engine -> {
            if (opens.getAndIncrement() > 0) {
                return null;
            }
            ErrorCondition redirect = new ErrorCondition(Symbol.valueOf("amqp:connection:redirect"), "go there");
            redirect.setInfo(Map.of(Symbol.valueOf("network-host"), "127.0.0.1", Symbol.valueOf("port"), third.port()));
            return redirect;
        });
        open("", Session.AUTO_ACKNOWLEDGE);
        Waiting.until(() -> third.connections().size() == 1);
        connection.close();
        third.close();
    }

    @Test
    void theFirstConnectionTriesTheWholeList() throws Exception {
        ScriptedPeer gone = new ScriptedPeer();
        gone.close();
        connection =
                new PostriderConnectionFactory("failover:(" + gone.uri() + "," + second.uri() + ")").createConnection();
        connection.createSession();
        assertEquals(1, second.connections().size());
        JMSException refused = assertThrows(
                JMSException.class,
                () -> new PostriderConnectionFactory(
                                "failover:(" + gone.uri() + ")?failover.startupMaxReconnectAttempts=1")
                        .createConnection());
        assertTrue(refused.getMessage().contains("Cannot connect"), refused.getMessage());
    }

    @Test
    void manySendersKeepTheirOrderThroughSeveralLosses() throws Exception {
        Session session = open("", Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(session.createQueue("q"));
        for (int i = 0; i < 200; i++) {
            if (i % 50 == 25) {
                first.connections().forEach(PeerConnection::cut);
                second.connections().forEach(PeerConnection::cut);
            }
            producer.send(session.createTextMessage("" + i));
        }
        List<String> kept = new ArrayList<>();
        List<PeerConnection> all = new ArrayList<>(first.connections());
        all.addAll(second.connections());
        for (PeerConnection each : all) {
            each.messages().forEach(bytes -> kept.add(Encoded.text(bytes)));
        }
        for (int i = 0; i < 200; i++) {
            assertTrue(kept.contains("" + i), "message " + i);
        }
    }
}
