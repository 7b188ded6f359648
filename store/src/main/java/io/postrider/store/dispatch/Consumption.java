// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.DeliverySink;
import io.postrider.store.queue.OffsetRing;
import java.util.ArrayDeque;

/** One consumer as its dispatcher sees it: credit and what is out with it. Owned by the shard's thread. */
public final class Consumption {
    final ConsumerRequest request;
    final DeliverySink sink;
    final SelectorGroup group;
    /** Unsettled deliveries by delivery id; ids rise, so the first is the oldest. */
    final OffsetRing<Entry> unsettled = new OffsetRing<>();
    /** What a browser has yet to be shown. */
    final ArrayDeque<Entry> browse = new ArrayDeque<>();

    long dispatched;
    long limit;
    boolean isDraining;
    /** Failing outcomes proposed and not applied: until then nothing may overtake. */
    int pauses;

    /** Deliveries that wait for the log before they are handed over. */
    int handovers;

    boolean isClosed;

    Consumption(ConsumerRequest request, DeliverySink sink, SelectorGroup group) {
        this.request = request;
        this.sink = sink;
        this.group = group;
    }

    boolean isBrowser() {
        return request.mode() == ConsumerRequest.Mode.BROWSE;
    }

    boolean mayTake() {
        return dispatched < limit && pauses == 0 && !isClosed;
    }
}
