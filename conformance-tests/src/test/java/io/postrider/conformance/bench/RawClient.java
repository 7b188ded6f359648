// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/**
 * One AMQP connection with one session and one link on a blocking socket, without an engine: what a load generator needs and
 * nothing else, so that the client's own cost stays small beside the broker's. Owned by one thread.
 */
final class RawClient implements AutoCloseable {
    static final int TRANSFER = 0x14;
    static final int DISPOSITION = 0x15;
    static final int FLOW = 0x13;
    static final int ATTACH = 0x12;
    static final int DETACH = 0x16;
    static final int END = 0x17;
    static final int CLOSE = 0x18;

    private static final int FRAME_SIZE_MAX = 128 * 1024;

    private final DecoderImpl decoder = new DecoderImpl();
    private final EncoderImpl encoder = new EncoderImpl(decoder);
    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocateDirect(512 * 1024);
    private final ByteBuffer out = ByteBuffer.allocateDirect(512 * 1024);

    RawClient(int port) throws IOException {
        this(port, "bench-" + Long.toHexString(ThreadLocalRandom.current().nextLong()));
    }

    RawClient(int port, String containerId) throws IOException {
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        in.limit(0);
        handshake(containerId);
    }

    ByteBuffer out() {
        return out;
    }

    private void handshake(String containerId) throws IOException {
        header(3);
        flush();
        readHeader();
        readFrame();
        SaslInit init = new SaslInit();
        init.setMechanism(Symbol.valueOf("ANONYMOUS"));
        init.setInitialResponse(new Binary(new byte[0]));
        frame(1, init);
        flush();
        readFrame();
        header(0);
        Open open = new Open();
        open.setContainerId(containerId);
        open.setHostname("localhost");
        open.setMaxFrameSize(UnsignedInteger.valueOf(FRAME_SIZE_MAX));
        frame(0, open);
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.ONE);
        begin.setIncomingWindow(UnsignedInteger.valueOf(Integer.MAX_VALUE));
        begin.setOutgoingWindow(UnsignedInteger.valueOf(Integer.MAX_VALUE));
        frame(0, begin);
        flush();
        readHeader();
    }

    private void header(int id) {
        out.put("AMQP".getBytes(StandardCharsets.US_ASCII))
                .put((byte) id)
                .put((byte) 1)
                .put((byte) 0)
                .put((byte) 0);
    }

    private void readHeader() throws IOException {
        need(8);
        in.position(in.position() + 8);
    }

    /** Adds one frame to the output. */
    void frame(int type, Object performative) {
        int start = out.position();
        out.putInt(0).put((byte) 2).put((byte) type).putShort((short) 0);
        encoder.setByteBuffer(out);
        encoder.writeObject(performative);
        out.putInt(start, out.position() - start);
    }

    void flush() throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
        out.clear();
    }

    /** Blocks until a whole frame is buffered; then the position is at its body. Returns the end of the frame. */
    int nextFrame() throws IOException {
        need(4);
        int size = in.getInt(in.position());
        if (size < 8 || size > FRAME_SIZE_MAX) {
            throw new IOException("Expected a frame of 8 to " + FRAME_SIZE_MAX + " bytes, but got " + size);
        }
        need(size);
        int end = in.position() + size;
        in.position(in.position() + 4 * (in.get(in.position() + 4) & 0xff));
        return end;
    }

    /** Whether a whole frame is buffered, so that {@link #nextFrame} will not block. */
    boolean hasFrame() {
        return in.remaining() >= 4 && in.remaining() >= in.getInt(in.position());
    }

    /** The buffer that {@link #nextFrame} positioned. */
    ByteBuffer in() {
        return in;
    }

    void skipTo(int end) {
        in.position(end);
    }

    /** Reads and decodes one frame of the conversation's beginning. */
    Object readFrame() throws IOException {
        int end = nextFrame();
        if (in.position() == end) {
            return readFrame();
        }
        decoder.setByteBuffer(in);
        Object performative = decoder.readObject();
        in.position(end);
        return performative;
    }

    /** Code of the performative at the position, which must be encoded with a small ulong descriptor. */
    int performative() {
        return in.get(in.position() + 2) & 0xff;
    }

    private void need(int bytes) throws IOException {
        while (in.remaining() < bytes) {
            in.compact();
            if (channel.read(in) < 0) {
                throw new EOFException("The broker closed the connection");
            }
            in.flip();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
