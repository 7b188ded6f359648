// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import io.postrider.conformance.kit.Endpoint;
import io.postrider.conformance.kit.Frame;
import io.postrider.conformance.kit.Frames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.qpid.proton.amqp.transport.Transfer;

/**
 * Stands between a client and the broker, passes every byte on and keeps what the client wrote, so that a test can compare
 * with what comes out. Each direction of a connection has its own thread.
 */
final class WireTap implements Endpoint, AutoCloseable {
    private final Endpoint broker;
    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<ByteArrayOutputStream> written = new CopyOnWriteArrayList<>();

    private WireTap(Endpoint broker, ServerSocket server) {
        this.broker = broker;
        this.server = server;
    }

    static WireTap to(Endpoint broker) {
        try {
            WireTap tap = new WireTap(broker, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            start("wire-tap-accept", tap::accept);
            return tap;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public int amqpPort() {
        return server.getLocalPort();
    }

    void sendThrough(InteropClient client, String address, List<MessageLine> messages) {
        client.send(this, address, false, messages);
    }

    /** The message of every delivery that clients sent, fragments put together. */
    List<byte[]> deliveries() {
        List<byte[]> deliveries = new ArrayList<>();
        for (ByteArrayOutputStream connection : written) {
            byte[] bytes;
            synchronized (connection) {
                bytes = connection.toByteArray();
            }
            collect(bytes, deliveries);
        }
        return deliveries;
    }

    private static void collect(byte[] bytes, List<byte[]> deliveries) {
        Frames frames = new Frames();
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int at = 0;
        while (at + 8 <= bytes.length) {
            byte[] head = Arrays.copyOfRange(bytes, at, at + 8);
            int size = head[0] == 'A' ? 8 : ByteBuffer.wrap(head).getInt();
            if (head[0] != 'A') {
                Frame frame = frames.decode(head, Arrays.copyOfRange(bytes, at + 8, at + size));
                if (frame.body() instanceof Transfer transfer) {
                    message.writeBytes(frame.payload());
                    if (!transfer.getMore()) {
                        deliveries.add(message.toByteArray());
                        message.reset();
                    }
                }
            }
            at += size;
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket peer = new Socket(broker.host(), broker.amqpPort());
                sockets.addAll(List.of(client, peer));
                ByteArrayOutputStream copy = new ByteArrayOutputStream();
                written.add(copy);
                start("wire-tap-out", () -> pump(client, peer, copy));
                start("wire-tap-in", () -> pump(peer, client, new ByteArrayOutputStream()));
            }
        } catch (SocketException closed) {
            // close() ends the accepting.
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pump(Socket from, Socket to, ByteArrayOutputStream copy) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (copy) {
                    copy.write(buffer, 0, n);
                }
                out.write(buffer, 0, n);
            }
            to.shutdownOutput();
        } catch (IOException closed) {
            // Either side may hang up in the middle; the test looks at what was copied until then.
            return;
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
