// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.address.PolicyKey;
import io.postrider.api.delivery.Outcome;

/**
 * The deliveries of one dispatcher by when they were handed out or last renewed, where the policy limits for how long a consumer may have one. Owned by the
 * shard's thread.
 */
final class Leases {
    /** Of one delivery; a ring, of which the head holds no entry. */
    static final class Lease {
        private final long sinceMs;
        private final Entry entry;
        private Lease before;
        private Lease after;

        @SuppressWarnings({"this-escape", "NullAway"})
        private Lease(long sinceMs, Entry entry) {
            this.sinceMs = sinceMs;
            this.entry = entry;
            this.before = this;
            this.after = this;
        }

        void end() {
            before.after = after;
            after.before = before;
            before = this;
            after = this;
        }
    }

    private final Desk desk;
    private final Lease ring;

    @SuppressWarnings("NullAway") // the head of the ring has no entry
    Leases(Desk desk) {
        this.desk = desk;
        this.ring = new Lease(0, null);
    }

    private long leaseMs() {
        return desk.address().policy().number(PolicyKey.LEASE);
    }

    /** A delivery begins, or its consumer says that it is still at work. */
    void begin(Entry entry, long nowMs) {
        long leaseMs = leaseMs();
        if (leaseMs == 0) {
            return;
        }
        if (entry.lease != null) {
            entry.lease.end();
        }
        Lease lease = new Lease(nowMs, entry);
        entry.lease = lease;
        lease.before = ring.before;
        lease.after = ring;
        ring.before.after = lease;
        ring.before = lease;
        if (ring.after == lease) {
            desk.wakeAt(nowMs + leaseMs);
        }
    }

    /** When the next one runs out; {@link Long#MAX_VALUE} for never. */
    long nextMs() {
        long leaseMs = leaseMs();
        return leaseMs == 0 || ring.after == ring ? Long.MAX_VALUE : ring.after.sinceMs + leaseMs;
    }

    /** Takes back what was held for too long, with a failed attempt. What a transaction holds ends with the transaction. */
    void run(long nowMs) {
        while (nextMs() <= nowMs) {
            Entry entry = ring.after.entry;
            Consumption consumer = entry.owner;
            if (consumer == null || entry.provisional != null) {
                begin(entry, nowMs);
                continue;
            }
            ring.after.end();
            entry.lease = null;
            desk.counters().leasesEnded++;
            desk.dispatcher().settle(consumer, entry.deliveryId, Outcome.FAILED, false);
        }
    }
}
