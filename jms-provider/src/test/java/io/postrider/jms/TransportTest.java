// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.jms.kit.Encoded;
import io.postrider.jms.kit.Relay;
import io.postrider.jms.kit.ScriptedPeer;
import io.postrider.jms.kit.WebSocketTransport;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** AMQP through TLS and through WebSockets, by a relay before a scripted peer. */
@Timeout(60)
class TransportTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path directory;

    private final ScriptedPeer peer = new ScriptedPeer();
    private Relay relay;

    @AfterEach
    void closeAll() throws Exception {
        if (relay != null) {
            relay.close();
        }
        peer.close();
    }

    /** A certificate for "localhost", in a store that serves as key store and as trust store. */
    @BeforeAll
    static void makeStore() throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "broker",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store().toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile())
                .start();
        assertTrue(keytool.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, keytool.exitValue(), () -> "see " + directory);
    }

    private static Path store() {
        return directory.resolve("store.p12");
    }

    private static SSLContext context() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store())) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static ServerSocket secured(boolean needsClient) throws Exception {
        SSLServerSocket server = (SSLServerSocket)
                context().getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        server.setNeedClientAuth(needsClient);
        return server;
    }

    /** Shakes hands before the peer hears of the client. */
    private static final class Handshaking implements Relay.Transport {
        @Override
        public void accept(Socket client) throws IOException {
            ((SSLSocket) client).startHandshake();
        }
    }

    private String trusting() {
        return "transport.trustStoreLocation=" + store() + "&transport.trustStorePassword=" + PASSWORD;
    }

    /** Sends and receives, a large message too. */
    private void exchange(String uri) throws JMSException {
        try (Connection connection = new PostriderConnectionFactory(uri).createConnection()) {
            connection.start();
            Session session = connection.createSession();
            MessageConsumer consumer = session.createConsumer(session.createQueue("q"));
            String large = "x".repeat(300_000);
            session.createProducer(session.createQueue("q")).send(session.createTextMessage(large));
            assertEquals(large, Encoded.text(peer.connection().messages().get(0)));
            peer.connection().deliver(Encoded.text("1"));
            assertEquals("1", ((TextMessage) consumer.receive(5000)).getText());
        }
    }

    @Test
    void tlsToABrokerWeTrust() throws Exception {
        relay = new Relay(secured(false), peer.port(), new Handshaking());
        exchange("amqps://localhost:" + relay.port() + "?" + trusting());
    }

    @Test
    void tlsShowsOurCertificate() throws Exception {
        peer.mechanisms("EXTERNAL", "PLAIN");
        relay = new Relay(secured(true), peer.port(), new Handshaking());
        exchange("amqps://localhost:" + relay.port() + "?" + trusting() + "&transport.keyStoreLocation=" + store()
                + "&transport.keyStorePassword=" + PASSWORD + "&transport.keyAlias=broker");
    }

    @Test
    void tlsToABrokerWeDoNotTrustIsRefused() throws Exception {
        relay = new Relay(secured(false), peer.port(), new Handshaking());
        String uri = "amqps://localhost:" + relay.port();
        JMSException refused = assertThrows(JMSException.class, () -> exchange(uri));
        assertTrue(refused.getMessage().contains("certif"), refused.getMessage());
        exchange(uri + "?transport.trustAll=true");
    }

    @Test
    void aCertificateForAnotherHostIsRefused() throws Exception {
        relay = new Relay(secured(false), peer.port(), new Handshaking());
        String uri = "amqps://127.0.0.1:" + relay.port() + "?" + trusting();
        assertThrows(JMSException.class, () -> exchange(uri));
        exchange(uri + "&transport.verifyHost=false");
    }

    @Test
    void aMissingStoreIsNamed() {
        JMSException refused = assertThrows(
                JMSException.class,
                () -> exchange(peer.uri().replace("amqp:", "amqps:") + "?transport.trustStoreLocation=/no/such/store"));
        assertTrue(refused.getMessage().contains("/no/such/store"), refused.getMessage());
    }

    @Test
    void aWebSocketCarriesAmqp() throws Exception {
        WebSocketTransport transport = new WebSocketTransport();
        relay = new Relay(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()), peer.port(), transport);
        exchange("amqpws://127.0.0.1:" + relay.port() + "/amqp?transport.ws.httpHeader.X-Test=yes");
        String request = transport.requests().get(0);
        assertTrue(request.startsWith("GET /amqp "), request);
        assertTrue(request.contains("X-Test: yes"), request);
    }

    @Test
    void aWebSocketMayBeSecured() throws Exception {
        relay = new Relay(secured(false), peer.port(), new WebSocketTransport());
        exchange("amqpwss://localhost:" + relay.port() + "?" + trusting());
    }

    @Test
    void whatIsNoWebSocketIsRefused() {
        JMSException refused = assertThrows(
                JMSException.class,
                () -> exchange(peer.uri().replace("amqp:", "amqpws:") + "?transport.connectTimeout=2000"));
        assertTrue(refused.getMessage().contains("WebSocket"), refused.getMessage());
    }
}
