// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import io.postrider.store.io.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads the records of one extent one by one and checks each. Owned by one thread; its buffer is lent. */
final class ExtentReader {
    /** The first read after a seek takes no more: an index entry is about that far away, and often one body is all that is wanted. */
    private static final int FIRST_READ_BYTES = 64 * 1024;

    private static final int READ_BYTES_MAX = 256 * 1024;

    private final StoreFile file;
    private final Extent extent;
    private final SegmentFormat format = new SegmentFormat();
    private ByteBuffer buffer;
    private ByteBuffer readOnly;
    private long bufferEnd;
    private int readBytes = FIRST_READ_BYTES;
    private int at;
    private long offset;
    private boolean isAtEntry;

    /** Begins at the start of the extent. */
    ExtentReader(StoreFile file, Extent extent, ByteBuffer buffer) {
        this.file = file;
        this.extent = extent;
        this.buffer = buffer.clear().limit(0);
        this.readOnly = buffer.asReadOnlyBuffer().clear();
        this.bufferEnd = extent.position();
        this.offset = extent.firstOffset() - 1;
    }

    /** Goes on at an entry of the index. */
    void seek(SegmentIndex index, int entry) {
        long position = index.position(entry);
        if (position >= position() && position <= bufferEnd) {
            buffer.position(buffer.limit() - (int) (bufferEnd - position));
        } else {
            buffer.clear().limit(0);
            bufferEnd = position;
            readBytes = FIRST_READ_BYTES;
        }
        offset = index.offset(entry) - 1;
        isAtEntry = true;
    }

    /** Moves to the next record. Returns whether there is one. */
    boolean next() throws IOException {
        long position = position();
        if (position == extent.end()) {
            if (offset != extent.lastOffset()) {
                throw damaged(
                        position, "expected the extent to end with offset " + extent.lastOffset() + ", not " + offset);
            }
            return false;
        }
        require(position, SegmentFormat.RECORD_HEADER_BYTES);
        int length = SegmentFormat.length(buffer, buffer.position());
        if (length < 0 || length > extent.end() - position - SegmentFormat.RECORD_HEADER_BYTES) {
            throw damaged(position, "a record of " + length + " bytes does not fit the extent");
        }
        int recordBytes = SegmentFormat.RECORD_HEADER_BYTES + length;
        require(position, recordBytes);
        at = buffer.position();
        if (!format.isIntact(buffer, at, extent.segment())) {
            throw damaged(position, "the checksum of a record does not match");
        }
        long found = SegmentFormat.offset(buffer, at);
        if (SegmentFormat.logId(buffer, at) != extent.logId() || found <= offset || found > extent.lastOffset()) {
            throw damaged(
                    position,
                    "expected an offset of log " + extent.logId() + " after " + offset + " up to "
                            + extent.lastOffset() + ", but found offset " + found + " of log "
                            + SegmentFormat.logId(buffer, at));
        }
        if (isAtEntry && found != offset + 1) {
            throw damaged(
                    position, "the index tells of offset " + (offset + 1) + ", but offset " + found + " is there");
        }
        isAtEntry = false;
        offset = found;
        buffer.position(at + recordBytes);
        return true;
    }

    long offset() {
        return offset;
    }

    /** The encoded body; valid until the next move. */
    ByteBuffer body() {
        int start = at + SegmentFormat.RECORD_HEADER_BYTES;
        return readOnly.slice(start, buffer.position() - start);
    }

    /** Where the next record begins. */
    long position() {
        return bufferEnd - buffer.remaining();
    }

    /** Brings at least so many bytes into the buffer, from its position on. */
    private void require(long position, int bytes) throws IOException {
        if (buffer.remaining() >= bytes) {
            return;
        }
        if (bytes > extent.end() - position) {
            throw damaged(position, "a record goes on behind the end of the extent");
        }
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocate(bytes).put(buffer);
            readOnly = buffer.asReadOnlyBuffer().clear();
        } else {
            buffer.compact();
        }
        int kept = buffer.position();
        long room = Math.min(Math.max(bytes, readBytes), extent.end() - position);
        buffer.limit((int) Math.min(buffer.capacity(), room));
        readBytes = Math.min(2 * readBytes, READ_BYTES_MAX);
        int wanted = buffer.remaining();
        int found = file.read(buffer, bufferEnd);
        if (found < wanted) {
            throw damaged(bufferEnd + found, "the file ends before its length");
        }
        bufferEnd += found;
        buffer.limit(kept + found).position(0);
    }

    private DamagedSegmentException damaged(long position, String finding) {
        return DamagedSegmentException.ofBodies(file.path(), position, finding);
    }
}
