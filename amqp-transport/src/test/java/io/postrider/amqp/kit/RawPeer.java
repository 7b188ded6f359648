// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.kit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.postrider.amqp.kit.Frames.Frame;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;

/** A peer that sends exactly the bytes it is told to, over a blocking socket. Owned by the test's thread. */
public final class RawPeer implements AutoCloseable {
    private static final int READ_TIMEOUT_MS = 10_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    public RawPeer(int port) throws IOException {
        this(new Socket("127.0.0.1", port));
    }

    /** Over a socket that is connected already. */
    public RawPeer(Socket connected) throws IOException {
        socket = connected;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_TIMEOUT_MS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        out = socket.getOutputStream();
    }

    /** Connected, without SASL, and open. */
    public static RawPeer opened(int port, String containerId) throws IOException {
        RawPeer peer = new RawPeer(port);
        peer.write(Frames.AMQP_HEADER);
        peer.send(0, Frames.open(containerId));
        peer.expectHeader(Frames.AMQP_HEADER);
        peer.expect(Open.class);
        return peer;
    }

    /** Opened, with a session on channel 0. */
    public static RawPeer begun(int port, String containerId) throws IOException {
        RawPeer peer = opened(port, containerId);
        peer.send(0, Frames.begin());
        peer.expect(Begin.class);
        return peer;
    }

    /** Authenticated by PLAIN, with a session on channel 0. */
    public static RawPeer begunAs(int port, String containerId, String user) throws IOException {
        RawPeer peer = new RawPeer(port);
        peer.write(Frames.SASL_HEADER);
        peer.expectHeader(Frames.SASL_HEADER);
        peer.expect(SaslMechanisms.class);
        String password = new StringBuilder(user).reverse().toString();
        peer.write(Frames.frame(1, 0, Frames.saslInit("PLAIN", Frames.plain(user, password)), new byte[0]));
        peer.expect(SaslOutcome.class);
        peer.write(Frames.join(
                Frames.AMQP_HEADER, Frames.frame(0, Frames.open(containerId)), Frames.frame(0, Frames.begin())));
        peer.expectHeader(Frames.AMQP_HEADER);
        peer.expect(Open.class);
        peer.expect(Begin.class);
        return peer;
    }

    public void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    public void send(int channel, Object body) throws IOException {
        write(Frames.frame(channel, body));
    }

    public void send(int channel, Object body, byte[] payload) throws IOException {
        write(Frames.frame(0, channel, body, payload));
    }

    public void expectHeader(byte[] expected) throws IOException {
        byte[] header = new byte[8];
        in.readFully(header);
        if (!Arrays.equals(header, expected)) {
            throw new AssertionError("Expected header " + Arrays.toString(expected) + ", but found "
                    + Arrays.toString(header) + " " + new String(header, US_ASCII));
        }
    }

    /** The next frame; null at the end of the stream. */
    public Frame read() throws IOException {
        int size;
        try {
            size = in.readInt();
        } catch (EOFException e) {
            return null;
        }
        byte[] frame = new byte[size];
        frame[0] = (byte) (size >>> 24);
        frame[1] = (byte) (size >>> 16);
        frame[2] = (byte) (size >>> 8);
        frame[3] = (byte) size;
        in.readFully(frame, 4, size - 4);
        return Frames.parse(frame);
    }

    /** The next frame that is not empty, which must have this body. */
    public <T> T expect(Class<T> body) throws IOException {
        return next().as(body);
    }

    /** The next frame that is not empty. */
    public Frame next() throws IOException {
        Frame frame = read();
        while (frame != null && frame.body() == null) {
            frame = read();
        }
        if (frame == null) {
            throw new AssertionError("Expected a frame, but the stream ended");
        }
        return frame;
    }

    public void expectEnd() throws IOException {
        Frame frame = read();
        if (frame != null) {
            throw new AssertionError("Expected the end of the stream, but found " + frame.body());
        }
    }

    /** Attaches a sender and waits for credit. */
    public Attach attachSender(String name, int handle, String address) throws IOException {
        send(0, Frames.sender(name, handle, address));
        Attach reply = expect(Attach.class);
        expect(Flow.class);
        return reply;
    }

    /** Attaches a receiver and gives it credit. */
    public Attach attachReceiver(String name, int handle, String address, int credit) throws IOException {
        send(0, Frames.receiver(name, handle, address));
        Attach reply = expect(Attach.class);
        if (credit > 0) {
            send(0, Frames.credit(handle, 0, credit));
        }
        return reply;
    }

    /** Makes a read that waits longer fail. */
    public void readTimeoutMs(int timeoutMs) throws IOException {
        socket.setSoTimeout(timeoutMs);
    }

    public Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
