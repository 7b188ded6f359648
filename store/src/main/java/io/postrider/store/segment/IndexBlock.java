// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.nio.ByteBuffer;

/** Gathers the index entries of what one checkpoint adds to a segment. Owned by the thread that writes the checkpoint. */
final class IndexBlock {
    private static final int ENTRIES_AT_FIRST = 40;

    private final int segment;
    private ByteBuffer bytes = ByteBuffer.allocate(
            SegmentIndex.HEADER_BYTES + SegmentIndex.BLOCK_HEADER_BYTES + ENTRIES_AT_FIRST * SegmentIndex.ENTRY_BYTES);
    private int blockStart;
    private long lastPosition;

    IndexBlock(int segment) {
        this.segment = segment;
        bytes.position(SegmentIndex.BLOCK_HEADER_BYTES);
    }

    /** For a new index file. Before any entry. */
    void putFileHeader(int shard) {
        SegmentIndex.putHeader(bytes.clear(), shard, segment);
        blockStart = bytes.position();
        bytes.position(blockStart + SegmentIndex.BLOCK_HEADER_BYTES);
    }

    /** Adds an entry if the last one is so far away. */
    void put(long logId, long offset, long position, int distance) {
        if (distance > 0 && position - lastPosition < distance) {
            return;
        }
        if (bytes.remaining() < SegmentIndex.ENTRY_BYTES) {
            bytes = ByteBuffer.allocate(2 * bytes.capacity()).put(bytes.flip());
        }
        bytes.putLong(logId).putLong(offset).putLong(position);
        lastPosition = position;
    }

    int bytes() {
        return bytes.position();
    }

    /** The block, with the header of the file before it if it is new. */
    ByteBuffer seal() {
        SegmentIndex.sealBlock(bytes, blockStart, segment);
        return bytes.duplicate().flip();
    }
}
