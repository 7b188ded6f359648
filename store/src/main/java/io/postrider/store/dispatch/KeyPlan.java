// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;

/**
 * What decides which messages stay together: nothing, their group, or their partition. Immutable.
 *
 * @param slots how many parts there are, numbered from 1; 0 for one of each group
 * @param isPartitioned whether every message has a part, and not only those of a group
 */
record KeyPlan(boolean isOn, int slots, boolean isPartitioned) {
    private static final KeyPlan OFF = new KeyPlan(false, 0, false);

    static KeyPlan of(AddressPolicy policy) {
        if (policy.is(PolicyKey.CONSUMERS_EXCLUSIVE)) {
            return OFF; // one consumer gets everything
        }
        long partitions = policy.number(PolicyKey.PARTITIONS);
        if (partitions > 0) {
            return new KeyPlan(true, (int) partitions, true);
        }
        return policy.is(PolicyKey.GROUPS_ENABLED)
                ? new KeyPlan(true, (int) Math.min(Integer.MAX_VALUE, policy.number(PolicyKey.GROUPS_BUCKETS)), false)
                : OFF;
    }

    /** The number of a message's key, kept with it while it is in memory; 0 if it has none. */
    long keyOf(Message message, MessageInspector inspector) {
        if (!isOn) {
            return 0;
        }
        return isPartitioned ? inspector.partitionKey(message) : inspector.groupKey(message);
    }

    /** The part a message belongs to; 0 if it belongs to none. */
    long slotOf(Entry entry) {
        if (!isOn || (entry.key == 0 && !isPartitioned)) {
            return 0;
        }
        if (slots == 0) {
            return entry.key;
        }
        return 1L + Math.floorMod(entry.key == 0 ? entry.offset : entry.key >> 1, slots);
    }
}
