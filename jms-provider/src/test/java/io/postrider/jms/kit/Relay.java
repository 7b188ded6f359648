// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.kit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands before a peer and speaks another transport to clients: TLS, or WebSocket. */
public final class Relay implements AutoCloseable {
    /** Holds the largest WebSocket message a test sends. */
    private static final int BUFFER_BYTES = 1024 * 1024;

    private final ServerSocket server;
    private final int targetPort;
    private final Transport transport;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /** What lies between the client's socket and plain AMQP bytes. */
    public interface Transport {
        /** Called once per connection, before anything is relayed. */
        default void accept(Socket client) throws IOException {}

        /** @return bytes read into the buffer, -1 at the end */
        default int read(InputStream in, byte[] buffer) throws IOException {
            return in.read(buffer);
        }

        default void write(OutputStream out, byte[] bytes, int length) throws IOException {
            out.write(bytes, 0, length);
        }
    }

    /** @param server bound to loopback; may be one that makes TLS sockets */
    public Relay(ServerSocket server, int targetPort, Transport transport) {
        this.server = server;
        this.targetPort = targetPort;
        this.transport = transport;
        start("relay-acceptor", this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    private static void start(String name, Runnable action) {
        Thread thread = new Thread(action, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                sockets.add(client);
                start("relay", () -> relay(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void relay(Socket client) {
        try {
            transport.accept(client);
            Socket peer = new Socket(InetAddress.getLoopbackAddress(), targetPort);
            sockets.add(peer);
            start("relay-back", () -> copyBack(peer, client));
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = transport.read(client.getInputStream(), buffer);
                    count >= 0;
                    count = transport.read(client.getInputStream(), buffer)) {
                peer.getOutputStream().write(buffer, 0, count);
            }
            peer.close();
        } catch (IOException e) {
            close(client);
        }
    }

    private void copyBack(Socket peer, Socket client) {
        byte[] buffer = new byte[65_536];
        try {
            for (int count = peer.getInputStream().read(buffer);
                    count >= 0;
                    count = peer.getInputStream().read(buffer)) {
                transport.write(client.getOutputStream(), buffer, count);
            }
            client.close();
        } catch (IOException e) {
            close(client);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        sockets.forEach(Relay::close);
    }
}
