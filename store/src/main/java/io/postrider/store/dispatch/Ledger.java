// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The entries one dispatcher holds, their counts and their bytes. Owned by the shard's thread.
 *
 * <p>A durable message that is ready and stands in no feed any more is forgotten: it is found on disk again.
 */
final class Ledger {
    private final MemoryBudget budget;
    private final EntryMap byOffset = new EntryMap(EntryMap.Key.OFFSET);
    private int unsettledCount;
    private int softCount;
    private int softDelayedCount;
    private long softBytes;
    private long heldBytes;
    private long nextSoft = -1;
    private @Nullable Runnable unsettledWatch;

    Ledger(MemoryBudget budget) {
        this.budget = budget;
    }

    /** Calls once, when there may be fewer messages with consumers. */
    void watch(Runnable watch) {
        unsettledWatch = watch;
    }

    /** With a consumer, or their end is proposed. */
    int unsettledCount() {
        return unsettledCount;
    }

    /** Messages that are in no log. */
    int softCount() {
        return softCount;
    }

    int softDelayedCount() {
        return softDelayedCount;
    }

    long softBytes() {
        return softBytes;
    }

    /** Bytes in the heap of messages that are on disk too. */
    long heldBytes() {
        return heldBytes;
    }

    /** The negative number that stands for the next message in no log. */
    long nextSoftOffset() {
        return nextSoft--;
    }

    @Nullable
    Entry get(long offset) {
        return byOffset.get(offset);
    }

    List<Entry> sorted() {
        return byOffset.sorted();
    }

    void add(Entry entry) {
        byOffset.put(entry);
        count(entry.state, 1);
        if (entry.isDurable()) {
            hold(entry.heapBytes);
        } else {
            softCount++;
            softBytes += entry.heapBytes;
            budget.holdSoft(entry.heapBytes);
        }
    }

    private void hold(long bytes) {
        heldBytes += bytes;
        budget.hold(bytes);
    }

    void move(Entry entry, Entry.State state) {
        count(entry.state, -1);
        count(state, 1);
        entry.state = state;
        if (state != Entry.State.OUT && entry.lease != null) {
            entry.lease.end();
            entry.lease = null;
        }
        if (!entry.isTaken()) {
            entry.letGo();
            Runnable watch = unsettledWatch;
            if (watch != null) {
                unsettledWatch = null;
                watch.run();
            }
        }
    }

    private void count(Entry.State state, int delta) {
        switch (state) {
            case OUT, ENDING -> unsettledCount += delta;
            case DELAYED -> softDelayedCount += delta;
            case READY, DONE -> {} // ready is what remains of the depth
        }
    }

    /** Forgets an entry: its message is done, or is only on disk from now on. */
    void remove(Entry entry) {
        move(entry, Entry.State.DONE);
        byOffset.remove(entry.offset);
        if (!entry.isDurable()) {
            softCount--;
            softBytes -= entry.heapBytes;
            budget.holdSoft(-entry.heapBytes);
        } else if (entry.message != null) {
            hold(-entry.heapBytes);
        }
    }

    /** Lets the message of an entry go, which can be read again. */
    void unload(Entry entry) {
        if (entry.message != null && entry.isDurable()) {
            entry.message = null;
            hold(-entry.heapBytes);
        }
    }

    /** An entry left a queue of a feed; the last one that leaves forgets it if it can be found on disk. */
    void left(Entry entry) {
        entry.feeds--;
        if (entry.feeds == 0 && entry.state == Entry.State.READY && entry.isDurable()) {
            remove(entry);
        }
    }

    /** Gives everything up; who still knows an entry finds it done. */
    void discard() {
        byOffset.sorted().forEach(entry -> move(entry, Entry.State.DONE));
        softCount = 0;
        budget.holdSoft(-softBytes);
        budget.hold(-heldBytes);
        softBytes = 0;
        heldBytes = 0;
        byOffset.clear();
    }
}
