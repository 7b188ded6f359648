// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.jms.kit.Encoded;
import io.postrider.jms.kit.PeerConnection;
import io.postrider.jms.kit.ScriptedPeer;
import io.postrider.jms.kit.Waiting;
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sending, against a scripted peer that holds, accepts or refuses. */
@Timeout(30)
class ProducerTest {
    private final ScriptedPeer peer = new ScriptedPeer();
    private final List<Delivery> held = new CopyOnWriteArrayList<>();
    private Connection connection;

    @AfterEach
    void closeAll() throws JMSException {
        if (connection != null) {
            peer.onMessage((delivery, bytes) -> accept(delivery));
            connection.close();
        }
        peer.close();
    }

    private Session session(String options) throws JMSException {
        connection = new PostriderConnectionFactory(peer.uri() + options).createConnection();
        return connection.createSession();
    }

    private static void accept(Delivery delivery) {
        delivery.disposition(Accepted.getInstance());
        delivery.settle();
    }

    private static ErrorCondition condition(String symbol) {
        return new ErrorCondition(Symbol.valueOf(symbol), "told so");
    }

    private static void reject(Delivery delivery, String symbol) {
        Rejected rejected = new Rejected();
        rejected.setError(condition(symbol));
        delivery.disposition(rejected);
        delivery.settle();
    }

    @Test
    void persistentSendReturnsOnlyAfterTheBrokersAnswer() throws Exception {
        peer.onMessage((delivery, bytes) -> held.add(delivery));
        Session session = session("");
        MessageProducer producer = session.createProducer(session.createQueue("q"));
        BlockingQueue<String> done = new LinkedBlockingQueue<>();
        Thread sender = new Thread(() -> {
            try {
                producer.send(session.createTextMessage("m"));
                done.add("sent");
            } catch (JMSException e) {
                done.add(e.toString());
            }
        });
        sender.start();

        Waiting.until(() -> held.size() == 1 && sender.getState() == Thread.State.WAITING);
        assertTrue(done.isEmpty());
        peer.connection().run(() -> accept(held.get(0)));

        assertEquals("sent", done.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void headersAreSetOnTheCallersMessageAndOnTheWire() throws JMSException {
        Session session = session("");
        Queue queue = session.createQueue("q");
        MessageProducer producer = session.createProducer(queue);
        producer.setPriority(8);
        TextMessage message = session.createTextMessage("m");
        message.setJMSMessageID("ID:ignored");
        long before = System.currentTimeMillis();

        producer.send(message, DeliveryMode.PERSISTENT, 3, 60_000);

        assertEquals(queue, message.getJMSDestination());
        assertEquals(3, message.getJMSPriority());
        assertTrue(message.getJMSMessageID().startsWith("ID:"));
        assertTrue(message.getJMSTimestamp() >= before);
        assertEquals(message.getJMSTimestamp() + 60_000, message.getJMSExpiration());
        assertEquals(message.getJMSTimestamp(), message.getJMSDeliveryTime());
        var wire = Encoded.message(peer.connection().messages().get(0));
        assertEquals(message.getJMSMessageID(), wire.getMessageId());
        assertEquals(message.getJMSExpiration(), wire.getExpiryTime());
        assertEquals(60_000, wire.getTtl());
        assertTrue(wire.isDurable());
        assertNull(wire.getUserId());
    }

    @Test
    void disabledIdAndTimestampAreAbsent() throws JMSException {
        Session session = session("");
        MessageProducer producer = session.createProducer(session.createQueue("q"));
        producer.setDisableMessageID(true);
        producer.setDisableMessageTimestamp(true);
        Message message = session.createMessage();

        producer.send(message);

        assertNull(message.getJMSMessageID());
        assertEquals(0, message.getJMSTimestamp());
        var wire = Encoded.message(peer.connection().messages().get(0));
        assertNull(wire.getMessageId());
        assertEquals(0, wire.getCreationTime());
    }

    @Test
    void refusedSendIsTheExceptionOfItsCondition() throws JMSException {
        Session session = session("");
        MessageProducer producer = session.createProducer(session.createQueue("q"));

        peer.onMessage((delivery, bytes) -> reject(delivery, "amqp:resource-limit-exceeded"));
        assertThrows(ResourceAllocationException.class, () -> producer.send(session.createMessage()));

        peer.onMessage((delivery, bytes) -> {
            delivery.disposition(Released.getInstance());
            delivery.settle();
        });
        JMSException e = assertThrows(JMSException.class, () -> producer.send(session.createMessage()));
        assertTrue(e.getMessage().contains("released"), e.getMessage());

        peer.onMessage((delivery, bytes) -> accept(delivery));
        producer.send(session.createMessage());
    }

    @Test
    void nonPersistentSendDoesNotWaitAndARefusalIsReported() throws Exception {
        peer.onMessage((delivery, bytes) -> held.add(delivery));
        Session session = session("");
        BlockingQueue<JMSException> reported = new LinkedBlockingQueue<>();
        connection.setExceptionListener(reported::add);
        MessageProducer producer = session.createProducer(session.createQueue("q"));
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);

        producer.send(session.createMessage());
        Waiting.until(() -> held.size() == 1);
        peer.connection().run(() -> reject(held.get(0), "amqp:not-found"));

        assertInstanceOf(InvalidDestinationException.class, reported.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void presettledSendAsksForNoAnswer() throws JMSException {
        List<Boolean> settled = new CopyOnWriteArrayList<>();
        peer.onMessage((delivery, bytes) -> settled.add(delivery.remotelySettled()));
        Session session = session("?jms.presettlePolicy.presettleQueueProducers=true");

        session.createProducer(session.createQueue("q")).send(session.createMessage());

        Waiting.until(() -> settled.size() == 1);
        assertEquals(List.of(true), settled);
    }

    @Test
    void completionsAreCalledInSendOrderOnAnotherThread() throws Exception {
        peer.onMessage((delivery, bytes) -> held.add(delivery));
        Session session = session("");
        MessageProducer producer = session.createProducer(session.createQueue("q"));
        BlockingQueue<String> calls = new LinkedBlockingQueue<>();
        CompletionListener listener = new CompletionListener() {
            @Override
            public void onCompletion(Message message) {
                note("ok ", message);
            }

            @Override
            public void onException(Message message, Exception e) {
                note("failed ", message);
            }

            private void note(String what, Message message) {
                try {
                    boolean isOther = !Thread.currentThread().getName().equals("Test worker");
                    calls.add(what + ((TextMessage) message).getText() + (isOther ? "" : " on the sender"));
                } catch (JMSException e) {
                    calls.add(e.toString());
                }
            }
        };
        Thread.currentThread().setName("Test worker");
        for (int i = 0; i < 3; i++) {
            producer.send(session.createTextMessage("m" + i), listener);
        }
        Waiting.until(() -> held.size() == 3);

        peer.connection().run(() -> accept(held.get(2)));
        peer.connection().run(() -> reject(held.get(1), "amqp:not-found"));
        assertTrue(calls.isEmpty(), "the first is not answered yet");
        peer.connection().run(() -> accept(held.get(0)));

        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            seen.add(calls.poll(10, TimeUnit.SECONDS));
        }
        assertEquals(List.of("ok m0", "failed m1", "ok m2"), seen);
    }

    @Test
    void closeWaitsForCompletionsAndFailsThoseTheConnectionLost() throws Exception {
        peer.onMessage((delivery, bytes) -> held.add(delivery));
        Session session = session("");
        MessageProducer producer = session.createProducer(session.createQueue("q"));
        BlockingQueue<String> calls = new LinkedBlockingQueue<>();
        CompletionListener listener = new CompletionListener() {
            @Override
            public void onCompletion(Message message) {
                calls.add("ok");
            }

            @Override
            public void onException(Message message, Exception e) {
                try {
                    session.close();
                } catch (JMSException refused) {
                    calls.add(refused.getClass().getSimpleName());
                }
            }
        };
        producer.send(session.createMessage(), listener);
        Waiting.until(() -> held.size() == 1);
        Thread closing = new Thread(() -> {
            try {
                session.close();
                calls.add("closed");
            } catch (JMSException e) {
                calls.add(e.toString());
            }
        });
        closing.start();
        Waiting.until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        assertTrue(calls.isEmpty());

        peer.connection().cut();

        assertEquals("IllegalStateException", calls.poll(10, TimeUnit.SECONDS), "no close from its own callback");
        assertEquals("closed", calls.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void sendWithoutCreditWaitsForTheTimeAllowed() throws JMSException {
        peer.givingCredit(0);
        Session session = session("?jms.sendTimeout=100");
        MessageProducer producer = session.createProducer(session.createQueue("q"));

        JMSException e = assertThrows(JMSException.class, () -> producer.send(session.createMessage()));

        assertTrue(e.getMessage().contains("no credit"), e.getMessage());
        assertTrue(peer.connection().messages().isEmpty());
    }

    @Test
    void refusedLinkIsTheExceptionOfItsConditionOrOfItsDestination() throws JMSException {
        peer.refusingLinks(link -> {
            String address = ((Target) link.getRemoteTarget()).getAddress();
            return "none".equals(address) ? new ErrorCondition() : condition("amqp:not-found");
        });
        Session session = session("");

        InvalidDestinationException e =
                assertThrows(InvalidDestinationException.class, () -> session.createProducer(session.createQueue("q")));
        assertEquals("amqp:not-found", e.getErrorCode());
        assertThrows(InvalidDestinationException.class, () -> session.createProducer(session.createQueue("none")));
    }

    @Test
    void linkDetachedByTheBrokerIsReportedAndUnusable() throws Exception {
        Session session = session("");
        BlockingQueue<JMSException> reported = new LinkedBlockingQueue<>();
        connection.setExceptionListener(reported::add);
        MessageProducer producer = session.createProducer(session.createQueue("q"));
        PeerConnection other = peer.connection();

        other.run(() -> {
            other.link("postrider:sender").setCondition(condition("amqp:resource-deleted"));
            other.link("postrider:sender").close();
        });

        assertInstanceOf(IllegalStateException.class, reported.poll(10, TimeUnit.SECONDS));
        assertThrows(IllegalStateException.class, () -> producer.send(session.createMessage()));
        producer.close();
    }

    @Test
    void producerWithoutDestinationUsesTheRelay() throws JMSException {
        Session session = session("");
        MessageProducer producer = session.createProducer(null);

        producer.send(session.createQueue("a"), session.createMessage());
        producer.send(session.createTopic("b"), session.createMessage());

        var link = peer.connection().link("postrider:sender");
        assertNull(((Target) link.getRemoteTarget()).getAddress());
        var second = Encoded.message(peer.connection().messages().get(1));
        assertEquals("b", second.getAddress());
        assertEquals((byte) 1, second.getMessageAnnotations().getValue().get(Symbol.valueOf("x-opt-jms-dest")));
    }

    @Test
    void withoutARelayThereIsALinkForEachDestination() throws JMSException {
        peer.offering("SHARED-SUBS", "DELAYED_DELIVERY");
        Session session = session("");
        MessageProducer producer = session.createProducer(null);

        for (int i = 0; i < 20; i++) {
            producer.send(session.createQueue("q" + i % 10), session.createMessage());
        }

        assertEquals(20, peer.connection().messages().size());
        assertNotNull(peer.connection().link("postrider:sender"));
        assertFalse(peer.connection().closedLinks().isEmpty(), "the least recently used go");
    }

    @Test
    void delayNeedsABrokerThatOffersIt() throws JMSException {
        peer.offering("ANONYMOUS-RELAY");
        Session session = session("");
        MessageProducer producer = session.createProducer(session.createQueue("q"));
        producer.setDeliveryDelay(1);

        assertThrows(UnsupportedOperationException.class, () -> producer.send(session.createMessage()));
    }

    @Test
    void argumentsAreChecked() throws JMSException {
        Session session = session("");
        Queue queue = session.createQueue("q");
        MessageProducer bound = session.createProducer(queue);
        MessageProducer unbound = session.createProducer(null);
        Message message = session.createMessage();

        assertThrows(MessageFormatException.class, () -> bound.send(null));
        assertThrows(UnsupportedOperationException.class, () -> bound.send(queue, message));
        assertThrows(UnsupportedOperationException.class, () -> unbound.send(message));
        assertThrows(InvalidDestinationException.class, () -> unbound.send(null, message));
        assertThrows(IllegalArgumentException.class, () -> bound.send(message, (CompletionListener) null));
        assertThrows(JMSException.class, () -> bound.send(message, 3, 4, 0));
        assertThrows(JMSException.class, () -> bound.send(message, 2, 10, 0));
        assertThrows(JMSException.class, () -> bound.send(message, 2, 4, -1));
        assertThrows(JMSException.class, () -> bound.setDeliveryDelay(-1));
        assertSame(queue, bound.getDestination());
        bound.close();
        bound.close();
        assertThrows(IllegalStateException.class, () -> bound.send(message));
        assertThrows(IllegalStateException.class, bound::getPriority);
    }
}
