// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * What the parts of one dispatcher share. Owned by the shard's thread.
 *
 * @param durable the durable subscription; null for a volatile one
 * @param totals what the whole shard did
 * @param counters what this dispatcher did
 * @param ending offsets whose end is proposed though no entry of them is held
 * @param exclusions who said of a message of the log that it cannot be delivered there
 */
record Desk(
        Dispatcher dispatcher,
        AddressState address,
        @Nullable SubscriptionState durable,
        MessageInspector inspector,
        Proposals proposals,
        MemoryBudget budget,
        Counters totals,
        Counters counters,
        Ledger ledger,
        LateLane late,
        Roaring64Bitmap ending,
        Map<Long, List<Consumption>> exclusions) {

    Desk(Dispatcher dispatcher, AddressState address, @Nullable SubscriptionState durable, Dispatcher.Parts parts) {
        this(
                dispatcher,
                address,
                durable,
                parts.inspector(),
                parts.proposals(),
                parts.budget(),
                parts.totals(),
                new Counters(),
                new Ledger(parts.budget()),
                new LateLane(),
                new Roaring64Bitmap(),
                new HashMap<>());
    }

    /** The message of an entry with its offset, where that is of use: in an address that a reader can go back in. */
    Message shown(Entry entry) {
        return entry.isDurable() && address.isReadable()
                ? entry.shown().withAdded(Annotations.of(Map.of(AnnotationKeys.OFFSET, entry.offset)))
                : entry.shown();
    }

    long nowMs() {
        return proposals.nowMs();
    }

    void wake() {
        proposals.wake(dispatcher);
    }

    void wakeAt(long timeMs) {
        proposals.wakeAt(dispatcher, timeMs);
    }
}
