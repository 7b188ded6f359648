// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames into the output's buffers. Owned by the connection's event loop.
 *
 * <p>What is written stays in one lent buffer until it is full or {@link #flush} is called, once per turn.
 */
final class FrameWriter {
    static final int AMQP = 0;
    static final int SASL = 1;

    /** Frame header, descriptor, list header and fields of the longest transfer written here, with room to spare. */
    static final int TRANSFER_OVERHEAD_BYTES = 64;

    private static final int FRAME_HEADER_BYTES = 8;
    private static final int ACCEPTED_SHORT = 0x00532445;

    private final Output output;
    private final PerformativeCodec codec;
    private int frameBytesMax = 512;
    private @Nullable ByteBuffer buffer;
    private boolean hasWritten;

    FrameWriter(Output output, PerformativeCodec codec) {
        this.output = output;
        this.codec = codec;
    }

    /** The peer's limit; 512 until its open says otherwise (AMQP 1.0 §2.7.1). */
    void frameBytesMax(int bytes) {
        frameBytesMax = bytes;
    }

    int frameBytesMax() {
        return frameBytesMax;
    }

    /** Whether anything was written since the last call. */
    boolean takeWritten() {
        boolean result = hasWritten;
        hasWritten = false;
        return result;
    }

    void flush() {
        ByteBuffer written = buffer;
        if (written != null) {
            buffer = null;
            output.give(written);
        }
    }

    private ByteBuffer room(int bytes) {
        hasWritten = true;
        ByteBuffer current = buffer;
        if (current != null && current.remaining() >= bytes) {
            return current;
        }
        flush();
        ByteBuffer next = output.take(bytes);
        buffer = next;
        return next;
    }

    void protocolHeader(int id) {
        room(8).putInt(0x414d5150).put((byte) id).put((byte) 1).put((byte) 0).put((byte) 0);
    }

    void emptyFrame() {
        room(FRAME_HEADER_BYTES).putInt(FRAME_HEADER_BYTES).putInt(0x02000000);
    }

    void performative(int type, int channel, Object body) {
        ByteBuffer encoded = codec.encode(body);
        int size = FRAME_HEADER_BYTES + encoded.remaining();
        if (type == AMQP && size > frameBytesMax) {
            throw ProtocolException.connection(
                    AmqpError.FRAME_SIZE_TOO_SMALL,
                    "Expected a max-frame-size of at least " + size + " bytes to answer, but it is " + frameBytesMax);
        }
        room(size)
                .putInt(size)
                .put((byte) 2)
                .put((byte) type)
                .putShort((short) channel)
                .put(encoded);
    }

    /** A disposition of ours that settles a range of the peer's or our own deliveries. */
    void disposition(int channel, boolean isReceiver, int first, int last, boolean isSettled, DeliveryState state) {
        ByteBuffer encoded = state == Accepted.getInstance() ? null : codec.encode(state);
        int stateBytes = encoded == null ? 4 : encoded.remaining();
        ByteBuffer to = room(40 + stateBytes);
        int start = frameStart(to, channel);
        to.putShort((short) 0x0053).put((byte) 0x15).put((byte) WireFormat.LIST32);
        int list = to.position();
        to.position(list + 4);
        to.putInt(5);
        to.put((byte) (isReceiver ? WireFormat.TRUE : WireFormat.FALSE));
        uint(to, first);
        uint(to, last);
        to.put((byte) (isSettled ? WireFormat.TRUE : WireFormat.FALSE));
        if (encoded == null) {
            to.putInt(ACCEPTED_SHORT);
        } else {
            to.put(encoded);
        }
        to.putInt(list, to.position() - list - 4);
        frameEnd(to, start);
    }

    /**
     * One transfer frame: as much of prefix and body, from {@code offset} into their concatenation, as fits.
     *
     * @param payloadBytesMax at most this much of them
     * @return bytes of prefix and body written
     */
    int transfer(
            int channel,
            int handle,
            OutgoingDelivery delivery,
            boolean isFirst,
            OutgoingPayload payload,
            int offset,
            int payloadBytesMax) {
        int left = payload.length() - offset;
        int count = Math.min(left, payloadBytesMax);
        boolean hasMore = count < left || payload.hasMore();
        ByteBuffer to = room(TRANSFER_OVERHEAD_BYTES + count);
        int start = frameStart(to, channel);
        to.putInt(0x005314c0);
        int list = to.position();
        to.position(list + 1);
        to.put((byte) 6);
        uint(to, handle);
        uint(to, delivery.id);
        if (isFirst) {
            to.put((byte) WireFormat.BINARY8).put((byte) 4).putInt(delivery.id);
            to.put((byte) WireFormat.UINT0);
        } else {
            to.put((byte) WireFormat.NULL).put((byte) WireFormat.NULL);
        }
        to.put((byte) (delivery.isSentSettled ? WireFormat.TRUE : WireFormat.FALSE));
        to.put((byte) (hasMore ? WireFormat.TRUE : WireFormat.FALSE));
        to.put(list, (byte) (to.position() - list - 1));
        payload.writeTo(to, offset, count);
        frameEnd(to, start);
        return count;
    }

    /** The end of a delivery that is given up (AMQP 1.0 §2.7.5, aborted). */
    void aborted(int channel, int handle, OutgoingDelivery delivery) {
        ByteBuffer to = room(TRANSFER_OVERHEAD_BYTES);
        int start = frameStart(to, channel);
        to.putInt(0x005314c0);
        int list = to.position();
        to.position(list + 1);
        to.put((byte) 10);
        uint(to, handle);
        uint(to, delivery.id);
        to.put((byte) WireFormat.NULL).put((byte) WireFormat.NULL);
        to.put((byte) (delivery.isSentSettled ? WireFormat.TRUE : WireFormat.FALSE));
        to.put((byte) WireFormat.FALSE);
        to.put((byte) WireFormat.NULL).put((byte) WireFormat.NULL).put((byte) WireFormat.NULL);
        to.put((byte) WireFormat.TRUE);
        to.put(list, (byte) (to.position() - list - 1));
        frameEnd(to, start);
    }

    private static int frameStart(ByteBuffer to, int channel) {
        int start = to.position();
        to.putInt(0).putInt(0x02000000 | channel);
        return start;
    }

    private static void frameEnd(ByteBuffer to, int start) {
        to.putInt(start, to.position() - start);
    }

    private static void uint(ByteBuffer to, int value) {
        if (value == 0) {
            to.put((byte) WireFormat.UINT0);
        } else if (value > 0 && value < 256) {
            to.put((byte) WireFormat.SMALL_UINT).put((byte) value);
        } else {
            to.put((byte) WireFormat.UINT).putInt(value);
        }
    }
}
