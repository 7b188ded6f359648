// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.command.DeadLetterReason;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.store.machine.DeadLettering;
import io.postrider.store.queue.Bitmaps;
import io.postrider.store.queue.SubscriptionState;
import java.util.Map;
import org.roaringbitmap.longlong.LongIterator;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Ends durable messages whose time to live ran out while nobody asked for them. It goes by the buckets of the log's index, so a
 * message may lie a little longer than its time (about a fortieth); it is never delivered then, because dispatch looks at the
 * clock itself. Owned by the shard's thread.
 */
final class Sweeper {
    private static final int SWEEP_MAX = 8 * 1024;
    private static final int READ_BYTES = 1 << 20;

    private final Dispatcher dispatcher;
    private final SubscriptionState subscription;
    private final Ledger ledger;
    private final Proposals proposals;
    private final Outcomes outcomes;
    private final Waiting waiting;
    private final MessageInspector inspector;
    private final Roaring64Bitmap ending;
    private Roaring64Bitmap bucket = new Roaring64Bitmap();
    private long sweptToMs;
    private boolean isReading;

    Sweeper(
            Dispatcher dispatcher,
            SubscriptionState subscription,
            Ledger ledger,
            Proposals proposals,
            Outcomes outcomes,
            Waiting waiting,
            MessageInspector inspector,
            Roaring64Bitmap ending) {
        this.dispatcher = dispatcher;
        this.subscription = subscription;
        this.ledger = ledger;
        this.proposals = proposals;
        this.outcomes = outcomes;
        this.waiting = waiting;
        this.inspector = inspector;
        this.ending = ending;
    }

    /** When to look again; {@link Long#MAX_VALUE} for never. */
    long nextMs() {
        if (isReading) {
            return Long.MAX_VALUE;
        }
        if (!bucket.isEmpty()) {
            return sweptToMs;
        }
        Long next = subscription.address().log().expiries().buckets().higherKey(sweptToMs);
        return next == null ? Long.MAX_VALUE : next;
    }

    /** A message arrived that had expired before its bucket could be seen. */
    void arrived(long offset, long expiresAtMs) {
        if (expiresAtMs <= sweptToMs) {
            bucket.addLong(offset);
        }
    }

    /** Messages came back that had expired before. */
    void again() {
        sweptToMs = 0;
        bucket = new Roaring64Bitmap();
    }

    /** Proposes the end of what has expired, some at a time. */
    void sweep(long nowMs) {
        int left = SWEEP_MAX;
        while (!isReading && left > 0) {
            Bitmaps.removeBelow(bucket, subscription.cursor());
            if (bucket.isEmpty()) {
                Map.Entry<Long, Roaring64Bitmap> next =
                        subscription.address().log().expiries().buckets().higherEntry(sweptToMs);
                if (next == null || next.getKey() > nowMs) {
                    return;
                }
                sweptToMs = next.getKey();
                bucket = next.getValue().clone();
                continue;
            }
            left -= sweepBucket(left);
        }
    }

    private int sweepBucket(int max) {
        Roaring64Bitmap unread = new Roaring64Bitmap();
        boolean isKept = DeadLettering.target(subscription.address(), subscription, DeadLetterReason.EXPIRED) != null;
        long meanBytes = subscription.bytes() / Math.max(1, subscription.depth());
        int count = 0;
        LongIterator each = Bitmaps.each(bucket);
        long upTo = -1;
        while (each.hasNext() && count++ < max) {
            long offset = each.next();
            upTo = offset;
            Entry entry = ledger.get(offset);
            if (entry != null) {
                if (entry.state == Entry.State.READY) {
                    outcomes.expire(entry);
                }
            } else if (subscription.wants(offset) && !ending.contains(offset)) {
                ending.addLong(offset);
                waiting.finished(offset);
                if (isKept) {
                    unread.addLong(offset);
                } else {
                    proposals.expire(dispatcher, offset, meanBytes);
                }
            }
        }
        Bitmaps.removeBelow(bucket, upTo + 1);
        if (!unread.isEmpty()) {
            isReading = true;
            read(unread);
        }
        return count;
    }

    /** Makes letters of expired messages that are only on disk. */
    private void read(Roaring64Bitmap unread) {
        long[] offsets = Bitmaps.lowest(unread, 1024);
        proposals.read(subscription.address(), offsets, 0, READ_BYTES, (messages, read) -> {
            for (int i = 0; i < read; i++) {
                unread.removeLong(offsets[i]);
                Message message = messages[i];
                if (message == null || !subscription.wants(offsets[i])) {
                    continue;
                }
                if (!subscription.isFor(offsets[i], inspector, message)) {
                    proposals.settle(dispatcher, offsets[i], message.sizeBytes());
                } else {
                    outcomes.expireUnheld(offsets[i], subscription.view(offsets[i], message));
                }
            }
            if (unread.isEmpty()) {
                isReading = false;
                proposals.wake(dispatcher);
            } else {
                read(unread);
            }
        });
    }
}
