// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of one segment that one thread has read. Owned by that thread.
 *
 * <p>Somebody who reads index after index gets {@value #AHEAD_BYTES} bytes at a time, so that small entries do not cost a system
 * call each; a single read, or that of a large record, brings the record and no more. The bytes stay right when the segment is written on, since only
 * committed ones are read, and when it is released: they were the segment's when they were checked.
 */
final class ReadWindow {
    static final int AHEAD_BYTES = 128 * 1024;

    /** Of larger records so few fit what is read ahead that the one cut off at its end would be read twice too often. */
    private static final int SMALL_BYTES = AHEAD_BYTES / 8;

    /** A larger buffer is for one entry only and goes with the next read. */
    private static final int KEPT_BYTES_MAX = 1024 * 1024;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private @Nullable EntryPositions segment;
    private @Nullable RecordFrame frame;
    private int start;
    private long nextIndex;

    /** Whether the bytes from a position are here already. */
    boolean holds(EntryPositions wanted, int position, int end) {
        return segment == wanted && position >= start && end - start <= buffer.limit();
    }

    /** Reads the record from position to end, and what follows it if that will be asked for next. */
    void load(StoreFile file, EntryPositions wanted, long index, int position, int end) throws IOException {
        boolean isAheadUseful = index == nextIndex && end - position <= SMALL_BYTES;
        int bytes = end - position;
        int wantedBytes =
                isAheadUseful ? Math.max(bytes, Math.min(AHEAD_BYTES, wanted.committedEnd() - position)) : bytes;
        if (segment != wanted) {
            frame = new RecordFrame(wanted.header());
            segment = wanted;
        }
        start = position;
        makeRoom(wantedBytes);
        file.read(buffer.clear().limit(wantedBytes), position);
        buffer.flip(); // shorter than wanted if the file is: then the record fails its check
    }

    private void makeRoom(int bytes) {
        boolean isTooLarge = buffer.capacity() > KEPT_BYTES_MAX && bytes <= KEPT_BYTES_MAX;
        if (buffer.capacity() < bytes || isTooLarge) {
            int rounded = Math.max(AHEAD_BYTES, Integer.highestOneBit(Math.max(1, bytes - 1)) * 2);
            buffer = ByteBuffer.allocateDirect(bytes > KEPT_BYTES_MAX ? bytes : rounded);
        }
    }

    /** What is wrong with the record that was loaded, or an empty text. */
    String complaint(int position, long index) {
        int at = position - start;
        RecordFrame records = frame;
        int bytesLeft = buffer.limit() - at;
        if (records == null || bytesLeft < RecordFrame.HEADER_BYTES) {
            return "the file ends before its length";
        }
        if (!records.looksLikeRecord(buffer, at, bytesLeft) || !records.isIntact(buffer, at)) {
            return "no intact record";
        }
        if (RecordFrame.type(buffer, at) != RecordFrame.ENTRY || RecordFrame.index(buffer, at) != index) {
            return "the record is of type " + RecordFrame.type(buffer, at) + " and has index "
                    + RecordFrame.index(buffer, at);
        }
        return records.complaint(buffer, at);
    }

    /** The payload of a record without complaint; valid until the next load. */
    ByteBuffer payload(int position, long index) {
        nextIndex = index + 1;
        int at = position - start;
        return buffer.slice(at + RecordFrame.HEADER_BYTES, RecordFrame.length(buffer, at))
                .asReadOnlyBuffer();
    }

    /** Forgets what was read. */
    void clear() {
        segment = null;
        frame = null;
    }
}
