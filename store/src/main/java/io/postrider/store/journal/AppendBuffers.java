// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Two buffers between the thread that appends and the thread that writes: one fills while the other is on its way to the
 * disk. The monitor guards which is which and is held for one copy or one swap, never for I/O.
 *
 * <p>Buffers double while they fill, up to the bound, then {@link #append} waits for the writer. One entry larger than the
 * bound gets a buffer of its own size. A buffer that stays mostly empty shrinks again.
 */
final class AppendBuffers {
    /** Batches in a row that used less than a quarter of their buffer before it is halved. */
    private static final int SHRINK_AFTER_BATCHES = 64;

    private final int shard;
    private final int bytesMin;
    private final int bytesMax;

    private ByteBuffer filling;
    private @Nullable ByteBuffer resting;
    private long lastIndex;
    private boolean isStopped;
    private int smallBatches;

    AppendBuffers(JournalSettings settings, long lastIndex) {
        this.shard = settings.shard();
        this.bytesMin = settings.bufferBytes();
        this.bytesMax = settings.bufferBytesMax();
        this.filling = ByteBuffer.allocateDirect(bytesMin);
        this.resting = ByteBuffer.allocateDirect(bytesMin);
        this.lastIndex = lastIndex;
    }

    /**
     * Copies an entry in as an unsealed record.
     *
     * @return its index, or -1 if the journal has stopped
     */
    synchronized long append(ByteBuffer entry) {
        int bytes = RecordFrame.bytes(entry.remaining());
        awaitSpace(bytes);
        if (isStopped) {
            return -1;
        }
        if (filling.remaining() < bytes) {
            grow(bytes);
        }
        RecordFrame.put(filling, RecordFrame.ENTRY, shard, ++lastIndex, entry);
        return lastIndex;
    }

    private void awaitSpace(int bytes) {
        boolean wasInterrupted = false;
        while (!isStopped && filling.position() > 0 && (long) filling.position() + bytes > bytesMax) {
            try {
                wait();
            } catch (InterruptedException e) {
                wasInterrupted = true; // an entry may not be lost for it; the caller sees the flag afterwards
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void grow(int bytes) {
        long needed = (long) filling.position() + bytes;
        long doubled = Math.min(2L * filling.capacity(), bytesMax);
        filling = ByteBuffer.allocateDirect(Math.toIntExact(Math.max(needed, doubled)))
                .put(filling.flip());
    }

    synchronized boolean isEmpty() {
        return filling.position() == 0;
    }

    /** Swaps the buffers: what was appended so far, from 0 to limit, or null if that is nothing. Call from the writer. */
    synchronized @Nullable ByteBuffer take() {
        ByteBuffer next = resting;
        if (next == null || filling.position() == 0) {
            return null;
        }
        ByteBuffer batch = filling.flip();
        filling = next;
        resting = null;
        notifyAll();
        return batch;
    }

    /** Gives a taken buffer back. */
    void giveBack(ByteBuffer batch, int batchBytes) {
        int capacity = batch.capacity();
        smallBatches = batchBytes < capacity / 4 ? smallBatches + 1 : 0;
        boolean shrinks = capacity > bytesMax || (capacity > bytesMin && smallBatches >= SHRINK_AFTER_BATCHES);
        ByteBuffer rested = batch;
        if (shrinks) {
            smallBatches = 0;
            rested = ByteBuffer.allocateDirect(Math.max(bytesMin, Math.min(capacity / 2, bytesMax)));
        }
        synchronized (this) {
            resting = rested.clear();
        }
    }

    /** Refuses every further entry and wakes an append that waits. */
    synchronized void stop() {
        isStopped = true;
        notifyAll();
    }
}
