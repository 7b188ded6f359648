// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/** Lends buffers to readers and keeps a few. Any thread. */
final class ReadBuffers {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int KEPT_MAX = 4;

    private final ArrayBlockingQueue<ByteBuffer> kept = new ArrayBlockingQueue<>(KEPT_MAX);

    ByteBuffer take() {
        ByteBuffer buffer = kept.poll();
        return buffer == null ? ByteBuffer.allocateDirect(BUFFER_BYTES) : buffer;
    }

    void give(ByteBuffer buffer) {
        kept.offer(buffer); // one too many is left to the collector
    }
}
