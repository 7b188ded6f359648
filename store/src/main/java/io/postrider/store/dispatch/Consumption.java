// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.DeliverySink;

/** One consumer as its dispatcher sees it: credit and what is out with it. Owned by the shard's thread. */
public final class Consumption {
    /**
     * Unsettled deliveries one consumer may have, whatever credit it gives: each costs the broker about a hundred bytes of
     * heap.
     */
    static final int UNSETTLED_MAX = 100_000;

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

    Consumption(ConsumerRequest request, DeliverySink sink, Feed feed) {
        this.request = request;
        this.sink = sink;
        this.feed = feed;
    }

    boolean isBrowser() {
        return feed.isBrowser;
    }

    boolean mayTake() {
        return dispatched < limit && pauses == 0 && !isClosed && unsettled.count() < UNSETTLED_MAX;
    }
}
