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
import io.postrider.jms.kit.PeerConnection.Outcome;
import io.postrider.jms.kit.ScriptedPeer;
import io.postrider.jms.kit.Waiting;
import jakarta.jms.Connection;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Credit, delivery and outcomes, against a scripted peer that delivers. */
@Timeout(30)
class ConsumerTest {
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

    private MessageConsumer consumer(String options, int mode) throws JMSException {
        connection = new PostriderConnectionFactory(peer.uri() + options).createConnection();
        session = connection.createSession(mode);
        return session.createConsumer(session.createQueue("q"));
    }

    private void deliver(String... texts) {
        for (String text : texts) {
            peer.connection().deliver(Encoded.text(text));
        }
    }

    private List<Outcome> outcomes(int count) {
        PeerConnection other = peer.connection();
        Waiting.until(() -> other.outcomes().size() >= count);
        return other.outcomes();
    }

    private static String text(jakarta.jms.Message message) throws JMSException {
        return ((TextMessage) message).getText();
    }

    private static void assertFailed(DeliveryState state, boolean isUndeliverableHere) {
        Modified modified = assertInstanceOf(Modified.class, state);
        assertEquals(true, modified.getDeliveryFailed());
        assertEquals(isUndeliverableHere, Boolean.TRUE.equals(modified.getUndeliverableHere()));
    }

    @Nested
    class Credit {
        @Test
        void isGivenByStartAndTakenBackByStop() throws JMSException {
            consumer("?jms.prefetchPolicy.all=50", Session.AUTO_ACKNOWLEDGE);
            PeerConnection other = peer.connection();
            assertEquals(0, other.credit());

            connection.start();
            Waiting.until(() -> other.credit() == 50);

            connection.stop();
            assertEquals(0, other.credit());

            connection.start();
            Waiting.until(() -> other.credit() == 50);
        }

        @Test
        void isAskedForAgainWhenTheBrokerForgetsADrain() throws JMSException {
            peer.forgettingDrains(1);
            MessageConsumer consumer = consumer("", Session.AUTO_ACKNOWLEDGE);
            connection.start();
            long startedMs = System.nanoTime() / 1_000_000;
            assertNull(consumer.receiveNoWait());
            assertTrue(System.nanoTime() / 1_000_000 - startedMs < 10_000, "long before the timeout");
        }

        @Test
        void isToppedUpWhenHalfIsUsed() throws JMSException {
            MessageConsumer consumer = consumer("?jms.prefetchPolicy.all=10", Session.AUTO_ACKNOWLEDGE);
            connection.start();
            PeerConnection other = peer.connection();
            Waiting.until(() -> other.credit() == 10);

            deliver("1", "2", "3", "4", "5", "6");
            assertNotNull(consumer.receive(5000));
            Waiting.until(() -> other.outcomes().size() == 1);
            assertEquals(4, other.credit(), "buffered messages count");

            for (int i = 0; i < 5; i++) {
                assertNotNull(consumer.receive(5000));
            }
            Waiting.until(() -> other.credit() >= 9);
        }

        @Test
        void withoutPrefetchIsGivenPerReceive() throws JMSException {
            MessageConsumer consumer = consumer("?jms.prefetchPolicy.all=0", Session.AUTO_ACKNOWLEDGE);
            connection.start();
            assertEquals(0, peer.connection().credit());

            assertNull(consumer.receive(20));

            assertEquals(0, peer.connection().credit(), "drained again");
        }

        @Test
        void emptyIsTheBrokersWord() throws Exception {
            peer.ignoringDrains();
            MessageConsumer consumer = consumer("?amqp.drainTimeout=200&jms.closeTimeout=100", 1);
            connection.start();

            JMSException e = assertThrows(JMSException.class, consumer::receiveNoWait);

            assertTrue(e.getMessage().contains("drain"), e.getMessage());
        }
    }

    @Nested
    class Outcomes {
        @Test
        void autoAcceptsEachMessageAsItIsReceived() throws JMSException {
            MessageConsumer consumer = consumer("", Session.AUTO_ACKNOWLEDGE);
            connection.start();
            deliver("1", "2");

            assertEquals("1", text(consumer.receive()));

            Outcome first = outcomes(1).get(0);
            assertEquals(0, first.tag());
            assertInstanceOf(Accepted.class, first.state());
            assertTrue(first.isSettled());
            assertEquals(1, peer.connection().outcomes().size());
        }

        @Test
        void autoAcceptsAfterTheListenerReturned() throws Exception {
            MessageConsumer consumer = consumer("", Session.AUTO_ACKNOWLEDGE);
            CountDownLatch isIn = new CountDownLatch(1);
            CountDownLatch mayReturn = new CountDownLatch(1);
            consumer.setMessageListener(message -> {
                isIn.countDown();
                try {
                    mayReturn.await();
                } catch (InterruptedException e) {
                    throw new java.lang.IllegalStateException(e);
                }
            });
            connection.start();
            deliver("1");
            assertTrue(isIn.await(10, TimeUnit.SECONDS));
            assertTrue(peer.connection().outcomes().isEmpty());

            mayReturn.countDown();

            assertInstanceOf(Accepted.class, outcomes(1).get(0).state());
        }

        @Test
        void throwingListenerFailsTheDelivery() throws JMSException {
            MessageConsumer consumer = consumer("", Session.AUTO_ACKNOWLEDGE);
            consumer.setMessageListener(message -> {
                throw new java.lang.IllegalArgumentException("on purpose");
            });
            connection.start();
            deliver("1");

            assertFailed(outcomes(1).get(0).state(), false);
        }

        @Test
        void whatTheApplicationNeverSawIsReleasedOnClose() throws JMSException {
            MessageConsumer consumer = consumer("", Session.CLIENT_ACKNOWLEDGE);
            connection.start();
            deliver("seen", "unseen");
            assertEquals("seen", text(consumer.receive()));

            session.close();

            List<Outcome> said = outcomes(2);
            assertInstanceOf(Released.class, said.get(0).state());
            assertEquals(1, said.get(0).tag());
            assertFailed(said.get(1).state(), false);
            assertEquals(0, said.get(1).tag());
        }

        @Test
        void clientAcknowledgeWaitsForABrokerThatConfirms() throws Exception {
            peer.offering("POSTRIDER_CONFIRMED_OUTCOMES").notConfirming();
            MessageConsumer consumer = consumer("?jms.requestTimeout=300", Session.CLIENT_ACKNOWLEDGE);
            connection.start();
            deliver("1");
            jakarta.jms.Message message = consumer.receive();

            assertThrows(JMSException.class, message::acknowledge, "the broker has not settled");

            Outcome said = outcomes(1).get(0);
            assertInstanceOf(Accepted.class, said.state());
            assertFalse(said.isSettled());
        }

        @Test
        void clientAcknowledgeReturnsOnceTheBrokerHasSettled() throws Exception {
            peer.offering("POSTRIDER_CONFIRMED_OUTCOMES");
            MessageConsumer consumer = consumer("", Session.CLIENT_ACKNOWLEDGE);
            connection.start();
            deliver("1", "2", "3");
            consumer.receive();
            jakarta.jms.Message second = consumer.receive();

            second.acknowledge();

            List<Outcome> said = outcomes(2);
            assertEquals(List.of(0, 1), List.of(said.get(0).tag(), said.get(1).tag()));
            assertFalse(said.get(1).isSettled());
            second.acknowledge();
            assertEquals(2, peer.connection().outcomes().size(), "again is nothing");
        }

        @Test
        void clientAcknowledgeSettlesAtOnceWhereNothingIsConfirmed() throws JMSException {
            MessageConsumer consumer = consumer("", Session.CLIENT_ACKNOWLEDGE);
            connection.start();
            deliver("1");

            consumer.receive().acknowledge();

            assertTrue(outcomes(1).get(0).isSettled());
        }

        @Test
        void individualAcknowledgeIsForThatMessage() throws JMSException {
            MessageConsumer consumer = consumer("", 101);
            connection.start();
            deliver("1", "2");
            consumer.receive();

            consumer.receive().acknowledge();

            assertEquals(1, outcomes(1).get(0).tag());
            assertEquals(1, peer.connection().outcomes().size());
        }

        @Test
        void acknowledgementTypePropertyChoosesTheOutcome() throws JMSException {
            MessageConsumer consumer = consumer("", 101);
            connection.start();
            deliver("1", "2", "3", "4", "5", "6");
            for (int type = 1; type <= 5; type++) {
                jakarta.jms.Message message = consumer.receive();
                message.setIntProperty("JMS_AMQP_ACK_TYPE", type);
                message.acknowledge();
            }
            jakarta.jms.Message last = consumer.receive();
            last.setIntProperty("JMS_AMQP_ACK_TYPE", 6);
            assertThrows(JMSException.class, last::acknowledge);

            List<Outcome> said = outcomes(5);
            assertInstanceOf(Accepted.class, said.get(0).state());
            assertInstanceOf(Rejected.class, said.get(1).state());
            assertInstanceOf(Released.class, said.get(2).state());
            assertFailed(said.get(3).state(), false);
            assertFailed(said.get(4).state(), true);
        }

        @Test
        void dupsOkBatchesWhileThereIsMore() throws JMSException {
            MessageConsumer consumer = consumer("", Session.DUPS_OK_ACKNOWLEDGE);
            connection.start();
            deliver("1", "2", "3");
            Waiting.until(() -> ((ClientConsumer) consumer).hasBuffered());
            peer.connection().run(() -> {});

            assertEquals("1", text(consumer.receive()));
            assertEquals("2", text(consumer.receive()));
            assertEquals("3", text(consumer.receive()));

            assertEquals(3, outcomes(3).size());
        }

        @Test
        void whatCannotBeDecodedOrHasExpiredIsRefused() throws JMSException {
            MessageConsumer consumer = consumer("", Session.AUTO_ACKNOWLEDGE);
            connection.start();
            org.apache.qpid.proton.message.Message expired = Proton.message();
            expired.setBody(new AmqpValue("late"));
            expired.setTtl(1);
            expired.setExpiryTime(1);
            peer.connection().deliver(new byte[] {1, 2, 3});
            peer.connection().deliver(Encoded.bytes(expired));
            deliver("good");

            assertEquals("good", text(consumer.receive()));

            List<Outcome> said = outcomes(3);
            assertFailed(said.get(0).state(), true);
            assertFailed(said.get(1).state(), true);
        }
    }

    @Test
    void recoverDeliversAgainInOrderAndMarked() throws JMSException {
        MessageConsumer consumer = consumer("", Session.CLIENT_ACKNOWLEDGE);
        connection.start();
        deliver("1", "2", "3");
        consumer.receive();
        consumer.receive();

        session.recover();

        for (String expected : List.of("1", "2")) {
            jakarta.jms.Message again = consumer.receive();
            assertEquals(expected, text(again));
            assertTrue(again.getJMSRedelivered());
            assertEquals(2, again.getIntProperty("JMSXDeliveryCount"));
        }
        jakarta.jms.Message third = consumer.receive();
        assertFalse(third.getJMSRedelivered());
        third.acknowledge();
        assertEquals(3, outcomes(3).size());
    }

    @Test
    void whatIsToWaitForItsNextAttemptGoesBackToTheBroker() throws JMSException {
        MessageConsumer consumer = consumer("", Session.CLIENT_ACKNOWLEDGE);
        connection.start();
        deliver("1", "2");
        jakarta.jms.Message first = consumer.receive();
        consumer.receive();
        assertThrows(
                jakarta.jms.MessageFormatException.class,
                () -> first.setStringProperty("JMS_POSTRIDER_RETRY_DELAY", "soon"));
        first.setLongProperty("JMS_POSTRIDER_RETRY_DELAY", 30_000);

        session.recover();

        assertEquals("2", text(consumer.receive()));
        Modified modified = assertInstanceOf(Modified.class, outcomes(1).get(0).state());
        assertTrue(modified.getDeliveryFailed());
        assertEquals(
                30_000L,
                modified.getMessageAnnotations()
                        .get(org.apache.qpid.proton.amqp.Symbol.valueOf("x-opt-delivery-delay")));
    }

    @Test
    void recoverFromAListenerDeliversTheSameMessageAgain() throws Exception {
        MessageConsumer consumer = consumer("", Session.AUTO_ACKNOWLEDGE);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        consumer.setMessageListener(message -> {
            try {
                seen.add(text(message) + " " + message.getJMSRedelivered());
                if (!message.getJMSRedelivered()) {
                    session.recover();
                }
            } catch (JMSException e) {
                seen.add(e.toString());
            }
        });
        connection.start();
        deliver("1", "2");

        assertEquals("1 false", seen.poll(10, TimeUnit.SECONDS));
        assertEquals("1 true", seen.poll(10, TimeUnit.SECONDS));
        assertEquals("2 false", seen.poll(10, TimeUnit.SECONDS));
        assertEquals("2 true", seen.poll(10, TimeUnit.SECONDS));
        assertEquals(2, outcomes(2).size());
    }

    @Test
    void consumerClosedInItsListenerStillAcknowledges() throws Exception {
        MessageConsumer consumer = consumer("", Session.AUTO_ACKNOWLEDGE);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        consumer.setMessageListener(message -> {
            try {
                consumer.close();
                seen.add("closed");
            } catch (JMSException e) {
                seen.add(e.toString());
            }
        });
        connection.start();
        deliver("1");

        assertEquals("closed", seen.poll(10, TimeUnit.SECONDS));
        assertInstanceOf(Accepted.class, outcomes(1).get(0).state());
        Waiting.until(() -> peer.connection().closedLinks().size() == 1);
    }

    @Test
    void closeOrStopFromAListenerIsRefused() throws Exception {
        MessageConsumer consumer = consumer("", Session.AUTO_ACKNOWLEDGE);
        BlockingQueue<Boolean> refused = new LinkedBlockingQueue<>();
        consumer.setMessageListener(message -> {
            for (AutoCloseable action : List.<AutoCloseable>of(connection::close, connection::stop, session::close)) {
                try {
                    action.close();
                    refused.add(false);
                } catch (Exception e) {
                    refused.add(e instanceof IllegalStateException);
                }
            }
        });
        connection.start();
        deliver("1");

        for (int i = 0; i < 3; i++) {
            assertEquals(true, refused.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void stopWaitsForTheListenerAndNothingFollows() throws Exception {
        MessageConsumer consumer = consumer("", Session.AUTO_ACKNOWLEDGE);
        CountDownLatch isIn = new CountDownLatch(1);
        CountDownLatch mayReturn = new CountDownLatch(1);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        consumer.setMessageListener(message -> {
            isIn.countDown();
            try {
                mayReturn.await();
                seen.add(text(message));
            } catch (InterruptedException | JMSException e) {
                seen.add(e.toString());
            }
        });
        connection.start();
        deliver("1", "2");
        assertTrue(isIn.await(10, TimeUnit.SECONDS));
        Thread stopping = new Thread(() -> {
            try {
                connection.stop();
                seen.add("stopped");
            } catch (JMSException e) {
                seen.add(e.toString());
            }
        });
        stopping.start();
        Waiting.until(() -> stopping.getState() == Thread.State.WAITING);

        mayReturn.countDown();

        assertEquals("1", seen.poll(10, TimeUnit.SECONDS));
        assertEquals("stopped", seen.poll(10, TimeUnit.SECONDS));
        connection.start();
        assertEquals("2", seen.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void sessionWithAListenerCannotReceive() throws JMSException {
        MessageConsumer consumer = consumer("", Session.AUTO_ACKNOWLEDGE);
        MessageConsumer other = session.createConsumer(session.createQueue("other"));
        consumer.setMessageListener(message -> {});

        assertThrows(IllegalStateException.class, other::receive);

        consumer.setMessageListener(null);
        assertNull(consumer.getMessageListener());
    }

    @Test
    void selectorIsCheckedBeforeTheWireAndMustBeApplied() throws JMSException {
        peer.droppingFilters();
        consumer("", Session.AUTO_ACKNOWLEDGE);
        int links = peer.connection().closedLinks().size();

        assertThrows(InvalidSelectorException.class, () -> session.createConsumer(session.createQueue("q"), "a ="));
        assertEquals(links, peer.connection().closedLinks().size());
        assertThrows(JMSException.class, () -> session.createConsumer(session.createQueue("q"), "a = 1"));
        assertNotNull(session.createConsumer(session.createQueue("q"), "  "));
    }

    @Test
    void receiveInterruptedIsAnException() throws Exception {
        MessageConsumer consumer = consumer("", Session.AUTO_ACKNOWLEDGE);
        connection.start();
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        Thread receiver = new Thread(() -> {
            try {
                consumer.receive();
            } catch (JMSException e) {
                seen.add("interrupted " + Thread.currentThread().isInterrupted());
            }
        });
        receiver.start();
        Waiting.until(() -> receiver.getState() == Thread.State.WAITING);

        receiver.interrupt();

        assertEquals("interrupted true", seen.poll(10, TimeUnit.SECONDS));
        deliver("1");
        assertEquals("1", text(consumer.receive()), "the connection lives on");
    }
}
