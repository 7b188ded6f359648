// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Reads the records of one segment through a window that grows for a large record. Owned by one thread. */
final class SegmentReader {
    private static final int WINDOW_BYTES = 256 * 1024;

    private final StoreFile file;
    private final RecordFrame frame;
    private final int fileBytes;
    private ByteBuffer window;
    private int windowStart;
    private int at;

    SegmentReader(StoreFile file, SegmentHeader header) {
        this.file = file;
        this.frame = new RecordFrame(header);
        this.fileBytes = Math.toIntExact(header.fileBytes());
        this.window =
                ByteBuffer.allocateDirect(Math.min(WINDOW_BYTES, fileBytes)).limit(0);
    }

    Path path() {
        return file.path();
    }

    int fileBytes() {
        return fileBytes;
    }

    /** Moves to a position. Returns whether an intact record of this generation begins there. */
    boolean read(int position) {
        int bytesLeft = fileBytes - position;
        if (bytesLeft < RecordFrame.HEADER_BYTES) {
            return false;
        }
        at = load(position, RecordFrame.HEADER_BYTES);
        if (!frame.looksLikeRecord(window, at, bytesLeft)) {
            return false;
        }
        at = load(position, RecordFrame.HEADER_BYTES + RecordFrame.length(window, at));
        return frame.isIntact(window, at);
    }

    byte type() {
        return RecordFrame.type(window, at);
    }

    long index() {
        return RecordFrame.index(window, at);
    }

    int syncedUpTo() {
        return RecordFrame.syncedUpTo(window, at);
    }

    /** Position behind the record. */
    int next() {
        return windowStart + at + RecordFrame.bytes(RecordFrame.length(window, at));
    }

    /** Why an intact record may not be used all the same, or an empty text. */
    String complaint() {
        return frame.complaint(window, at);
    }

    /** The payload; valid until the next read. */
    ByteBuffer payload() {
        int start = at + RecordFrame.HEADER_BYTES;
        return window.slice(start, RecordFrame.length(window, at)).asReadOnlyBuffer();
    }

    /** Raw bytes of the file; valid until the next read. */
    ByteBuffer bytes(int position, int length) {
        return window.slice(load(position, length), length);
    }

    /** Brings bytes of the file into the window. Returns where they begin in it. */
    private int load(int position, int length) {
        int start = position - windowStart;
        if (start >= 0 && start + (long) length <= window.limit()) {
            return start;
        }
        if (window.capacity() < length) {
            window = ByteBuffer.allocateDirect(length);
        }
        windowStart = position;
        window.clear().limit(Math.min(window.capacity(), fileBytes - position));
        try {
            int wanted = window.limit();
            int found = file.read(window, position);
            if (found < wanted) {
                throw JournalException.damaged(path(), (long) position + found, "the file ends before its length");
            }
        } catch (IOException e) {
            throw new JournalException(
                    "Expected to read the journal, but " + e + " [file=" + path() + ", position=" + position + "]", e);
        }
        return 0;
    }
}
