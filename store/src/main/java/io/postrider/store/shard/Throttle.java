// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyKey;
import io.postrider.store.queue.AddressState;
import java.util.HashMap;
import java.util.Map;

/**
 * How fast producers may send, by address and by user at an address. What a message costs is booked when it comes, whether or not that is too
 * fast: the answer says how long its producers have to wait. Owned by the shard's thread.
 */
final class Throttle {
    /** How far ahead of its rate somebody may be before waiting. */
    static final long BURST_MS = 100;

    private static final int BUCKETS_MAX = 100_000;

    /** Whose rate it is; the user is empty for the address as a whole. */
    private record Key(int addressId, String user) {}

    private final Map<Key, Double> paidUpToMs = new HashMap<>();

    /** Whether any rate is limited. */
    static boolean isLimited(AddressPolicy policy) {
        return policy.number(PolicyKey.RATE_MESSAGES) > 0
                || policy.number(PolicyKey.RATE_BYTES) > 0
                || policy.number(PolicyKey.RATE_USER_MESSAGES) > 0
                || policy.number(PolicyKey.RATE_USER_BYTES) > 0;
    }

    /** Books a message for an address as a whole; returns the milliseconds its producers are to wait, 0 if they need not. */
    long book(AddressState address, long bytes, long nowMs) {
        return book(
                new Key(address.id(), ""),
                address.policy().number(PolicyKey.RATE_MESSAGES),
                address.policy().number(PolicyKey.RATE_BYTES),
                bytes,
                nowMs);
    }

    /** Books a message for a user at an address; returns the milliseconds the user's producers there are to wait, 0 if they need not. */
    long book(AddressState address, String user, long bytes, long nowMs) {
        return book(
                new Key(address.id(), user),
                address.policy().number(PolicyKey.RATE_USER_MESSAGES),
                address.policy().number(PolicyKey.RATE_USER_BYTES),
                bytes,
                nowMs);
    }

    private long book(Key key, long messagesPerSecond, long bytesPerSecond, long bytes, long nowMs) {
        if (messagesPerSecond == 0 && bytesPerSecond == 0) {
            return 0;
        }
        double costMs = Math.max(
                messagesPerSecond == 0 ? 0 : 1000.0 / messagesPerSecond,
                bytesPerSecond == 0 ? 0 : 1000.0 * bytes / bytesPerSecond);
        if (paidUpToMs.size() >= BUCKETS_MAX) {
            paidUpToMs.values().removeIf(paid -> paid <= nowMs);
        }
        double paid = Math.max((double) nowMs, paidUpToMs.getOrDefault(key, 0.0)) + costMs;
        paidUpToMs.put(key, paid);
        return paid - nowMs > BURST_MS ? (long) Math.ceil(paid - nowMs) : 0;
    }
}
