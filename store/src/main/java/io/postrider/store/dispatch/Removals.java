// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.command.Command;
import io.postrider.api.command.OffsetRanges;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayDeque;
import java.util.Deque;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** Takes messages of the log out of dispatch because of what operators and prepared transactions want. Owned by the shard's thread. */
final class Removals {
    private final Desk desk;
    /** Bytes that each purge on its way takes: a later one does not take them again. */
    private final Deque<Long> purgingBytes = new ArrayDeque<>();

    Removals(Desk desk) {
        this.desk = desk;
    }

    /** The command that removes every message of the log below an offset, except those with a consumer or whose end is proposed. */
    Command purge(SubscriptionState subscription, long upToExclusive) {
        OffsetRanges.Builder out = new OffsetRanges.Builder();
        long removedBytes = bytesBelow(subscription, upToExclusive);
        for (long bytes : purgingBytes) {
            removedBytes -= bytes;
        }
        for (Entry entry : desk.ledger().sorted()) {
            if (entry.isDurable() && entry.offset < upToExclusive && entry.isTaken()) {
                out.add(entry.offset);
                removedBytes -= entry.sizeBytes;
            }
        }
        removedBytes = Math.max(0, removedBytes);
        purgingBytes.add(removedBytes);
        return new Command.Purge(subscription.id(), upToExclusive, out.build(), removedBytes);
    }

    /** Bytes of what is not done below an offset: exact at the end of the log, else their share. */
    private static long bytesBelow(SubscriptionState subscription, long upToExclusive) {
        long end = subscription.address().log().end();
        if (upToExclusive >= end) {
            return subscription.bytes();
        }
        long left = end - upToExclusive - subscription.doneCount(upToExclusive, end);
        long below = subscription.depth() - left;
        return (long) ((double) subscription.bytes() * below / Math.max(1, subscription.depth()));
    }

    /** The oldest purge on its way was applied. */
    void purged() {
        purgingBytes.poll();
    }

    /** Takes a ready message for a command that ends it; false if it is not ready. */
    boolean claim(long offset, SubscriptionState subscription, Stored stored) {
        if (!subscription.wants(offset)) {
            return false;
        }
        Entry held = desk.ledger().get(offset);
        if (held == null) {
            return !stored.waiting().contains(offset) && addEnding(offset);
        }
        if (held.state != Entry.State.READY) {
            return false;
        }
        desk.ledger().move(held, Entry.State.ENDING);
        return true;
    }

    private boolean addEnding(long offset) {
        Roaring64Bitmap ending = desk.ending();
        if (ending.contains(offset)) {
            return false;
        }
        ending.addLong(offset);
        return true;
    }

    /** Gives some messages to nobody until they are settled or requeued. */
    void hold(OffsetRanges offsets, SubscriptionState subscription) {
        for (int range = 0; range < offsets.rangeCount(); range++) {
            for (long offset = offsets.first(range); offset <= offsets.last(range); offset++) {
                if (subscription.wants(offset)) {
                    desk.ending().addLong(offset);
                }
            }
        }
    }

    /** Whether a message of the log is with a consumer, or about to leave. */
    boolean isTaken(long offset) {
        Entry held = desk.ledger().get(offset);
        return desk.ending().contains(offset) || (held != null && held.isTaken());
    }
}
