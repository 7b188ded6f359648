// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.transport.ConnectionError;

/**
 * Cuts the byte stream into protocol headers and frames (AMQP 1.0 §2.2, §2.3). Owned by the connection's event loop.
 *
 * <p>Frames that lie whole in the input are handed on in place; only an incomplete one is copied, into a buffer that
 * grows with the bytes that came and not with the size that was claimed, and is given up when the frame is complete.
 */
final class FrameReader {
    static final int HEADER_BYTES = 8;
    private static final int HELD_BYTES_MAX = 1 << 20;
    private static final byte[] NONE = {};

    /** Receives what was cut. */
    interface Sink {
        /** @param id 0 AMQP, 2 TLS, 3 SASL; -1 for bytes that are no AMQP header, or another version */
        void protocolHeader(int id);

        /** A frame's body lies between two positions of a buffer that is only valid during the call. */
        void frame(int type, int channel, ByteBuffer bytes, int bodyStart, int bodyEnd);
    }

    private final Sink sink;
    private int frameBytesMax;
    private boolean expectsHeader = true;
    private boolean isPaused;
    private byte[] tail = NONE;
    private int tailLength;
    private byte[] held = NONE;
    private int frameStart;

    FrameReader(Sink sink, int frameBytesMax) {
        this.sink = sink;
        this.frameBytesMax = frameBytesMax;
    }

    void frameBytesMax(int bytes) {
        frameBytesMax = bytes;
    }

    /** The next eight bytes are a protocol header. */
    void expectHeader() {
        expectsHeader = true;
    }

    /** Keeps what follows until {@link #resume}. */
    void pause() {
        isPaused = true;
    }

    /** Puts the frame that is being handled back before everything else that waits, and pauses. */
    void putBack(ByteBuffer bytes, int frameEnd) {
        isPaused = true;
        held = new byte[frameEnd - frameStart];
        bytes.get(frameStart, held);
    }

    void resume() {
        isPaused = false;
        byte[] waiting = held;
        held = NONE;
        read(ByteBuffer.wrap(waiting));
    }

    /** Consumes all of the input. */
    void read(ByteBuffer input) {
        while (input.hasRemaining() && !isPaused) {
            if (tailLength > 0 || input.remaining() < HEADER_BYTES) {
                readIntoTail(input);
            } else if (!readInPlace(input)) {
                readIntoTail(input);
            }
        }
        if (input.hasRemaining()) {
            hold(input);
        }
    }

    private boolean readInPlace(ByteBuffer input) {
        int start = input.position();
        if (expectsHeader) {
            input.position(start + HEADER_BYTES);
            header(input, start);
            return true;
        }
        int size = checkedSize(input.getInt(start));
        if (size > input.remaining()) {
            return false;
        }
        input.position(start + size);
        frame(input, start, size);
        return true;
    }

    private void readIntoTail(ByteBuffer input) {
        int wanted = HEADER_BYTES;
        if (tailLength >= HEADER_BYTES) {
            wanted = checkedSize(ByteBuffer.wrap(tail).getInt(0));
        }
        int count = Math.min(wanted - tailLength, input.remaining());
        if (tail.length < tailLength + count) {
            tail = Arrays.copyOf(tail, Math.min(wanted, Math.max(tailLength + count, 2 * tail.length)));
        }
        input.get(tail, tailLength, count);
        tailLength += count;
        if (tailLength < wanted) {
            return;
        }
        if (wanted == HEADER_BYTES
                && !expectsHeader
                && checkedSize(ByteBuffer.wrap(tail).getInt(0)) > HEADER_BYTES) {
            return;
        }
        ByteBuffer whole = ByteBuffer.wrap(tail, 0, tailLength);
        tail = NONE;
        tailLength = 0;
        if (expectsHeader) {
            header(whole, 0);
        } else {
            frame(whole, 0, whole.limit());
        }
    }

    private void header(ByteBuffer bytes, int start) {
        expectsHeader = false;
        boolean isAmqp = bytes.getInt(start) == 0x414d5150
                && bytes.get(start + 5) == 1
                && bytes.get(start + 6) == 0
                && bytes.get(start + 7) == 0;
        sink.protocolHeader(isAmqp ? bytes.get(start + 4) & 0xff : -1);
    }

    private void frame(ByteBuffer bytes, int start, int size) {
        int bodyOffset = 4 * (bytes.get(start + 4) & 0xff);
        if (bodyOffset < HEADER_BYTES || bodyOffset > size) {
            throw ProtocolException.connection(
                    ConnectionError.FRAMING_ERROR,
                    "Expected a data offset of 2 to " + size / 4 + ", but found " + bodyOffset / 4);
        }
        frameStart = start;
        int type = bytes.get(start + 5) & 0xff;
        int channel = bytes.getShort(start + 6) & 0xffff;
        sink.frame(type, channel, bytes, start + bodyOffset, start + size);
    }

    private int checkedSize(int size) {
        if (size < HEADER_BYTES || size > frameBytesMax) {
            throw ProtocolException.connection(
                    ConnectionError.FRAMING_ERROR,
                    "Expected a frame of 8 to " + frameBytesMax + " bytes, but found one of "
                            + Integer.toUnsignedString(size));
        }
        return size;
    }

    private void hold(ByteBuffer input) {
        int length = held.length;
        if (length + input.remaining() > HELD_BYTES_MAX) {
            throw ProtocolException.connection(
                    ConnectionError.FRAMING_ERROR, "Expected the peer to wait for an answer of ours");
        }
        held = Arrays.copyOf(held, length + input.remaining());
        input.get(held, length, input.remaining());
    }
}
