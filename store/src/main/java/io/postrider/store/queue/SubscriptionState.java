// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import io.postrider.api.selector.Selector;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
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
    private final TreeMap<Long, Redelivery> redeliveries = new TreeMap<>();
    private long cursor;
    private long doneCount;
    private long bytes;
    private int epoch;
    private long dispatchedUpTo;

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

    /** Messages not done. Exact. */
    public long depth() {
        return address.log().end() - cursor - doneCount;
    }

    /** Encoded bytes of the messages not done. */
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

    public Redelivery redelivery(long offset) {
        Redelivery found = redeliveries.isEmpty() ? null : redeliveries.get(offset);
        return found == null ? Redelivery.NONE : found;
    }

    /** Exceptions by offset, for encoding. */
    public SortedMap<Long, Redelivery> redeliveries() {
        return redeliveries;
    }

    /** Done offsets beyond the cursor, for encoding. */
    public Roaring64Bitmap done() {
        return done;
    }

    /** The message as this subscription sees it: with what consumers asked to merge. */
    public Message view(long offset, Message message) {
        return redeliveries.isEmpty()
                ? message
                : message.withAdded(redelivery(offset).merged());
    }

    void take(Message message) {
        bytes += message.sizeBytes();
    }

    /** The newest message, just appended, is not for this subscription. */
    void skip(long offset) {
        markDone(offset);
    }

    /** Marks an offset done. Returns false if it was done before. */
    boolean finish(long offset, Message message) {
        if (isDone(offset)) {
            return false;
        }
        bytes -= message.sizeBytes();
        if (!redeliveries.isEmpty()) {
            redeliveries.remove(offset);
        }
        markDone(offset);
        return true;
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

    public void requeue(long offset, boolean countsAsAttempt, Annotations merge, long notBeforeMs) {
        redeliveries.put(offset, redelivery(offset).after(countsAsAttempt, merge, notBeforeMs));
    }

    public void dispatched(long upToExclusive) {
        dispatchedUpTo = Math.max(dispatchedUpTo, upToExclusive);
    }

    public void raiseEpoch() {
        epoch++;
    }

    /** Puts back what a checkpoint holds, before any message is restored. */
    public void restore(int newEpoch, long newCursor, long newDispatchedUpTo, Roaring64Bitmap newDone) {
        epoch = newEpoch;
        cursor = newCursor;
        dispatchedUpTo = newDispatchedUpTo;
        done.clear();
        done.or(newDone);
        doneCount = done.getLongCardinality();
    }

    public void restoreRedelivery(long offset, Redelivery redelivery) {
        redeliveries.put(offset, redelivery);
    }
}
