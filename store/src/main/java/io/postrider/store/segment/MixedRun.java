// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Gathers bodies of many small logs in memory and gives them on sorted by log and offset, so that one log's bodies lie
 * together in the file. Owned by the thread that writes the checkpoint.
 */
final class MixedRun {
    private static final int CHUNK_BYTES = 256 * 1024;

    /** What an entry takes in memory besides its body; counted, so that tiny bodies do not exceed the bound. */
    private static final int ENTRY_BYTES = 64;

    private static final Comparator<Entry> ORDER =
            Comparator.comparingLong(Entry::logId).thenComparingLong(Entry::offset);

    private final List<Entry> entries = new ArrayList<>();
    private final int bytesMax;
    private final int chunkBytes;
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private long bytes;

    MixedRun(int bytesMax) {
        this.bytesMax = bytesMax;
        this.chunkBytes = Math.min(CHUNK_BYTES, bytesMax);
    }

    private record Entry(long logId, long offset, int origin, ByteBuffer chunk, int at, int length) {
        ByteBuffer body() {
            return chunk.slice(at, length);
        }
    }

    /** Takes the bodies in order. */
    interface Target {
        void append(long logId, long offset, int origin, ByteBuffer body) throws IOException;
    }

    /** What the bodies of an extent take if all are added. */
    static long bytesInMemory(Extent extent) {
        return extent.bytes() + ENTRY_BYTES * extent.count();
    }

    boolean hasRoomFor(int bodyBytes) {
        return entries.isEmpty() || bytes + bodyBytes + ENTRY_BYTES <= bytesMax;
    }

    void add(long logId, long offset, int origin, ByteBuffer body) {
        int length = body.remaining();
        if (chunk.remaining() < length) {
            chunk = ByteBuffer.allocate(Math.max(length, chunkBytes));
        }
        entries.add(new Entry(logId, offset, origin, chunk, chunk.position(), length));
        chunk.put(body.duplicate());
        bytes += length + ENTRY_BYTES;
    }

    void drainTo(Target target) throws IOException {
        entries.sort(ORDER);
        for (Entry entry : entries) {
            target.append(entry.logId(), entry.offset(), entry.origin(), entry.body());
        }
        entries.clear();
        chunk = ByteBuffer.allocate(0);
        bytes = 0;
    }
}
