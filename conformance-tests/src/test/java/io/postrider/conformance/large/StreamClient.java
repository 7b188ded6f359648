// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.large;

import io.postrider.conformance.kit.Endpoint;
import io.postrider.conformance.kit.RawAmqpPeer;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/**
 * Sends and receives messages of any size on one link, frame by frame, without ever holding one in memory. It minds the
 * session window, as a client of good manners does. Owned by one thread.
 */
final class StreamClient implements AutoCloseable {
    private static final byte[] HEADER = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    private static final int FRAME_BYTES_MAX = 128 * 1024;
    private static final int PIECE_BYTES = 100_000;
    private static final int WINDOW = 256;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final DecoderImpl decoder = new DecoderImpl();
    private final EncoderImpl encoder = new EncoderImpl(decoder);
    private final ByteBuffer buffer = ByteBuffer.allocate(FRAME_BYTES_MAX);
    private byte[] payload = {};
    private int sendWindow;
    private int framesSent;
    private int framesReceived;

    StreamClient(Endpoint broker) throws IOException {
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        socket = new Socket(broker.host(), broker.amqpPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 17));
        out = socket.getOutputStream();
        out.write(HEADER);
        in.readFully(new byte[HEADER.length]);
        Open open = new Open();
        open.setContainerId("large-" + System.nanoTime());
        open.setMaxFrameSize(UnsignedInteger.valueOf(FRAME_BYTES_MAX));
        write(open, 0);
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.ONE);
        begin.setIncomingWindow(UnsignedInteger.valueOf(WINDOW));
        begin.setOutgoingWindow(UnsignedInteger.valueOf(Integer.MAX_VALUE));
        write(begin, 0);
        expect(Open.class);
        sendWindow = expect(Begin.class).getIncomingWindow().intValue();
    }

    /** What was received: its length without the header section, and their checksum. */
    record Received(long bytes, long checksum) {}

    StreamClient sender(String queue) throws IOException {
        write(RawAmqpPeer.senderAttach("s", 0, queue), 0);
        Flow flow = expect(Flow.class);
        while (flow.getHandle() == null) {
            flow = expect(Flow.class);
        }
        return this;
    }

    StreamClient receiver(String queue) throws IOException {
        write(RawAmqpPeer.receiverAttach("r", 0, queue), 0);
        Flow credit = RawAmqpPeer.credit(0, 0, 1);
        credit.setNextIncomingId(UnsignedInteger.ONE);
        credit.setIncomingWindow(UnsignedInteger.valueOf(WINDOW));
        write(credit, 0);
        return this;
    }

    /** Sends one durable message of one data section and waits for its outcome. Returns the checksum. */
    long send(long bytes) throws IOException {
        long checksum = sendPart(bytes, bytes);
        Disposition outcome = expect(Disposition.class);
        if (!(outcome.getState() instanceof Accepted)) {
            throw new IOException("Expected accepted, but got " + outcome);
        }
        return checksum;
    }

    /** Sends the first {@code sentBytes} of a message of {@code bytes} bytes. Returns their checksum. */
    long sendPart(long bytes, long sentBytes) throws IOException {
        CRC32C checksum = new CRC32C();
        Header header = new Header();
        header.setDurable(true);
        byte[] durable = encoded(header);
        byte[] random = new byte[PIECE_BYTES];
        new Random(bytes).nextBytes(random);
        Transfer transfer = RawAmqpPeer.transfer(0, 0);
        transfer.setMore(true);
        write(transfer, durable.length, durable);
        framesSent++;
        byte[] section = ByteBuffer.allocate(8)
                .putInt(0x005375b0)
                .putInt((int) (bytes - 8))
                .array();
        long at = 0;
        while (at < sentBytes) {
            awaitWindow();
            int count = (int) Math.min(PIECE_BYTES, sentBytes - at);
            ByteBuffer.wrap(random).putLong(at);
            if (at == 0) {
                System.arraycopy(section, 0, random, 0, 8);
            }
            checksum.update(random, 0, count);
            at += count;
            Transfer next = new Transfer();
            next.setHandle(UnsignedInteger.ZERO);
            next.setMore(at < bytes);
            write(next, count, random);
            framesSent++;
        }
        return checksum.getValue();
    }

    private void awaitWindow() throws IOException {
        while (framesSent >= sendWindow || in.available() > 0) {
            Object frame = read();
            if (frame instanceof Flow flow) {
                sendWindow = flow.getNextIncomingId().intValue()
                        - 1
                        + flow.getIncomingWindow().intValue();
            } else if (frame != null) {
                throw new IOException("Expected a flow, but got " + frame);
            }
        }
    }

    /** Receives one message and accepts it. */
    Received receive() throws IOException {
        CRC32C checksum = new CRC32C();
        long bytes = 0;
        boolean hasMore = true;
        UnsignedInteger id = null;
        while (hasMore) {
            Transfer transfer = expect(Transfer.class);
            if (transfer.getAborted()) {
                throw new IOException("The delivery was aborted after " + bytes + " bytes");
            }
            framesReceived++;
            // The header section is the broker's own: a list with a size of one byte.
            int skipped = id == null ? 5 + (payload[4] & 0xff) : 0;
            id = id == null ? transfer.getDeliveryId() : id;
            checksum.update(payload, skipped, payload.length - skipped);
            bytes += payload.length - skipped;
            hasMore = transfer.getMore();
            if (framesReceived % (WINDOW / 2) == 0) {
                Flow flow = new Flow();
                flow.setNextIncomingId(UnsignedInteger.valueOf(framesReceived + 1));
                flow.setIncomingWindow(UnsignedInteger.valueOf(WINDOW));
                flow.setNextOutgoingId(UnsignedInteger.ONE);
                flow.setOutgoingWindow(UnsignedInteger.valueOf(WINDOW));
                write(flow, 0);
            }
        }
        Disposition accepted = new Disposition();
        accepted.setRole(Role.RECEIVER);
        accepted.setFirst(id);
        accepted.setSettled(true);
        accepted.setState(Accepted.getInstance());
        write(accepted, 0);
        return new Received(bytes, checksum.getValue());
    }

    private <T> T expect(Class<T> kind) throws IOException {
        Object frame = read();
        while (!kind.isInstance(frame)) {
            if (frame != null
                    && !(frame instanceof Flow)
                    && !frame.getClass().getSimpleName().equals("Attach")) {
                throw new IOException("Expected " + kind.getSimpleName() + ", but got " + frame);
            }
            frame = read();
        }
        return kind.cast(frame);
    }

    /** The next performative, or null for an empty frame. */
    private Object read() throws IOException {
        int size = in.readInt();
        byte[] frame = new byte[size - 4];
        in.readFully(frame);
        ByteBuffer body = ByteBuffer.wrap(frame, 4 * frame[0] - 4, frame.length - (4 * frame[0] - 4));
        if (!body.hasRemaining()) {
            return null;
        }
        decoder.setByteBuffer(body);
        Object performative = decoder.readObject();
        payload = new byte[body.remaining()];
        body.get(payload);
        return performative;
    }

    private byte[] encoded(Object value) {
        ByteBuffer bytes = ByteBuffer.allocate(1024);
        encoder.setByteBuffer(bytes);
        encoder.writeObject(value);
        return java.util.Arrays.copyOf(bytes.array(), bytes.position());
    }

    private void write(Object performative, int payloadBytes, byte... bytes) throws IOException {
        buffer.clear();
        buffer.putInt(0).putInt(0x02000000);
        encoder.setByteBuffer(buffer);
        encoder.writeObject(performative);
        buffer.put(bytes, 0, payloadBytes);
        buffer.putInt(0, buffer.position());
        out.write(buffer.array(), 0, buffer.position());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
