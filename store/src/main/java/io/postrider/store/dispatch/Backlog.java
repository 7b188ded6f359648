// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.Bitmaps;
import io.postrider.store.queue.PriorityIndex;
import io.postrider.store.queue.SubscriptionState;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Brings messages of the log into feeds: looks which ones a feed wants next, has them read, and hands them over in order. Owned
 * by the shard's thread.
 *
 * <p><b>The window is a cache</b> (rules.md 13). Each level of a feed keeps how far it has looked; what it reads ahead is bounded in count and, over
 * budget, to the next few. A level that has looked at everything takes arrivals in directly, without the disk. What comes back while its
 * bytes have left memory is noted by offset and read again in its turn.
 */
final class Backlog {
    /** Messages a level holds ahead of its consumers. */
    static final int WINDOW = 2048;

    private static final int READ_COUNT = 1024;
    private static final int READ_BYTES = 1 << 20;
    private static final int READ_BYTES_TIGHT = 64 << 10;
    private static final int STEPS_PER_TURN = 16 * 1024;
    private static final long NOT_YET = -2;

    private final Dispatcher dispatcher;
    private final AddressState address;
    private final SubscriptionState subscription;
    private final Ledger ledger;
    private final MemoryBudget budget;
    private final LateLane late;
    private final Waiting waiting;
    private final Proposals proposals;
    private final MessageInspector inspector;
    private final Map<Long, List<Consumption>> exclusions;
    /** Offsets whose end is proposed though no entry of them is held. */
    private final Roaring64Bitmap ending;

    private final Roaring64Bitmap doubted = new Roaring64Bitmap();
    private final long shownBefore;

    Backlog(
            Dispatcher dispatcher,
            SubscriptionState subscription,
            Dispatcher.Parts parts,
            Ledger ledger,
            LateLane late,
            Waiting waiting,
            Roaring64Bitmap ending,
            Map<Long, List<Consumption>> exclusions) {
        this.dispatcher = dispatcher;
        this.address = subscription.address();
        this.subscription = subscription;
        this.ledger = ledger;
        this.budget = parts.budget();
        this.late = late;
        this.waiting = waiting;
        this.proposals = parts.proposals();
        this.inspector = parts.inspector();
        this.ending = ending;
        this.exclusions = exclusions;
        this.shownBefore = subscription.dispatchedUpTo();
    }

    /** A new message, in memory, goes straight into a feed that has looked at everything before it and has room. */
    void arrived(Feed feed, long offset, Message message, MessageInspector.@Nullable Fields fields) {
        if (!feed.takes(null)) {
            return;
        }
        Level level = feed.existing(message.priority());
        if (level == null) {
            level = feed.level(message.priority());
            level.isCaughtUp = isFirstOf(level, offset);
        }
        if (!level.isCaughtUp || !feed.matches(fields)) {
            return;
        }
        if (level.loadedCount() >= WINDOW) {
            level.compact(ledger);
        }
        if (level.loadedCount() >= WINDOW || (budget.isOver() && (feed.consumers == 0 || level.loadedCount() > 0))) {
            level.isCaughtUp = false;
            level.scan = offset;
            return;
        }
        level.addArrival(entry(offset, offset, 0, message));
    }

    private boolean isFirstOf(Level level, long offset) {
        Roaring64Bitmap offsets = address.log().priorities().level(level.priority);
        return offsets != null && Bitmaps.next(offsets, Math.max(level.scan, subscription.cursor())) == offset;
    }

    /** The entry of an offset, made if it is not held. */
    private Entry entry(long offset, long after, long sequence, Message message) {
        Entry held = ledger.get(offset);
        if (held != null) {
            return held;
        }
        Entry entry = new Entry(offset, after, sequence, subscription.view(offset, message));
        if (!subscription.redeliveries().isEmpty()) {
            entry.attempts = subscription.redeliveries().attempts(offset);
        }
        entry.isInDoubt = entry.attempts == 0
                && (offset < shownBefore
                        || doubted.contains(offset)
                        || subscription.replay().contains(offset));
        if (!exclusions.isEmpty()) {
            entry.setExcluded(exclusions.get(offset));
        }
        entry.key = dispatcher.keyOf(message);
        ledger.add(entry);
        return entry;
    }

    /** A consumer that is gone may have seen a message. */
    void doubt(long offset) {
        doubted.addLong(offset);
    }

    /** A message is back, but only on disk. */
    void returned(Iterable<Feed> feeds, Entry entry) {
        ledger.remove(entry);
        for (Feed feed : feeds) {
            if (!feed.isBrowser && feed.takes(subscription.deferrals().token(entry.offset))) {
                feed.level(entry.priority).leave(entry.offset, address.log().end());
            }
        }
    }

    /** A message that only is on disk may be handed out again, after all. */
    void lookAgain(Iterable<Feed> feeds, long offset) {
        for (Feed feed : feeds) {
            if (!feed.takes(subscription.deferrals().token(offset))) {
                continue;
            }
            Level level = feed.level(address.log().priorities().priorityOf(offset));
            level.unloaded.addLong(offset);
            level.isCaughtUp = false;
        }
    }

    /** Messages at or above an offset are wanted again: feeds look at them once more, in their order. */
    void rewound(Iterable<Feed> feeds, long firstOffset) {
        for (Feed feed : feeds) {
            if (!feed.isBrowser) {
                feed.rewound(firstOffset, ledger, late, address.log().end());
            }
        }
    }

    /** A message is done. */
    void finished(long offset) {
        if (!doubted.isEmpty()) {
            doubted.removeLong(offset);
        }
        if (!ending.isEmpty()) {
            ending.removeLong(offset);
        }
        late.finished(offset);
    }

    /** Looks for more where a level runs low. Returns whether there is more to hand out at once. */
    boolean fill(Consumption consumer) {
        Feed lane = consumer.lane;
        boolean hasMore = fill(consumer, consumer.feed);
        if (lane != null && fill(consumer, lane)) {
            hasMore = true;
        }
        return hasMore;
    }

    private boolean fill(Consumption consumer, Feed feed) {
        boolean hasMore = false;
        PriorityIndex priorities = address.log().priorities();
        for (int priority = PriorityIndex.LEVELS - 1; priority >= 0; priority--) {
            Level level = feed.existing(priority);
            if (level == null && !feed.isLane && priorities.level(priority) != null) {
                level = feed.level(priority);
            }
            if (level != null && !level.isCaughtUp) {
                hasMore |= fill(consumer, feed, level);
            }
        }
        return hasMore;
    }

    private boolean fill(Consumption consumer, Feed feed, Level level) {
        if (level.fill != null) {
            return false;
        }
        if (level.loadedCount() > WINDOW / 2) {
            level.compact(ledger);
            if (level.loadedCount() > WINDOW / 2) {
                return false;
            }
        }
        if (budget.isOver() && isServed(consumer, level)) {
            return false;
        }
        int before = level.loadedCount();
        Fill fill = new Fill();
        boolean isExhausted = gather(feed, level, fill);
        level.isCaughtUp = isExhausted;
        if (!fill.isEmpty()) {
            level.fill = fill;
            read(feed, level, fill);
        } else if (!isExhausted) {
            proposals.wake(dispatcher); // on with it in the next turn
        }
        return level.loadedCount() > before || level.isWhole();
    }

    /** Whether a level holds something ready that a consumer can take: the head may be one that it has said it cannot. */
    private boolean isServed(Consumption consumer, Level level) {
        Entry head = level.ready(ledger, late);
        return head != null && (!head.excludes(consumer) || level.headFor(consumer) != null);
    }

    private void read(Feed feed, Level level, Fill fill) {
        int bytesMax = budget.isOver() ? 1 : budget.isTight() ? READ_BYTES_TIGHT : READ_BYTES;
        proposals.read(address, fill.offsets(), fill.taken(), bytesMax, new BodyReads.Reply() {
            @Override
            public void messages(@Nullable Message[] messages, int count) {
                if (!fill.isCancelled()) {
                    taken(feed, level, fill, messages, count);
                }
            }

            @Override
            public void unreadable() {
                fill.holdUp(true);
                proposals.wake(dispatcher); // who drains is not kept waiting
            }
        });
    }

    private void taken(Feed feed, Level level, Fill fill, @Nullable Message[] messages, int count) {
        fill.holdUp(false);
        for (int i = 0; i < count; i++) {
            take(feed, level, fill, messages[i]);
            fill.next();
        }
        if (fill.isEmpty()) {
            level.endFill();
        } else if (budget.isOver() && level.ready(ledger, late) != null) {
            fill.rest(level.unloaded); // read again when there is room
            level.isCaughtUp = false;
            level.endFill();
        } else {
            read(feed, level, fill);
        }
        proposals.wake(dispatcher);
    }

    private void take(Feed feed, Level level, Fill fill, @Nullable Message message) {
        long offset = fill.offset();
        if (!isTakable(feed, offset)) {
            return;
        }
        if (message == null) {
            throw new IllegalStateException("Expected the message at offset " + offset + " of '"
                    + address.definition().key() + "' to be on disk, but it is not");
        }
        if (message.deliverAtMs() > proposals.nowMs() && !late.contains(offset)) {
            waiting.add(offset, message.deliverAtMs());
            return;
        }
        if (!subscription.isFor(offset, inspector, message)) {
            ending.addLong(offset);
            proposals.settle(dispatcher, offset, message.sizeBytes());
            return;
        }
        if (feed.matches(feed.selector == null ? null : inspector.open(message))) {
            level.addLoaded(entry(offset, fill.after(), fill.sequence(), message), ledger);
        }
    }

    /** Whether an offset is ready, as far as is known without reading it. */
    private boolean isTakable(Feed feed, long offset) {
        if (!feed.takes(subscription.deferrals().token(offset))) {
            return false;
        }
        if (!subscription.wants(offset) || waiting.contains(offset) || (!ending.isEmpty() && ending.contains(offset))) {
            return false;
        }
        Entry held = ledger.get(offset);
        return held == null || held.state == Entry.State.READY;
    }

    /** Chooses what to read next, in order; ready entries that others hold are taken over at once. Returns whether nothing is left behind that. */
    private boolean gather(Feed feed, Level level, Fill fill) {
        int steps = 0;
        while (fill.count() < READ_COUNT && steps++ < STEPS_PER_TURN) {
            LateLane.Run run = lateRun(level);
            long lateOffset = run == null ? -1 : Bitmaps.next(run.offsets, level.lateOffset);
            if (run != null && lateOffset < 0) {
                level.lateRun = run.number + 1;
                level.lateOffset = 0;
                continue;
            }
            long main = nextInLog(level);
            if (main == NOT_YET) {
                return false;
            }
            long back = level.unloaded.isEmpty() ? -1 : level.unloaded.first();
            if (back >= 0 && (main < 0 || back <= main) && (run == null || back <= run.after)) {
                level.unloaded.removeLong(back);
                choose(feed, level, fill, back, back, 0);
            } else if (main >= 0 && (run == null || main <= run.after)) {
                level.scan = main + 1;
                choose(feed, level, fill, main, main, 0);
            } else if (run != null) {
                level.lateOffset = lateOffset + 1;
                if (address.log().priorities().priorityOf(lateOffset) == level.priority) {
                    choose(feed, level, fill, lateOffset, run.after, run.sequence);
                }
            } else {
                return true;
            }
        }
        return false;
    }

    private LateLane.@Nullable Run lateRun(Level level) {
        LateLane.Run run = late.run(level.lateRun);
        if (run != null && run.number != level.lateRun) {
            level.lateRun = run.number;
            level.lateOffset = 0;
        }
        return run;
    }

    private void choose(Feed feed, Level level, Fill fill, long offset, long after, long sequence) {
        if (!isTakable(feed, offset)) {
            return;
        }
        Entry held = ledger.get(offset);
        if (held == null || !fill.isEmpty()) {
            fill.add(offset, after, sequence);
        } else if (feed.matches(feed.selector == null ? null : inspector.open(held.body()))) {
            level.addLoaded(held, ledger);
        }
    }

    /** The next offset of the log at or above where a level has looked, of its priority, that may be ready; -1 if there is none, {@link #NOT_YET} if this took too long. */
    private long nextInLog(Level level) {
        if (level.isLane) {
            return -1;
        }
        PriorityIndex priorities = address.log().priorities();
        long end = address.log().end();
        long offset = Math.max(level.scan, subscription.cursor());
        if (level.priority != Message.PRIORITY_DEFAULT) {
            Roaring64Bitmap offsets = priorities.level(level.priority);
            long next = offsets == null ? -1 : Bitmaps.next(offsets, offset);
            while (offsets != null && next >= 0 && isElsewhere(next)) {
                next = Bitmaps.next(offsets, next + 1);
            }
            level.scan = next < 0 ? end : next;
            return next;
        }
        long limit = Math.min(end, offset + STEPS_PER_TURN);
        while (offset < limit && (isElsewhere(offset) || priorities.priorityOf(offset) != Message.PRIORITY_DEFAULT)) {
            offset++;
        }
        level.scan = offset;
        if (offset < limit) {
            return offset;
        }
        return limit < end ? NOT_YET : -1;
    }

    private boolean isElsewhere(long offset) {
        return !subscription.wants(offset) || late.contains(offset) || waiting.contains(offset);
    }
}
