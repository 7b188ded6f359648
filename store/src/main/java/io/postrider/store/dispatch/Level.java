// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.store.queue.Bitmaps;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.LongIterator;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * The messages of one priority that a feed may hand out, in order: some read ahead, the rest known by where the feed has
 * looked. Owned by the shard's thread.
 *
 * <p>An entry is never taken out of the middle: whoever takes it changes its state, and entries that are not ready are skipped when
 * they come to the head. A message that comes back goes into a small sorted set, so that the common first-in first-out case
 * costs one array slot. An entry may stand twice; the second sight of it is skipped, or is in its right place.
 */
final class Level {
    final int priority;
    /** Read ahead, by place. */
    private final ArrayDeque<Entry> loaded = new ArrayDeque<>();
    /** In no log, by place. */
    private final ArrayDeque<Entry> soft = new ArrayDeque<>();

    /** Arrived while what stands before them is being read. */
    private final ArrayDeque<Entry> tail = new ArrayDeque<>();

    private final TreeSet<Entry> returned = new TreeSet<>(Entry.BY_PLACE);
    /** Came back while only on disk; by offset. */
    final Roaring64Bitmap unloaded = new Roaring64Bitmap();
    /** Every offset of the log below this has been looked at; every offset at all, while it is caught up. */
    long scan;
    /** Where it stands in the lane of those that became due late. */
    long lateRun;

    long lateOffset;
    /** Whether it has looked at every offset there is, so that the next arrival can be taken in directly. */
    boolean isCaughtUp;
    /** What is being read for it. */
    @Nullable
    Fill fill;

    /** Whether it has only what is put there. */
    final boolean isLane;

    Level(int priority, long scan) {
        this.priority = priority;
        this.scan = scan;
        this.isLane = false;
    }

    private Level(int priority) {
        this.priority = priority;
        this.scan = Long.MAX_VALUE;
        this.lateRun = Long.MAX_VALUE;
        this.isLane = true;
        this.isCaughtUp = true;
    }

    /** A level that has only what is put there. */
    static Level lane(int priority) {
        return new Level(priority);
    }

    /** Notes a message that stands here and is only on disk. */
    void leave(long offset, long logEnd) {
        unloaded.addLong(offset);
        lookAgain(logEnd);
    }

    private void lookAgain(long logEnd) {
        if (isCaughtUp && !isLane) {
            scan = logEnd;
        }
        isCaughtUp = false;
    }

    /** Entries in the sorted set. */
    int returnedCount() {
        return returned.size();
    }

    /** Whether nothing is here, and nothing will come but what is put here. */
    boolean isEmpty() {
        return loaded.isEmpty()
                && soft.isEmpty()
                && tail.isEmpty()
                && returned.isEmpty()
                && unloaded.isEmpty()
                && fill == null;
    }

    /** Puts everything that stands here to another level, at its place. */
    void moveTo(Level target, Ledger ledger, long logEnd) {
        Fill pending = fill;
        if (pending != null) {
            pending.cancel();
            pending.rest(unloaded);
        }
        endFill();
        if (!unloaded.isEmpty()) {
            target.unloaded.or(unloaded);
            unloaded.clear();
            target.lookAgain(logEnd);
        }
        isCaughtUp = isLane;
        for (Collection<Entry> queue : List.of(loaded, soft, returned)) {
            for (Entry entry : queue) {
                if (entry.state == Entry.State.READY) {
                    target.addReturned(entry, ledger);
                }
                ledger.left(entry);
            }
            queue.clear();
        }
    }

    /** Takes out an entry, which the caller has put elsewhere. */
    void remove(Entry entry, Ledger ledger) {
        if (loaded.peekFirst() == entry) {
            loaded.pollFirst();
        } else if (soft.peekFirst() == entry) {
            soft.pollFirst();
        } else if (!removeReturned(entry)
                && !loaded.removeFirstOccurrence(entry)
                && !soft.removeFirstOccurrence(entry)) {
            return;
        }
        ledger.left(entry);
    }

    private boolean removeReturned(Entry entry) {
        return returned.floor(entry) == entry && returned.remove(entry);
    }

    /** Adds what was read, in order; something that came back may stand before what was read earlier. */
    void addLoaded(Entry entry, Ledger ledger) {
        Entry last = loaded.peekLast();
        if (last != null && entry.isBefore(last)) {
            addReturned(entry, ledger);
        } else {
            entry.feeds++;
            loaded.addLast(entry);
        }
    }

    /** Adds the newest message of the log. */
    void addArrival(Entry entry) {
        entry.feeds++;
        (fill == null ? loaded : tail).addLast(entry);
    }

    /** What was being read is here, or is given up. */
    void endFill() {
        fill = null;
        loaded.addAll(tail);
        tail.clear();
    }

    /** Whether nothing can come but what is in memory. */
    boolean isWhole() {
        return isCaughtUp && fill == null;
    }

    /** The first ready entry, unless a message that is still to be read stands before it. */
    @Nullable
    Entry ready(Ledger ledger, LateLane late) {
        Entry head = head(ledger);
        if (head == null || isWhole()) {
            return head;
        }
        if (hasUnreadBefore(head)) {
            return null;
        }
        if (!isCaughtUp) {
            LateLane.Run run = late.run(lateRun);
            boolean isLateFirst = run != null
                    && (run.after < head.after || (run.after == head.after && run.sequence < head.sequence));
            if (head.after >= scan || isLateFirst) {
                return null;
            }
        }
        return head;
    }

    /** Whether something that came back, and is still to be read, stands before an entry. */
    boolean hasUnreadBefore(Entry entry) {
        return (fill != null && fill.isBefore(entry)) || (!unloaded.isEmpty() && unloaded.first() <= entry.after);
    }

    void addSoft(Entry entry) {
        entry.feeds++;
        soft.addLast(entry);
    }

    void addReturned(Entry entry, Ledger ledger) {
        if (!returned.add(entry)) {
            // There is one of this place: the same, or what was held of the same message before it left memory.
            Entry stale = returned.floor(entry);
            if (stale == entry || stale == null) {
                return;
            }
            returned.remove(stale);
            ledger.left(stale);
            returned.add(entry);
        }
        entry.feeds++;
    }

    /** Entries read ahead, those that were taken meanwhile included. */
    int loadedCount() {
        return loaded.size() + tail.size();
    }

    /** The first ready entry in memory. */
    @Nullable
    Entry head(Ledger ledger) {
        Entry best = first(loaded, ledger);
        Entry entry = first(soft, ledger);
        if (entry != null && (best == null || entry.isBefore(best))) {
            best = entry;
        }
        entry = firstReturned(ledger);
        return entry != null && (best == null || entry.isBefore(best)) ? entry : best;
    }

    private static @Nullable Entry first(ArrayDeque<Entry> queue, Ledger ledger) {
        Entry entry = queue.peekFirst();
        while (entry != null && entry.state != Entry.State.READY) {
            queue.pollFirst();
            ledger.left(entry);
            entry = queue.peekFirst();
        }
        return entry;
    }

    private @Nullable Entry firstReturned(Ledger ledger) {
        while (!returned.isEmpty()) {
            Entry entry = returned.first();
            if (entry.state == Entry.State.READY) {
                return entry;
            }
            returned.pollFirst();
            ledger.left(entry);
        }
        return null;
    }

    /** The first ready entry in memory that a consumer has not said it cannot take. */
    @Nullable
    Entry headFor(Consumption consumer) {
        Entry best = null;
        for (Iterable<Entry> queue : List.of(loaded, soft, returned)) {
            for (Entry entry : queue) {
                if (entry.state == Entry.State.READY && !entry.excludes(consumer)) {
                    if (best == null || entry.isBefore(best)) {
                        best = entry;
                    }
                    break;
                }
            }
        }
        return best;
    }

    /** Takes the head out, for a reader that only looks. */
    void skip(Entry head, Ledger ledger) {
        if (loaded.peekFirst() == head) {
            loaded.pollFirst();
        } else if (soft.peekFirst() == head) {
            soft.pollFirst();
        } else {
            returned.remove(head);
        }
        ledger.left(head);
    }

    /** Drops entries that others have taken; a feed without credit would collect them. */
    void compact(Ledger ledger) {
        compact(loaded, ledger);
        compact(soft, ledger);
        compact(returned, ledger);
    }

    private static void compact(Iterable<Entry> queue, Ledger ledger) {
        for (Iterator<Entry> each = queue.iterator(); each.hasNext(); ) {
            Entry entry = each.next();
            if (entry.state != Entry.State.READY) {
                each.remove();
                ledger.left(entry);
            }
        }
    }

    int softCount() {
        return soft.size();
    }

    /** Forgets what can be read again, and will look for it there. Entries that are in no log stay. */
    void unload(Ledger ledger, long logEnd) {
        if (isCaughtUp && !isLane) {
            scan = logEnd;
        }
        Fill pending = fill;
        if (pending != null) {
            pending.cancel();
            pending.rest(unloaded);
        }
        endFill();
        compact(ledger);
        for (Entry entry : loaded) {
            unloaded.addLong(entry.offset);
            ledger.left(entry);
        }
        loaded.clear();
        for (Iterator<Entry> each = returned.iterator(); each.hasNext(); ) {
            Entry entry = each.next();
            if (entry.isDurable()) {
                unloaded.addLong(entry.offset);
                each.remove();
                ledger.left(entry);
            }
        }
        isCaughtUp = false;
    }

    /** Looks again at everything from an offset on. */
    void rewound(long firstOffset, Ledger ledger, LateLane late, long logEnd) {
        unload(ledger, logEnd);
        scan = Math.min(scan, firstOffset);
        Roaring64Bitmap again = new Roaring64Bitmap();
        LongIterator each = Bitmaps.each(unloaded);
        while (each.hasNext()) {
            long offset = each.next();
            if (offset >= scan && !late.contains(offset)) {
                again.addLong(offset);
            }
        }
        unloaded.andNot(again);
    }

    /** Lets go of everything: the feed ends. */
    boolean isHeldUp() {
        return fill != null && fill.isHeldUp();
    }

    void close(Ledger ledger) {
        soft.forEach(ledger::left);
        returned.forEach(ledger::left);
        soft.clear();
        returned.clear();
        if (fill != null) {
            fill.cancel();
        }
        endFill();
        loaded.forEach(ledger::left);
        loaded.clear();
    }

    /** Messages were purged. */
    void purged(SubscriptionState subscription) {
        subscription.retainWanted(unloaded);
    }
}
