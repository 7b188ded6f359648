// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.body;

import java.util.Arrays;

/**
 * Where the bodies of up to {@value #CAPACITY} consecutive offsets of one log are in the journal: entry, position in the entry and length, 16 bytes
 * for each. Filled by the shard's thread; what was filled may be read by others that were handed the chunk and its count afterwards.
 */
final class JournalChunk {
    static final int CAPACITY = 512;
    private static final int CAPACITY_FIRST = 4;

    final long firstOffset;
    private long[] entries = new long[CAPACITY_FIRST];
    private int[] positions = new int[CAPACITY_FIRST];
    private int[] lengths = new int[CAPACITY_FIRST];
    private int count;
    private int released;

    JournalChunk(long firstOffset) {
        this.firstOffset = firstOffset;
    }

    private JournalChunk(JournalChunk source) {
        firstOffset = source.firstOffset;
        entries = source.entries;
        positions = source.positions;
        lengths = source.lengths;
        count = source.count;
        released = source.released;
    }

    /** What is there now, for another thread: what is added later does not show. */
    JournalChunk frozen() {
        return new JournalChunk(this);
    }

    boolean isFull() {
        return count == CAPACITY;
    }

    int count() {
        return count - released;
    }

    long endOffset() {
        return firstOffset + count;
    }

    void add(long entry, int position, int length) {
        if (count == entries.length) {
            int capacity = Math.min(CAPACITY, count * 4);
            entries = Arrays.copyOf(entries, capacity);
            positions = Arrays.copyOf(positions, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
        }
        entries[count] = entry;
        positions[count] = position;
        lengths[count++] = length;
    }

    /** The first offset that is still to be found in the journal. */
    long startOffset() {
        return firstOffset + released;
    }

    /** Forgets the bodies of entries up to one; returns how many those were. */
    int release(long upToEntry) {
        int before = released;
        while (released < count && entries[released] <= upToEntry) {
            released++;
        }
        return released - before;
    }

    boolean isReleased() {
        return released == count;
    }

    boolean contains(long offset) {
        return offset >= startOffset() && offset < endOffset();
    }

    long entry(long offset) {
        return entries[(int) (offset - firstOffset)];
    }

    int position(long offset) {
        return positions[(int) (offset - firstOffset)];
    }

    int length(long offset) {
        return lengths[(int) (offset - firstOffset)];
    }
}
