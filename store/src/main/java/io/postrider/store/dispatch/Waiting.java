// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.message.Message;
import io.postrider.store.queue.Bitmaps;
import io.postrider.store.queue.SubscriptionState;
import io.postrider.store.queue.TimeIndex;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.LongIterator;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * The durable messages of one subscription that wait for their time: sent with a delivery time, or to be tried again later. Only
 * offsets are here, a few bytes each, whatever the horizon. Owned by the shard's thread.
 *
 * <p>Times that are near are known to the millisecond. A far one is known by its bucket only; when that begins, the messages in it
 * are read for their exact times.
 */
final class Waiting {
    private static final long EXACT_WITHIN_MS = 60_000;
    private static final int READ_BYTES = 1 << 20;

    private final SubscriptionState subscription;
    private final BodyReads reads;
    private final Roaring64Bitmap all = new Roaring64Bitmap();
    private final TreeMap<Long, Roaring64Bitmap> exact = new TreeMap<>();
    private final TimeIndex coarse = new TimeIndex(TimeIndex.Rounding.DOWN);
    private long count;
    private boolean isReading;

    /** Takes over what the state knows. */
    Waiting(SubscriptionState subscription, BodyReads reads) {
        this.subscription = subscription;
        this.reads = reads;
        subscription
                .redeliveries()
                .waits()
                .buckets()
                .forEach((timeMs, offsets) -> each(offsets, offset -> {
                    exactly(timeMs, offset);
                    all.addLong(offset);
                }));
        subscription
                .address()
                .log()
                .delays()
                .buckets()
                .forEach((timeMs, offsets) -> each(offsets, offset -> {
                    if (!all.contains(offset)) { // one that is to be tried again was due before
                        coarse.addExact(timeMs, offset);
                        all.addLong(offset);
                    }
                }));
        count = all.getLongCardinality();
    }

    private void each(Roaring64Bitmap offsets, java.util.function.LongConsumer action) {
        LongIterator each = Bitmaps.each(offsets);
        while (each.hasNext()) {
            long offset = each.next();
            if (subscription.wants(offset)) {
                action.accept(offset);
            }
        }
    }

    private void exactly(long timeMs, long offset) {
        exact.computeIfAbsent(timeMs, time -> new Roaring64Bitmap()).addLong(offset);
    }

    long count() {
        return count;
    }

    boolean contains(long offset) {
        return count > 0 && all.contains(offset);
    }

    /** A message waits until a time, known to the millisecond. */
    void add(long offset, long dueMs) {
        if (!all.contains(offset)) {
            all.addLong(offset);
            count++;
        }
        exactly(dueMs, offset);
    }

    /** A message that was sent with a delivery time waits for it. */
    void addFar(long offset, long dueMs, long nowMs) {
        if (dueMs - nowMs <= EXACT_WITHIN_MS) {
            add(offset, dueMs);
            return;
        }
        all.addLong(offset);
        count++;
        coarse.add(dueMs, nowMs, offset);
    }

    /** A message is done. */
    void finished(long offset) {
        if (count > 0 && all.contains(offset)) {
            all.removeLong(offset);
            count--;
        }
    }

    /** Messages were purged. */
    void purged() {
        Roaring64Bitmap kept = new Roaring64Bitmap();
        each(all, kept::addLong);
        all.and(kept);
        count = all.getLongCardinality();
    }

    /** When to look again; {@link Long#MAX_VALUE} for never. */
    long nextMs() {
        long next = exact.isEmpty() ? Long.MAX_VALUE : exact.firstKey();
        return coarse.isEmpty() || isReading ? next : Math.min(next, coarse.firstMs());
    }

    /** Takes out the first messages that are due, those of one millisecond; null if there are none. */
    @Nullable
    Roaring64Bitmap due(long nowMs) {
        while (!exact.isEmpty() && exact.firstKey() <= nowMs) {
            Roaring64Bitmap due = exact.pollFirstEntry().getValue();
            due.and(all);
            if (!due.isEmpty()) {
                all.andNot(due);
                count = all.getLongCardinality();
                return due;
            }
        }
        return null;
    }

    /** Has the messages of a bucket that begins read for their exact times; {@code then} runs when they are known. */
    void ripen(long nowMs, Runnable then) {
        if (isReading || coarse.isEmpty() || coarse.firstMs() > nowMs) {
            return;
        }
        Roaring64Bitmap bucket = coarse.removeFirst();
        bucket.and(all);
        if (bucket.isEmpty()) {
            ripen(nowMs, then);
            return;
        }
        isReading = true;
        read(bucket, nowMs, then);
    }

    private void read(Roaring64Bitmap bucket, long nowMs, Runnable then) {
        long[] offsets = Bitmaps.lowest(bucket, 1024);
        reads.read(subscription.address(), offsets, 0, READ_BYTES, (messages, read) -> {
            for (int i = 0; i < read; i++) {
                bucket.removeLong(offsets[i]);
                known(offsets[i], messages[i], nowMs);
            }
            if (bucket.isEmpty()) {
                isReading = false;
                then.run();
            } else {
                read(bucket, nowMs, then);
            }
        });
    }

    private void known(long offset, @Nullable Message message, long nowMs) {
        if (message == null || !all.contains(offset)) {
            return;
        }
        if (message.deliverAtMs() - nowMs <= EXACT_WITHIN_MS) {
            exactly(message.deliverAtMs(), offset);
        } else {
            coarse.add(message.deliverAtMs(), nowMs, offset);
        }
    }

    /** When a message that waits is due; for one sent with a far time, when its bucket begins. */
    long dueMs(long offset) {
        for (Map.Entry<Long, Roaring64Bitmap> due : exact.entrySet()) {
            if (due.getValue().contains(offset)) {
                return due.getKey();
            }
        }
        for (Map.Entry<Long, Roaring64Bitmap> bucket : coarse.buckets().entrySet()) {
            if (bucket.getValue().contains(offset)) {
                return bucket.getKey();
            }
        }
        return 0;
    }
}
