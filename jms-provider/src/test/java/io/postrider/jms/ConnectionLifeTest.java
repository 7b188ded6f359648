// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.jms.kit.PeerConnection;
import io.postrider.jms.kit.ScriptedPeer;
import io.postrider.jms.kit.Waiting;
import jakarta.jms.Connection;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueSession;
import jakarta.jms.Session;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicSession;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dialling, opening, losing and closing connections, against a scripted peer. */
@Timeout(30)
class ConnectionLifeTest {
    private final ScriptedPeer peer = new ScriptedPeer();

    @AfterEach
    void closePeer() {
        peer.close();
    }

    private Connection connect(String options) throws JMSException {
        return new PostriderConnectionFactory(peer.uri() + options).createConnection();
    }

    @Test
    void opensWhenFirstUsedUnderItsClientId() throws JMSException {
        try (Connection connection = connect("?amqp.vhost=vh")) {
            PeerConnection other = peer.connection();
            assertNull(other.call(() -> other.engine().getRemoteContainer()));

            connection.setClientID("me");

            assertEquals("me", other.call(() -> other.engine().getRemoteContainer()));
            assertEquals("vh", other.call(() -> other.engine().getRemoteHostname()));
            Set<String> desired = Arrays.stream(other.engine().getRemoteDesiredCapabilities())
                    .map(Symbol::toString)
                    .collect(Collectors.toSet());
            assertEquals(
                    Set.of("sole-connection-for-container", "DELAYED_DELIVERY", "ANONYMOUS-RELAY", "SHARED-SUBS"),
                    desired);
            assertEquals("PostriderJMS", other.engine().getRemoteProperties().get(Symbol.valueOf("product")));
        }
    }

    @Test
    void clientIdIsSetOnceAndFirst() throws JMSException {
        try (Connection connection = connect("")) {
            assertThrows(InvalidClientIDException.class, () -> connection.setClientID(""));
            connection.setClientID("me");
            assertThrows(IllegalStateException.class, () -> connection.setClientID("you"));
        }
        try (Connection connection = connect("")) {
            connection.createSession();
            assertThrows(IllegalStateException.class, () -> connection.setClientID("late"));
        }
        try (Connection connection = connect("?jms.clientID=configured")) {
            assertEquals("configured", connection.getClientID());
            assertThrows(IllegalStateException.class, () -> connection.setClientID("me"));
        }
    }

    @Test
    void clientIdInUseIsAnExceptionAndAnotherMayBeTried() throws JMSException {
        peer.refusingOpen(open -> {
            if (!open.getRemoteContainer().equals("taken")) {
                return null;
            }
            ErrorCondition condition = new ErrorCondition(Symbol.valueOf("amqp:invalid-field"), "in use");
            condition.setInfo(Map.of(Symbol.valueOf("invalid-field"), Symbol.valueOf("container-id")));
            return condition;
        });

        try (Connection connection = connect("")) {
            assertThrows(InvalidClientIDException.class, () -> connection.setClientID("taken"));
            assertNull(connection.getClientID());

            connection.setClientID("free");

            assertNotNull(connection.createSession());
        }
        assertThrows(InvalidClientIDException.class, () -> connect("?jms.clientID=taken"));
    }

    @Test
    void wrongPasswordShowsWhenTheConnectionIsCreated() {
        peer.login(response -> response.equals("\0me\0secret"));
        PostriderConnectionFactory factory = new PostriderConnectionFactory(peer.uri());

        assertThrows(JMSSecurityException.class, () -> factory.createConnection("me", "wrong"));
        assertDoesNotThrow(() -> factory.createConnection("me", "secret").close());
    }

    @Test
    void brokerWithoutAFittingMechanismIsRefused() {
        peer.mechanisms("PLAIN");

        JMSException e = assertThrows(JMSSecurityException.class, () -> connect(""));

        assertTrue(e.getMessage().contains("ANONYMOUS"), e.getMessage());
    }

    @Test
    void nobodyListeningIsAnExceptionThatNamesThePlace() throws Exception {
        int freePort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            freePort = socket.getLocalPort();
        }
        PostriderConnectionFactory factory = new PostriderConnectionFactory("amqp://127.0.0.1:" + freePort);

        JMSException e = assertThrows(JMSException.class, factory::createConnection);

        assertTrue(e.getMessage().startsWith("Cannot connect to 127.0.0.1:" + freePort), e.getMessage());
    }

    @Test
    void socketLostBeforeFirstUseIsDialledAgain() throws JMSException {
        try (Connection connection = connect("")) {
            BlockingQueue<JMSException> reported = new LinkedBlockingQueue<>();
            connection.setExceptionListener(reported::add);
            peer.connection(0).cut();
            Waiting.until(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("postrider-reader")));

            assertNotNull(connection.createSession());

            assertEquals(2, peer.connections().size());
            assertTrue(reported.isEmpty());
        }
    }

    @Test
    void lostConnectionIsReportedOnceAndEndsWhatWaits() throws Exception {
        try (Connection connection = connect("")) {
            BlockingQueue<JMSException> reported = new LinkedBlockingQueue<>();
            connection.setExceptionListener(reported::add);
            Session session = connection.createSession();
            MessageConsumer consumer = session.createConsumer(session.createQueue("q"));
            connection.start();
            BlockingQueue<Exception> received = new LinkedBlockingQueue<>();
            Thread receiver = new Thread(() -> {
                try {
                    consumer.receive();
                } catch (JMSException e) {
                    received.add(e);
                }
            });
            receiver.start();
            Waiting.until(() -> receiver.getState() == Thread.State.WAITING);

            peer.connection().cut();

            assertNotNull(received.poll(10, TimeUnit.SECONDS));
            assertNotNull(reported.poll(10, TimeUnit.SECONDS));
            receiver.join();
            assertThrows(JMSException.class, connection::createSession);
            assertTrue(reported.isEmpty());
        }
    }

    @Test
    void brokersCloseCarriesItsReason() throws Exception {
        try (Connection connection = connect("")) {
            BlockingQueue<JMSException> reported = new LinkedBlockingQueue<>();
            connection.setExceptionListener(reported::add);
            connection.start();
            PeerConnection other = peer.connection();

            other.run(() -> {
                other.engine().setCondition(new ErrorCondition(Symbol.valueOf("amqp:connection:forced"), "going down"));
                other.engine().close();
            });

            JMSException e = reported.poll(10, TimeUnit.SECONDS);
            assertNotNull(e);
            assertEquals("amqp:connection:forced", e.getErrorCode());
            assertTrue(e.getMessage().contains("going down"), e.getMessage());
        }
    }

    @Test
    void silentBrokerCountsAsLost() throws Exception {
        try (Connection connection = connect("?amqp.idleTimeout=300&jms.closeTimeout=100")) {
            BlockingQueue<JMSException> reported = new LinkedBlockingQueue<>();
            connection.setExceptionListener(reported::add);
            connection.start();

            peer.fallSilent();

            assertNotNull(reported.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void closeIsFinalAndRepeatable() throws JMSException {
        Connection connection = connect("");
        Session session = connection.createSession();
        connection.close();
        connection.close();
        session.close();

        assertThrows(IllegalStateException.class, connection::createSession);
        assertThrows(IllegalStateException.class, connection::start);
        assertThrows(IllegalStateException.class, connection::stop);
        assertThrows(IllegalStateException.class, connection::getClientID);
        assertThrows(IllegalStateException.class, connection::getMetaData);
        assertThrows(IllegalStateException.class, session::createTextMessage);
        Waiting.until(() -> peer.connection().isEnded());
    }

    @Test
    void metaDataIsThatOfTheSpecification() throws JMSException {
        try (Connection connection = connect("")) {
            assertEquals("3.1", connection.getMetaData().getJMSVersion());
            assertEquals(3, connection.getMetaData().getJMSMajorVersion());
            assertEquals(1, connection.getMetaData().getJMSMinorVersion());
            List<?> names =
                    Collections.list((Enumeration<?>) connection.getMetaData().getJMSXPropertyNames());
            assertTrue(names.containsAll(List.of("JMSXGroupID", "JMSXGroupSeq", "JMSXDeliveryCount")));
        }
    }

    @Test
    void modesThatAreNotOfferedAreExceptions() throws JMSException {
        try (Connection connection = connect("")) {
            assertThrows(JMSException.class, () -> connection.createSession(99));
            assertEquals(101, connection.createSession(101).getAcknowledgeMode());
            assertFalse(connection.createSession().getTransacted());
        }
    }

    @Test
    void domainSpecificObjectsRefuseTheOtherDomain() throws JMSException {
        PostriderConnectionFactory factory = new PostriderConnectionFactory(peer.uri());
        try (QueueConnection connection = factory.createQueueConnection()) {
            QueueSession session = connection.createQueueSession(false, Session.AUTO_ACKNOWLEDGE);
            assertThrows(IllegalStateException.class, () -> session.createTopic("t"));
            assertThrows(IllegalStateException.class, session::createTemporaryTopic);
            assertThrows(IllegalStateException.class, () -> session.unsubscribe("s"));
            assertThrows(IllegalStateException.class, () -> session.createSharedConsumer(null, "s"));
            assertThrows(
                    IllegalStateException.class,
                    () -> connection.createDurableConnectionConsumer(null, "s", null, null, 1));
        }
        try (TopicConnection connection = factory.createTopicConnection()) {
            TopicSession session = connection.createTopicSession(false, Session.AUTO_ACKNOWLEDGE);
            assertThrows(IllegalStateException.class, () -> session.createQueue("q"));
            assertThrows(IllegalStateException.class, session::createTemporaryQueue);
            assertThrows(IllegalStateException.class, () -> session.createBrowser(null));
        }
    }
}
