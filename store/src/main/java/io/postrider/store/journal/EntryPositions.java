// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.journal;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * Where the entries of one segment lie in its file, so that each can be read back. Filled by the journal's writer, before that
 * by the thread that replays; what is committed may be read by any thread.
 *
 * <p>One int for each entry. Committed positions never change: an array that grows is copied and the copy published, and a
 * reader looks at {@code committed} first, so every array it sees afterwards holds that many.
 */
final class EntryPositions {
    private static final int[] NONE = {};
    private static final int POSITIONS_MIN = 64;

    private final SegmentHeader header;
    private final Path path;
    private long firstIndex; // set before readers learn of this segment
    private int added;

    private volatile int[] positions = NONE;
    private volatile int committedEnd;
    private volatile int committed;
    private volatile boolean isReleased;

    EntryPositions(SegmentHeader header, Path path) {
        this.header = header;
        this.path = path;
    }

    SegmentHeader header() {
        return header;
    }

    Path path() {
        return path;
    }

    /** Says which index the first entry will have; before any is added. */
    void beginAt(long index) {
        firstIndex = index;
    }

    long firstIndex() {
        return firstIndex;
    }

    /** Notes the next entry, which is not readable yet. */
    void add(int position) {
        int[] array = positions;
        if (added == array.length) {
            array = Arrays.copyOf(array, Math.max(POSITIONS_MIN, 2 * added));
            positions = array;
        }
        array[added++] = position;
    }

    /** Everything added is durable now. {@code end} is the position behind the last of it. */
    void commit(int end) {
        committedEnd = end;
        committed = added;
    }

    /** No more will be added: the array shrinks to what it holds. */
    void seal() {
        positions = Arrays.copyOf(positions, added);
    }

    /** Position of a committed entry, or -1 if this segment has none of that index. */
    int positionOf(long index) {
        int count = committed;
        long ordinal = index - firstIndex;
        return ordinal >= 0 && ordinal < count ? positions[(int) ordinal] : -1;
    }

    /** Position behind a committed entry, or a little more: sync markers that follow it are included. */
    int endOf(long index) {
        int next = positionOf(index + 1);
        return next < 0 ? committedEnd : next;
    }

    /** Bytes of the committed entries after an index, headers and padding included. */
    long bytesAfter(long index) {
        int next = positionOf(Math.max(index + 1, firstIndex));
        return next < 0 ? 0 : committedEnd - next;
    }

    /** Position behind the last committed entry. */
    int committedEnd() {
        return committedEnd;
    }

    /** From now on the file may be overwritten at any time, and nobody needs these entries. */
    void release() {
        isReleased = true;
    }

    boolean isReleased() {
        return isReleased;
    }
}
