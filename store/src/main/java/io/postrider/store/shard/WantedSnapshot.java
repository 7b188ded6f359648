// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.Bitmaps;
import io.postrider.store.queue.Retention;
import io.postrider.store.queue.SubscriptionState;
import io.postrider.store.segment.WantedOffsets;
import java.util.List;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Which messages of an address were held at one moment: wanted by one of its subscriptions, or retained. Immutable; any thread.
 *
 * @param first nothing below it is wanted
 * @param end offset after the newest message
 * @param done not wanted either, from {@code first} on
 */
record WantedSnapshot(long first, long end, Roaring64Bitmap done) implements WantedOffsets {

    static WantedSnapshot of(AddressState address) {
        long end = address.log().end();
        List<SubscriptionState> subscriptions = address.subscriptions();
        Retention retention = address.retention();
        long first = address.lowestHeld();
        if (subscriptions.isEmpty()) {
            return new WantedSnapshot(first, end, new Roaring64Bitmap());
        }
        Roaring64Bitmap done = null;
        for (SubscriptionState subscription : subscriptions) {
            Roaring64Bitmap mine = subscription.done().clone();
            if (subscription.cursor() > first) {
                Bitmaps.addRange(mine, first, subscription.cursor());
            }
            if (done == null) {
                done = mine;
            } else {
                done.and(mine);
            }
        }
        if (done != null && retention.isOn() && retention.from() < end) {
            Roaring64Bitmap retained = new Roaring64Bitmap();
            retained.addRange(retention.from(), end);
            done.andNot(retained);
        }
        return new WantedSnapshot(first, end, done == null ? new Roaring64Bitmap() : done);
    }

    @Override
    public boolean contains(long offset) {
        return offset >= first && offset < end && !done.contains(offset);
    }

    @Override
    public long count(long firstOffset, long lastOffset) {
        long from = Math.max(first, firstOffset);
        long to = Math.min(end - 1, lastOffset);
        return from > to ? 0 : to - from + 1 - Bitmaps.count(done, from, to);
    }
}
