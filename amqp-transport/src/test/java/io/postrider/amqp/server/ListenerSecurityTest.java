// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.amqp.kit.Certificates;
import io.postrider.amqp.kit.Frames;
import io.postrider.amqp.kit.RawPeer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS in all its ways in, WebSocket, the PROXY protocol and limits by address, on real sockets. */
class ListenerSecurityTest {
    private static final byte[] TLS_HEADER = {'A', 'M', 'Q', 'P', 2, 1, 0, 0};

    @TempDir
    static Path directory;

    private static Certificates server;
    private static Certificates alice;

    private ListenerFixture fixture;

    @BeforeAll
    static void makeCertificates() throws Exception {
        server = Certificates.make(directory, "server");
        alice = Certificates.make(directory, "alice");
    }

    private void start(ListenerSecurity security) throws Exception {
        fixture = new ListenerFixture(1, ListenerFixture.SETTINGS, security, true);
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private static ListenerSecurity tls(TlsFiles files, boolean isRequired) {
        return new ListenerSecurity(files, isRequired, false, true, false, 0, null);
    }

    private static TlsFiles files(TlsFiles.Client client) throws IOException {
        return new TlsFiles(server.certificate(), server.key(), alice.certificate(), client);
    }

    private SSLSocket tlsSocket(Certificates own) throws Exception {
        SSLContext context = Certificates.client(List.of(server), own);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", fixture.port);
        socket.startHandshake();
        return socket;
    }

    private static void sendsAMessage(RawPeer peer) throws Exception {
        peer.write(Frames.AMQP_HEADER);
        peer.expectHeader(Frames.AMQP_HEADER);
        peer.send(0, Frames.open("secure"));
        peer.expect(Open.class);
        peer.send(0, Frames.begin());
        peer.next();
        peer.attachSender("s", 0, "q");
        peer.send(0, Frames.transfer(0, 0, false), Frames.message(100_000));
        assertEquals(Accepted.getInstance(), peer.expect(Disposition.class).getState());
        peer.send(0, new Close());
        peer.expect(Close.class);
        peer.expectEnd();
    }

    private static List<String> mechanisms(RawPeer peer) throws Exception {
        peer.write(Frames.SASL_HEADER);
        peer.expectHeader(Frames.SASL_HEADER);
        return Arrays.stream(peer.expect(SaslMechanisms.class).getSaslServerMechanisms())
                .map(Object::toString)
                .toList();
    }

    // ---- TLS

    @Test
    void firstByteOfTlsStartsTls() throws Exception {
        start(tls(files(TlsFiles.Client.NONE), false));

        try (RawPeer peer = new RawPeer(tlsSocket(null))) {
            sendsAMessage(peer);
        }
    }

    @Test
    void plainConnectionsStayPossibleUnlessTlsIsRequired() throws Exception {
        start(tls(files(TlsFiles.Client.NONE), false));

        try (RawPeer peer = new RawPeer(fixture.port)) {
            sendsAMessage(peer);
        }
    }

    @Test
    void tlsHeaderOfAmqpStartsTls() throws Exception {
        start(tls(files(TlsFiles.Client.NONE), true));
        Socket plain = new Socket("127.0.0.1", fixture.port);
        plain.getOutputStream().write(TLS_HEADER);
        assertArrayEquals(TLS_HEADER, plain.getInputStream().readNBytes(8));

        SSLSocket socket = (SSLSocket) Certificates.client(List.of(server), null)
                .getSocketFactory()
                .createSocket(plain, "127.0.0.1", fixture.port, true);

        try (RawPeer peer = new RawPeer(socket)) {
            sendsAMessage(peer);
        }
    }

    @Test
    void requiredTlsIsAskedForByItsHeader() throws Exception {
        start(tls(files(TlsFiles.Client.NONE), true));
        try (Socket plain = new Socket("127.0.0.1", fixture.port)) {
            plain.setSoTimeout(10_000);
            plain.getOutputStream().write(Frames.AMQP_HEADER);

            assertArrayEquals(TLS_HEADER, plain.getInputStream().readAllBytes());
        }
    }

    @Test
    void garbageInsteadOfAHandshakeHarmsNobodyElse() throws Exception {
        start(tls(files(TlsFiles.Client.NONE), false));
        try (Socket plain = new Socket("127.0.0.1", fixture.port)) {
            plain.setSoTimeout(10_000);
            plain.getOutputStream().write(new byte[] {0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5});
            plain.getInputStream().readAllBytes();
        }

        try (RawPeer peer = new RawPeer(tlsSocket(null))) {
            sendsAMessage(peer);
        }
    }

    @Test
    void passwordsAreOfferedBelowTlsOnly() throws Exception {
        start(tls(files(TlsFiles.Client.NONE), false));

        try (RawPeer peer = new RawPeer(fixture.port)) {
            assertFalse(mechanisms(peer).contains("PLAIN"));
        }
        try (RawPeer peer = new RawPeer(tlsSocket(null))) {
            assertTrue(mechanisms(peer).contains("PLAIN"));
        }
    }

    @Test
    void certificateOfTheClientIsItsName() throws Exception {
        start(tls(files(TlsFiles.Client.REQUESTED), true));

        try (RawPeer peer = new RawPeer(tlsSocket(alice))) {
            assertEquals("EXTERNAL", mechanisms(peer).get(0));
            peer.write(Frames.frame(1, 0, Frames.saslInit("EXTERNAL", new byte[0]), new byte[0]));
            assertEquals(
                    org.apache.qpid.proton.amqp.security.SaslCode.OK,
                    peer.expect(SaslOutcome.class).getCode());
            peer.write(Frames.AMQP_HEADER);
            peer.expectHeader(Frames.AMQP_HEADER);
            peer.send(0, Frames.open("c"));
            peer.expect(Open.class);
            peer.send(0, Frames.begin());
            peer.next();
            peer.attachReceiver("r", 0, "q", 0);
        }
        assertEquals("alice", fixture.broker.consumerRequests().get(0).user());
        try (RawPeer peer = new RawPeer(tlsSocket(null))) {
            assertFalse(mechanisms(peer).contains("EXTERNAL"));
        }
    }

    @Test
    void clientWithoutARequiredCertificateIsTurnedAway() throws Exception {
        start(tls(files(TlsFiles.Client.REQUIRED), true));

        assertThrows(IOException.class, () -> {
            try (RawPeer peer = new RawPeer(tlsSocket(null))) {
                mechanisms(peer);
            }
        });
    }

    @Test
    void changedCertificateIsTakenWithoutARestart() throws Exception {
        Path certificate = directory.resolve("changing.crt");
        Path key = directory.resolve("changing.key");
        Files.copy(server.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(server.key(), key, StandardCopyOption.REPLACE_EXISTING);
        start(tls(new TlsFiles(certificate, key, null, TlsFiles.Client.NONE), true));
        Certificates next = Certificates.make(directory, "next");

        Files.copy(next.key(), key, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(next.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(certificate, FileTime.fromMillis(System.currentTimeMillis() + 5000));

        SSLContext context = Certificates.client(List.of(server, next), null);
        await().until(() -> {
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", fixture.port)) {
                socket.startHandshake();
                return Arrays.equals(
                        next.encoded(),
                        socket.getSession().getPeerCertificates()[0].getEncoded());
            }
        });
    }

    @Test
    void wrongFilesAreNamed() throws Exception {
        start(ListenerSecurity.DEFAULT);
        Path wrong = Files.writeString(directory.resolve("wrong.crt"), "no certificate");

        IOException thrown =
                assertThrows(IOException.class, () -> new TlsFiles(wrong, server.key(), null, TlsFiles.Client.NONE));

        assertTrue(thrown.getMessage().contains("wrong.crt"), thrown.getMessage());
    }

    // ---- WebSocket

    private static final class Messages implements WebSocket.Listener {
        final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        final BlockingQueue<Integer> closed = new LinkedBlockingQueue<>();

        @Override
        public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            received.add(bytes);
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            closed.add(statusCode);
            return null;
        }

        byte[] next() throws InterruptedException {
            byte[] bytes = received.poll(10, TimeUnit.SECONDS);
            assertTrue(bytes != null, "Expected a message");
            return bytes;
        }
    }

    private WebSocket webSocket(HttpClient client, String scheme, Messages messages) throws Exception {
        return client.newWebSocketBuilder()
                .subprotocols("amqp")
                .buildAsync(URI.create(scheme + "://127.0.0.1:" + fixture.port + "/any/path"), messages)
                .get(10, TimeUnit.SECONDS);
    }

    private static void opensAndCloses(WebSocket socket, Messages messages) throws Exception {
        assertEquals("amqp", socket.getSubprotocol());
        byte[] bytes = Frames.join(Frames.AMQP_HEADER, Frames.frame(0, Frames.open("over-websocket")));
        // A frame may span messages, and their borders mean nothing.
        for (int at = 0; at < bytes.length; at += 7) {
            socket.sendBinary(ByteBuffer.wrap(bytes, at, Math.min(7, bytes.length - at)), true)
                    .get(10, TimeUnit.SECONDS);
        }
        byte[] answer = new byte[0];
        while (answer.length < 12 || answer.length < 8 + ByteBuffer.wrap(answer).getInt(8)) {
            answer = Frames.join(answer, messages.next());
        }
        assertArrayEquals(Frames.AMQP_HEADER, Arrays.copyOf(answer, 8));
        Frames.parse(Arrays.copyOfRange(answer, 8, answer.length)).as(Open.class);
        socket.sendBinary(ByteBuffer.wrap(Frames.frame(0, new Close())), true).get(10, TimeUnit.SECONDS);
        Frames.parse(messages.next()).as(Close.class);
        assertEquals(WebSocket.NORMAL_CLOSURE, messages.closed.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void amqpIsSpokenOverWebSocketOnTheSamePort() throws Exception {
        start(ListenerSecurity.DEFAULT);
        Messages messages = new Messages();

        opensAndCloses(webSocket(HttpClient.newHttpClient(), "ws", messages), messages);
    }

    @Test
    void amqpIsSpokenOverWebSocketBelowTls() throws Exception {
        start(tls(files(TlsFiles.Client.NONE), true));
        Messages messages = new Messages();
        HttpClient client = HttpClient.newBuilder()
                .sslContext(Certificates.client(List.of(server), null))
                .build();

        opensAndCloses(webSocket(client, "wss", messages), messages);
    }

    @Test
    void otherSubprotocolsAreRefused() throws Exception {
        start(ListenerSecurity.DEFAULT);

        assertThrows(
                ExecutionException.class,
                () -> HttpClient.newHttpClient()
                        .newWebSocketBuilder()
                        .subprotocols("mqtt")
                        .buildAsync(URI.create("ws://127.0.0.1:" + fixture.port + "/"), new Messages())
                        .get(10, TimeUnit.SECONDS));
    }

    @Test
    void requestThatIsNoUpgradeIsToldWhatIsSpokenHere() throws Exception {
        start(ListenerSecurity.DEFAULT);
        try (Socket socket = new Socket("127.0.0.1", fixture.port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));

            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);

            assertTrue(answer.startsWith("HTTP/1.1 426 "), answer);
            assertTrue(answer.contains("AMQP is spoken here"), answer);
        }
    }

    // ---- PROXY protocol and limits

    private static final ListenerSecurity BEHIND_PROXY = new ListenerSecurity(null, false, true, true, true, 2, null);

    @Test
    void proxyHeaderInTextIsRead() throws Exception {
        start(BEHIND_PROXY);

        try (RawPeer peer = new RawPeer(fixture.port)) {
            peer.write("PROXY TCP4 192.0.2.7 192.0.2.1 4711 5672\r\n".getBytes(US_ASCII));
            sendsAMessage(peer);
        }
    }

    @Test
    void proxyHeaderInBinaryIsRead() throws Exception {
        start(BEHIND_PROXY);

        try (RawPeer peer = new RawPeer(fixture.port)) {
            peer.write(new byte[] {0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a});
            peer.write(new byte[] {0x21, 0x11, 0, 12, (byte) 192, 0, 2, 7, (byte) 192, 0, 2, 1, 18, 103, 22, 40});
            sendsAMessage(peer);
        }
    }

    @Test
    void connectionWithoutAProxyHeaderIsClosed() throws Exception {
        start(BEHIND_PROXY);
        try (Socket socket = new Socket("127.0.0.1", fixture.port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(Frames.AMQP_HEADER);

            assertEquals(0, socket.getInputStream().readAllBytes().length);
        }
    }

    @Test
    void connectionsOfOneAddressAreLimited() throws Exception {
        start(BEHIND_PROXY);
        byte[] same = "PROXY TCP4 192.0.2.7 192.0.2.1 4711 5672\r\n".getBytes(US_ASCII);
        try (RawPeer first = new RawPeer(fixture.port);
                RawPeer second = new RawPeer(fixture.port);
                RawPeer third = new RawPeer(fixture.port);
                RawPeer other = new RawPeer(fixture.port)) {
            for (RawPeer peer : List.of(first, second)) {
                peer.write(Frames.join(same, Frames.AMQP_HEADER));
                peer.expectHeader(Frames.AMQP_HEADER);
            }

            third.write(same);
            third.expectEnd();
            other.write("PROXY TCP4 192.0.2.8 192.0.2.1 4711 5672\r\n".getBytes(US_ASCII));
            sendsAMessage(other);
        }
        await().until(() -> fixture.listener.connectionCount() == 0);
        try (RawPeer again = new RawPeer(fixture.port)) {
            again.write(same);
            sendsAMessage(again);
        }
    }
}
