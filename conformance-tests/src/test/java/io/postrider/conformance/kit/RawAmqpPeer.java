// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;

/**
 * A peer that writes exactly the bytes it is told to and reads frame by frame: no protocol state of its own comes between a
 * test and the wire. Owned by the test's thread. Everything received is kept for {@link #received()}.
 */
public final class RawAmqpPeer implements AutoCloseable {
    public static final byte[] AMQP_HEADER = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    public static final byte[] SASL_HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};

    private static final int TIMEOUT_MS = 15_000;
    private static final int FRAME_BYTES_MAX = 64 * 1024 * 1024;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final Frames frames = new Frames();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final List<Frame> decoded = new ArrayList<>();
    private final List<String> transcript = new ArrayList<>();

    private RawAmqpPeer(Socket socket, InputStream in, OutputStream out) {
        this.socket = socket;
        this.in = new DataInputStream(in);
        this.out = out;
    }

    /** Opens a socket and sends nothing. */
    public static RawAmqpPeer connect(Endpoint broker) {
        return connect(broker, "127.0.0.1");
    }

    /** Opens a socket and what the transport puts on it. */
    public static RawAmqpPeer connect(Endpoint broker, Transport transport) {
        return connect(broker.host(), broker.amqpPort(), transport);
    }

    /** The same to any port. */
    public static RawAmqpPeer connect(String host, int port, Transport transport) {
        try {
            Socket socket = socket(host, port, "127.0.0.1");
            if (transport == Transport.TCP) {
                return new RawAmqpPeer(socket, socket.getInputStream(), socket.getOutputStream());
            }
            WebSocketStreams messages = new WebSocketStreams(socket);
            return new RawAmqpPeer(socket, messages.input(), messages.output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens a socket from another loopback address, for tests that use up the ports of one. */
    public static RawAmqpPeer connect(Endpoint broker, String localAddress) {
        try {
            Socket socket = socket(broker.host(), broker.amqpPort(), localAddress);
            return new RawAmqpPeer(socket, socket.getInputStream(), socket.getOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket socket(String host, int port, String localAddress) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(localAddress, 0));
        socket.connect(new InetSocketAddress(host, port), TIMEOUT_MS);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    public RawAmqpPeer send(byte[] bytes) {
        try {
            transcript.add("> " + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 64)));
            out.write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(toString(), e);
        }
    }

    /** Like {@link #send(byte[])}, for bytes that the broker may already have refused by hanging up. */
    public RawAmqpPeer trySend(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            transcript.add("> not sent: " + e.getMessage());
        }
        return this;
    }

    public RawAmqpPeer send(int channel, Object performative) {
        return send(channel, performative, new byte[0]);
    }

    public RawAmqpPeer send(int channel, Object performative, byte[] payload) {
        transcript.add("> [" + channel + "] " + performative);
        return send(frames.encode(Frames.AMQP, channel, performative, payload));
    }

    public RawAmqpPeer sendSasl(Object body) {
        return send(frames.encode(Frames.SASL, 0, body, new byte[0]));
    }

    /** Sends a frame whose body is the given bytes. */
    public RawAmqpPeer sendBody(int channel, byte[] body) {
        return send(Frames.frame(body.length + 8, 2, Frames.AMQP, channel, body));
    }

    /** Bytes of a performative, to be cut or bent. */
    public byte[] encode(Object performative) {
        return frames.encodeBody(performative);
    }

    /** A whole frame, to be sent later or together with others. */
    public byte[] encodeFrame(int channel, Object performative, byte[] payload) {
        return frames.encode(Frames.AMQP, channel, performative, payload);
    }

    public byte[] readHeader() {
        byte[] header = new byte[8];
        try {
            in.readFully(header);
        } catch (IOException e) {
            throw new UncheckedIOException(toString(), e);
        }
        received.writeBytes(header);
        transcript.add("< header " + HexFormat.of().formatHex(header));
        return header;
    }

    /** Reads one frame; null at the end of the stream. */
    public Frame readFrame() {
        try {
            byte[] head = in.readNBytes(8);
            received.writeBytes(head);
            if (head.length < 8) {
                transcript.add("< end");
                return null;
            }
            int size = Frames.size(head);
            if (size < 8 || size > FRAME_BYTES_MAX) {
                throw new AssertionError(
                        "Expected a frame, found " + HexFormat.of().formatHex(head) + "\n" + this);
            }
            byte[] rest = in.readNBytes(size - 8);
            received.writeBytes(rest);
            Frame frame = frames.decode(head, rest);
            transcript.add("< [" + frame.channel() + "] " + frame.body());
            decoded.add(frame);
            return frame;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("Expected a frame within " + TIMEOUT_MS + " ms\n" + this, e);
        } catch (EOFException | SocketException e) {
            transcript.add("< end: " + e.getMessage());
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(toString(), e);
        }
    }

    /** Reads up to the next frame of a kind. Heartbeats are passed over, and flows where no flow is asked for. */
    public <T> T expect(Class<T> kind) {
        return expectFrame(kind).body(kind);
    }

    public Frame expectFrame(Class<?> kind) {
        while (true) {
            Frame frame = readFrame();
            if (frame == null) {
                throw new AssertionError("Expected " + kind.getSimpleName() + ", but the stream ended\n" + this);
            }
            if (kind.isInstance(frame.body())) {
                return frame;
            }
            if (frame.body() != null && !(frame.body() instanceof Flow)) {
                throw new AssertionError("Expected " + kind.getSimpleName() + ", found " + frame.body() + "\n" + this);
            }
        }
    }

    /** Reads to the end of the stream, which must come soon. */
    public List<Frame> readToEnd() {
        List<Frame> all = new ArrayList<>();
        for (Frame frame = readFrame(); frame != null; frame = readFrame()) {
            all.add(frame);
        }
        return all;
    }

    /** Reads raw bytes to the end of the stream, which must come soon. */
    public byte[] readBytesToEnd() {
        try {
            byte[] bytes = in.readAllBytes();
            received.writeBytes(bytes);
            return bytes;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("Expected the broker to hang up within " + TIMEOUT_MS + " ms\n" + this, e);
        } catch (SocketException e) {
            return new byte[0];
        } catch (IOException e) {
            throw new UncheckedIOException(toString(), e);
        }
    }

    /** Every frame received so far. */
    public List<Frame> frames() {
        return List.copyOf(decoded);
    }

    /** Everything received so far, as one text with a character a byte. */
    public String received() {
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    /** SASL with ANONYMOUS, then the AMQP header. */
    public RawAmqpPeer logIn() {
        expectMechanisms();
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf("ANONYMOUS"));
        sendSasl(init);
        expect(SaslOutcome.class);
        return exchangeHeaders();
    }

    public SaslMechanisms expectMechanisms() {
        send(SASL_HEADER);
        readHeader();
        return expect(SaslMechanisms.class);
    }

    public SaslOutcome plain(String user, String password) {
        expectMechanisms();
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf("PLAIN"));
        init.setInitialResponse(new Binary(("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8)));
        sendSasl(init);
        return expect(SaslOutcome.class);
    }

    public RawAmqpPeer exchangeHeaders() {
        send(AMQP_HEADER);
        readHeader();
        return this;
    }

    /** Logs in and opens; answers the broker's open. */
    public Open open() {
        logIn();
        Open open = new Open();
        open.setContainerId("raw-" + System.nanoTime());
        send(0, open);
        return expect(Open.class);
    }

    public Begin begin(int channel) {
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.ONE);
        begin.setIncomingWindow(UnsignedInteger.valueOf(2048));
        begin.setOutgoingWindow(UnsignedInteger.valueOf(2048));
        send(channel, begin);
        return expect(Begin.class);
    }

    public static Attach senderAttach(String name, int handle, String address) {
        Attach attach = attach(name, handle, Role.SENDER);
        Target target = new Target();
        target.setAddress(address);
        attach.setTarget(target);
        attach.setSource(new Source());
        attach.setInitialDeliveryCount(UnsignedInteger.ZERO);
        return attach;
    }

    public static Attach receiverAttach(String name, int handle, String address) {
        Attach attach = attach(name, handle, Role.RECEIVER);
        Source source = new Source();
        source.setAddress(address);
        attach.setSource(source);
        attach.setTarget(new Target());
        return attach;
    }

    private static Attach attach(String name, int handle, Role role) {
        Attach attach = new Attach();
        attach.setName(name);
        attach.setHandle(UnsignedInteger.valueOf(handle));
        attach.setRole(role);
        attach.setSndSettleMode(SenderSettleMode.UNSETTLED);
        attach.setRcvSettleMode(ReceiverSettleMode.FIRST);
        return attach;
    }

    public static Transfer transfer(int handle, int deliveryId) {
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.valueOf(handle));
        transfer.setDeliveryId(UnsignedInteger.valueOf(deliveryId));
        transfer.setDeliveryTag(new Binary(new byte[] {(byte) (deliveryId >> 8), (byte) deliveryId}));
        transfer.setMessageFormat(UnsignedInteger.ZERO);
        return transfer;
    }

    /** A link flow as a receiver sends it, counting from the start of link and session. */
    public static Flow credit(int handle, int deliveryCount, int credit) {
        Flow flow = new Flow();
        flow.setNextIncomingId(UnsignedInteger.valueOf(deliveryCount));
        flow.setIncomingWindow(UnsignedInteger.valueOf(2048));
        flow.setNextOutgoingId(UnsignedInteger.ONE);
        flow.setOutgoingWindow(UnsignedInteger.valueOf(2048));
        flow.setHandle(UnsignedInteger.valueOf(handle));
        flow.setDeliveryCount(UnsignedInteger.valueOf(deliveryCount));
        flow.setLinkCredit(UnsignedInteger.valueOf(credit));
        return flow;
    }

    public static UnsignedShort channel(int number) {
        return UnsignedShort.valueOf((short) number);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Hangs up with a reset, so that no port stays in TIME_WAIT on this side. */
    public void abort() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "the dialogue was:\n  " + String.join("\n  ", transcript);
    }
}
