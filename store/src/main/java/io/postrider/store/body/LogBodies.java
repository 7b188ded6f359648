// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.body;

import io.postrider.store.segment.Extent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the bodies of one log are: the newest in the journal, older ones in segments. Owned by the shard's thread.
 *
 * <p>The chunks that point into the journal follow each other without a gap; the extents lie before them and never overlap.
 */
final class LogBodies {
    private final ArrayDeque<JournalChunk> journal = new ArrayDeque<>();
    private final TreeMap<Long, Extent> extents = new TreeMap<>();
    private int journalCount;

    int journalCount() {
        return journalCount;
    }

    /**
     * Notes where the newest body is.
     *
     * @param lowestWanted nothing below this offset is wanted any more; what is known of it may go
     * @return by how much the number of bodies known in the journal has changed
     */
    int add(long offset, long entry, int position, int length, long lowestWanted) {
        int before = journalCount;
        JournalChunk last = journal.peekLast();
        if (last == null || last.isFull()) {
            while (!journal.isEmpty() && journal.element().endOffset() <= lowestWanted) {
                journalCount -= journal.remove().count();
            }
            last = new JournalChunk(offset);
            journal.addLast(last);
        }
        if (last.endOffset() != offset) {
            throw new IllegalStateException(
                    "Expected offset " + last.endOffset() + " to be the next, but got " + offset);
        }
        last.add(entry, position, length);
        journalCount++;
        return journalCount - before;
    }

    /** The chunk that tells where an offset is in the journal; null if it is not there. */
    @Nullable
    JournalChunk chunk(long offset) {
        JournalChunk first = journal.peekFirst();
        JournalChunk last = journal.peekLast();
        if (first == null || last == null || offset < first.startOffset() || offset >= last.endOffset()) {
            return null;
        }
        if (last.contains(offset)) {
            return last;
        }
        for (JournalChunk chunk : journal) {
            if (chunk.contains(offset)) {
                return chunk;
            }
        }
        return null;
    }

    /** The extent that may hold an offset; null if none does. */
    @Nullable
    Extent extent(long offset) {
        Map.Entry<Long, Extent> candidate = extents.floorEntry(offset);
        return candidate != null && candidate.getValue().lastOffset() >= offset ? candidate.getValue() : null;
    }

    /** Everything in the journal up to now. */
    List<JournalChunk> frozen() {
        List<JournalChunk> chunks = new ArrayList<>(journal.size());
        for (JournalChunk chunk : journal) {
            chunks.add(chunk.frozen());
        }
        return chunks;
    }

    void clearExtents() {
        extents.clear();
    }

    void add(Extent extent) {
        extents.put(extent.firstOffset(), extent);
    }

    /** Bodies of entries up to one are in segments now, or unwanted. Returns by how much the number of bodies in the journal fell. */
    int released(long entry) {
        int before = journalCount;
        for (Iterator<JournalChunk> each = journal.iterator(); each.hasNext(); ) {
            JournalChunk chunk = each.next();
            journalCount -= chunk.release(entry);
            if (!chunk.isReleased()) {
                break;
            }
            if (journal.size() > 1) {
                each.remove(); // the last one tells which offset comes next
            }
        }
        return before - journalCount;
    }
}
