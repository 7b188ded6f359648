// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.selector.Selector;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.LongIterator;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * The durable state of one subscription: a cursor over its address' log and what happened beyond it. Owned by the shard's
 * thread.
 *
 * <p>Invariants: every offset below {@code cursor} is done; {@code done} holds only offsets above it; the offset at the
 * cursor is not done, or it is the end of the log. So {@code depth = end - cursor - |done|}.
 */
public final class SubscriptionState {
    private final int id;
    private final AddressState address;
    private final @Nullable SubscriptionDefinition definition;
    private final @Nullable Selector selector;
    private final Roaring64Bitmap done = new Roaring64Bitmap();
    private final Replay replay = new Replay();
    private final Redeliveries redeliveries = new Redeliveries();
    private final Deferrals deferrals = new Deferrals();
    private long cursor;
    private long doneCount;
    private long bytes;
    private int epoch;
    private long dispatchedUpTo;
    private boolean isPaused;

    /**
     * @param definition null for a queue's built-in subscription
     * @param start first offset it reads
     */
    SubscriptionState(int id, AddressState address, @Nullable SubscriptionDefinition definition, long start) {
        this.id = id;
        this.address = address;
        this.definition = definition;
        String text = definition == null ? null : definition.selector();
        this.selector = text == null ? null : Selector.parse(text);
        this.cursor = start;
        this.dispatchedUpTo = start;
    }

    public int id() {
        return id;
    }

    public AddressState address() {
        return address;
    }

    /** Null for a queue's built-in subscription. */
    public @Nullable SubscriptionDefinition definition() {
        return definition;
    }

    /** Whether it is the cursor of one link, which ends with it. */
    public boolean isReader() {
        return definition != null && definition.key().isReader();
    }

    public @Nullable Selector selector() {
        return selector;
    }

    public int epoch() {
        return epoch;
    }

    public long cursor() {
        return cursor;
    }

    /** Offsets below this may have been shown to a consumer. */
    public long dispatchedUpTo() {
        return dispatchedUpTo;
    }

    /** Whether nothing of it is handed out until an operator says so. */
    public boolean isPaused() {
        return isPaused;
    }

    public void setPaused(boolean paused) {
        isPaused = paused;
    }

    /** Messages not done. Exact. */
    public long depth() {
        return address.log().end() - cursor - doneCount;
    }

    /** Encoded bytes of the messages not done, as the commands that ended the others said. */
    public long bytes() {
        return bytes;
    }

    public boolean isDone(long offset) {
        return offset < cursor || (doneCount > 0 && done.contains(offset));
    }

    /** Whether an offset holds a message this subscription still wants. */
    public boolean wants(long offset) {
        return offset < address.log().end() && !isDone(offset);
    }

    /** How many offsets from one to another, not included, are done. */
    public long doneCount(long first, long endExclusive) {
        long below = Math.max(0, Math.min(cursor, endExclusive) - first);
        return below + Bitmaps.count(done, Math.max(first, cursor), endExclusive - 1);
    }

    public Redeliveries redeliveries() {
        return redeliveries;
    }

    /** What consumers have put aside. */
    public Deferrals deferrals() {
        return deferrals;
    }

    /** Done offsets beyond the cursor, for encoding. */
    public Roaring64Bitmap done() {
        return done;
    }

    /** The message as this subscription sees it: with what consumers asked to merge. */
    public Message view(long offset, Message message) {
        Message viewed = redeliveries.isEmpty()
                ? message
                : message.withAdded(redeliveries.get(offset).merged());
        return replay.contains(offset) ? viewed.withAdded(Replay.MARK) : viewed;
    }

    /** What came back to it though it was done. */
    public Replay replay() {
        return replay;
    }

    /** Whether a message, found at an offset, is for it: what it has in its log from a time before it was there may not be. */
    public boolean isFor(long offset, MessageInspector inspector, Message message) {
        return selector == null || !replay.isUnsifted(offset) || selector.matches(inspector.open(message));
    }

    void take(Message message) {
        bytes += message.sizeBytes();
    }

    /** The newest message, just appended, is not for this subscription. */
    void skip(long offset) {
        markDone(offset);
    }

    /** Marks an offset done. Returns false if it was done before. */
    boolean finish(long offset) {
        if (isDone(offset)) {
            return false;
        }
        if (!redeliveries.isEmpty()) {
            redeliveries.remove(offset);
        }
        deferrals.remove(offset);
        replay.finished(offset);
        markDone(offset);
        return true;
    }

    /**
     * Brings messages back that are retained and done.
     *
     * @return how many
     */
    long rewind(OffsetRanges offsets) {
        long before = depth();
        Roaring64Bitmap back = new Roaring64Bitmap();
        for (int range = 0; range < offsets.rangeCount(); range++) {
            long first = Math.max(offsets.first(range), address.retention().from());
            long last = Math.min(offsets.last(range), address.log().end() - 1);
            if (first <= last) {
                back.addRange(first, last + 1);
            }
        }
        if (back.isEmpty()) {
            return 0;
        }
        replay.add(back, this);
        if (back.first() < cursor) {
            done.addRange(back.first(), cursor);
            cursor = back.first();
        }
        done.andNot(back);
        doneCount = done.getLongCardinality();
        long count = depth() - before;
        bytes += count * address.retention().meanBytes(address.log().end());
        return count;
    }

    /**
     * It begins before the end of the log.
     *
     * @param gone offsets of which nothing is there any more
     */
    void startAt(long offset, Roaring64Bitmap gone) {
        done.or(gone);
        Bitmaps.removeBelow(done, offset);
        cursor = offset;
        while (done.contains(cursor)) {
            done.removeLong(cursor);
            cursor++;
        }
        doneCount = done.getLongCardinality();
        dispatchedUpTo = cursor;
        bytes = depth() * address.retention().meanBytes(address.log().end());
        if (selector != null) {
            replay.siftBelow(address.log().end());
        }
    }

    /** Takes out of a set of offsets what is not wanted any more. */
    public void retainWanted(Roaring64Bitmap offsets) {
        Roaring64Bitmap gone = new Roaring64Bitmap();
        LongIterator each = Bitmaps.each(offsets);
        while (each.hasNext()) {
            long offset = each.next();
            if (!wants(offset)) {
                gone.addLong(offset);
            }
        }
        offsets.andNot(gone);
    }

    /** Takes bytes of messages that are done off the count. */
    public void release(long finishedBytes) {
        bytes = depth() == 0 ? 0 : Math.max(0, bytes - finishedBytes);
    }

    private void markDone(long offset) {
        if (offset != cursor) {
            done.addLong(offset);
            doneCount++;
            return;
        }
        cursor++;
        while (doneCount > 0 && done.contains(cursor)) {
            done.removeLong(cursor);
            doneCount--;
            cursor++;
        }
    }

    /**
     * Marks everything below an offset done, except some.
     *
     * @return how many messages that were
     */
    long finishBelow(long upToExclusive, OffsetRanges except, long removedBytes) {
        long before = depth();
        Roaring64Bitmap kept = new Roaring64Bitmap();
        for (int range = 0; range < except.rangeCount(); range++) {
            for (long offset = except.first(range);
                    offset <= Math.min(except.last(range), upToExclusive - 1);
                    offset++) {
                if (wants(offset)) {
                    kept.addLong(offset);
                }
            }
        }
        if (upToExclusive > cursor) {
            Bitmaps.addRange(done, cursor, upToExclusive);
            done.andNot(kept);
            cursor = kept.isEmpty() ? upToExclusive : kept.first();
            while (done.contains(cursor)) {
                cursor++;
            }
            Bitmaps.removeBelow(done, cursor);
            doneCount = done.getLongCardinality();
        }
        Roaring64Bitmap open = new Roaring64Bitmap();
        open.addRange(
                Math.max(cursor, upToExclusive),
                Math.max(Math.max(cursor, upToExclusive), address.log().end()) + 1);
        open.or(kept);
        redeliveries.retain(open);
        replay.retain(open);
        deferrals.retain(open);
        long count = before - depth();
        release(count == 0 ? 0 : removedBytes);
        return count;
    }

    void requeue(long offset, boolean countsAsAttempt, Annotations merge, long notBeforeMs, long nowMs) {
        redeliveries.add(offset, countsAsAttempt, merge, notBeforeMs, nowMs);
        deferrals.remove(offset); // who asked for it by its token has returned it
    }

    void dispatched(long upToExclusive) {
        dispatchedUpTo = Math.max(dispatchedUpTo, upToExclusive);
    }

    /** Puts back what a checkpoint holds. */
    public void restore(int newEpoch, long newCursor, long newDispatchedUpTo, long newBytes, Roaring64Bitmap newDone) {
        epoch = newEpoch;
        cursor = newCursor;
        dispatchedUpTo = newDispatchedUpTo;
        bytes = newBytes;
        done.clear();
        done.or(newDone);
        doneCount = done.getLongCardinality();
    }
}
