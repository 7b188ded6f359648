// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One open segment file and how far it is written. Owned by the journal's writer once it is being written; by the thread
 * that replays before that.
 *
 * <p>{@code header bytes <= synced <= end <= file length}.
 */
final class Segment {
    private final SegmentHeader header;
    private final StoreFile file;
    private final RecordFrame frame;
    private final EntryPositions entries;
    private int end = SegmentHeader.BYTES;
    private int synced = SegmentHeader.BYTES;
    private long lastIndex;
    private boolean isFull;

    /** An open segment. {@code lastIndex} is the index of the last entry before it. */
    Segment(SegmentHeader header, StoreFile file, long lastIndex) {
        this.header = header;
        this.file = file;
        this.frame = new RecordFrame(header);
        this.entries = new EntryPositions(header, file.path());
        this.lastIndex = lastIndex;
    }

    /** Takes the segment up again where recovery found its end; all before it is durable. */
    void continueAt(int position, long index) {
        end = position;
        synced = position;
        lastIndex = index;
    }

    SegmentHeader header() {
        return header;
    }

    StoreFile file() {
        return file;
    }

    RecordFrame frame() {
        return frame;
    }

    /** Where the entries lie, for reading them back. */
    EntryPositions entries() {
        return entries;
    }

    int end() {
        return end;
    }

    int synced() {
        return synced;
    }

    long lastIndex() {
        return lastIndex;
    }

    /** Makes the next record go to a new segment. */
    void leaveNoRoom() {
        isFull = true;
    }

    boolean hasRoom(int bytes) {
        return !isFull && bytes <= header.fileBytes() - end;
    }

    /** Writes sealed records, position to limit, behind the last ones. Durable only after {@link #sync}. */
    void write(ByteBuffer records, long lastIndexInside) throws IOException {
        int bytes = records.remaining();
        file.write(records, end);
        end += bytes;
        lastIndex = lastIndexInside;
    }

    void sync() throws IOException {
        file.force(false);
        synced = end;
    }

    void close() throws IOException {
        file.close();
    }
}
