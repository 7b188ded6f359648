// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.DeliverySink;
import org.jspecify.annotations.Nullable;

/** One consumer as its dispatcher sees it: credit and what is out with it. Owned by the shard's thread. */
public final class Consumption {
    /**
     * Unsettled deliveries one consumer may have, whatever credit it gives: each costs the broker about a hundred bytes of
     * heap.
     */
    static final int UNSETTLED_MAX = 100_000;

    final long id;
    final ConsumerRequest request;
    final DeliverySink sink;
    final Feed feed;
    /** Unsettled deliveries by delivery id; ids rise, so the lowest is the oldest. */
    final EntryMap unsettled = new EntryMap(EntryMap.Key.DELIVERY);

    long dispatched;
    long limit;
    boolean isDraining;
    /** Failing outcomes proposed and not applied: until then nothing may overtake. */
    int pauses;

    /** Deliveries that wait for the log before they are handed over. */
    int handovers;

    boolean isClosed;
    /** An operator lets it have nothing for now. */
    boolean isPaused;
    /** Another one is the only active consumer, or is about to be. */
    boolean isWaiting;
    /** Messages it has, those included whose end waits for the log. */
    int busy;
    /** Keys that are its own, or will be. */
    int keyCount;
    /** Messages of its keys that stood before others could go on; null until there are any. */
    @Nullable
    Feed lane;
    /** Whether it was reported as slow. */
    boolean isSlow;

    Consumption(long id, ConsumerRequest request, DeliverySink sink, Feed feed) {
        this.id = id;
        this.request = request;
        this.sink = sink;
        this.feed = feed;
    }

    /** Its number among the consumers of the shard. */
    public long id() {
        return id;
    }

    /** What its peer asked for. */
    public ConsumerRequest request() {
        return request;
    }

    boolean isBrowser() {
        return feed.isBrowser;
    }

    /** Whether nothing can come for it but what is in memory. */
    boolean isWhole() {
        return feed.isWhole() && (lane == null || lane.isWhole());
    }

    /** Whether nothing can come for it as things stand. */
    boolean isExhausted() {
        return feed.isExhausted() && (lane == null || lane.isExhausted());
    }

    /** Whether it takes part in what consumers share: it neither only looks, nor only wants what was put aside. */
    boolean isSharing() {
        return !feed.isBrowser && feed.tokens.isEmpty();
    }

    int priority() {
        return request.priority();
    }

    /** When the oldest of its deliveries was handed out; {@code nowMs} if it has none. */
    long oldestHandedAtMs(long nowMs) {
        long oldest = nowMs;
        for (Entry entry : unsettled.sorted()) {
            oldest = Math.min(oldest, entry.handedAtMs);
        }
        return oldest;
    }

    boolean mayTake() {
        return !isPaused
                && !isWaiting
                && dispatched < limit
                && pauses == 0
                && !isClosed
                && unsettled.count() < UNSETTLED_MAX;
    }
}
