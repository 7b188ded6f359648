// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes on their way to the socket. Collecting is guarded by the connection's lock; writing happens outside it, by one
 * thread at a time, and takes along whatever was collected meanwhile. So no thread that waits for the lock ever waits for
 * the network, and under load one write carries the frames of many callers.
 */
final class Outbox {
    private static final int INITIAL_BYTES = 16 * 1024;
    /** A buffer that grew beyond this for a large message is not kept. */
    private static final int KEPT_BYTES_MAX = 1024 * 1024;

    private final Pipe pipe;
    private byte[] collecting = new byte[INITIAL_BYTES];
    private int collected;
    private byte[] writing = new byte[INITIAL_BYTES];
    private boolean isWriting;

    Outbox(Pipe pipe) {
        this.pipe = pipe;
    }

    /** Under the lock. */
    void append(ByteBuffer bytes) {
        int length = bytes.remaining();
        if (collecting.length - collected < length) {
            collecting = Arrays.copyOf(collecting, Math.max(collecting.length * 2, collected + length));
        }
        bytes.get(collecting, collected, length);
        collected += length;
    }

    /** Under the lock: bytes that no thread has begun to write. */
    int backlogBytes() {
        return collected;
    }

    /** Under the lock: makes the caller the writer if there is something to write and no writer. */
    boolean tryBecomeWriter() {
        if (isWriting || collected == 0) {
            return false;
        }
        isWriting = true;
        return true;
    }

    /**
     * Under the lock, by the writer: takes what was collected, or stops being the writer if there is nothing.
     *
     * @return how many bytes {@link #write} must write; 0 if the caller is no longer the writer
     */
    int take() {
        int length = collected;
        if (length == 0) {
            isWriting = false;
            return 0;
        }
        byte[] full = collecting;
        collecting = writing.length > KEPT_BYTES_MAX ? new byte[INITIAL_BYTES] : writing;
        writing = full;
        collected = 0;
        return length;
    }

    /** By the writer, without the lock. */
    void write(int length) throws IOException {
        pipe.write(writing, 0, length);
    }

    /** Under the lock: the socket is gone; the writer stops and what was collected is dropped. */
    void discard() {
        isWriting = false;
        collected = 0;
    }
}
