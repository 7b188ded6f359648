// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.address.PolicyKey;

/** Notices consumers that have had a delivery for longer than the policy thinks right. Owned by the shard's thread. */
final class SlowConsumers {
    private static final long MILLIS_MIN = 100;

    private final Desk desk;
    private final Roster roster;
    private long nextMs = Long.MAX_VALUE;

    SlowConsumers(Desk desk, Roster roster) {
        this.desk = desk;
        this.roster = roster;
    }

    /** A delivery begins. */
    void begin(long nowMs) {
        if (nextMs == Long.MAX_VALUE) {
            long limitMs = limitMs();
            if (limitMs > 0) {
                nextMs = nowMs + limitMs;
                desk.wakeAt(nextMs);
            }
        }
    }

    private long limitMs() {
        return desk.address().policy().number(PolicyKey.SLOW_CONSUMER);
    }

    /** Looks, now and then; each is reported once. */
    void run(long nowMs) {
        if (nowMs < nextMs) {
            return;
        }
        nextMs = Long.MAX_VALUE;
        long limitMs = limitMs();
        if (limitMs == 0) {
            return;
        }
        for (int i = 0; i < roster.count(); i++) {
            Consumption consumer = roster.get(i);
            long ageMs = consumer.isSlow ? 0 : nowMs - consumer.oldestHandedAtMs(nowMs);
            if (ageMs >= limitMs) {
                consumer.isSlow = true;
                desk.proposals().slow(desk.dispatcher(), consumer, ageMs);
            }
        }
        if (desk.ledger().unsettledCount() > 0) {
            nextMs = nowMs + Math.max(MILLIS_MIN, limitMs / 4);
            desk.wakeAt(nextMs);
        }
    }
}
