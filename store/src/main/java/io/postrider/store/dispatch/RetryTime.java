// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import org.jspecify.annotations.Nullable;

/**
 * When a message that came back is tried again: when its consumer says, else by the back-off of its address. The leader works it out, and the
 * time is in the command. Stateless.
 */
final class RetryTime {
    private RetryTime() {}

    /**
     * The time that the policy gives.
     *
     * @param attempts failed attempts, the last one included
     * @param seed what tells this message from others that failed at the same time
     * @return wall clock; 0 for at once
     */
    static long dueMs(AddressPolicy policy, int attempts, long nowMs, long seed) {
        double delayMs = policy.number(PolicyKey.REDELIVERY_DELAY);
        if (delayMs == 0) {
            return 0;
        }
        if (policy.text(PolicyKey.REDELIVERY_BACKOFF).equals("exponential")) {
            double factor = Math.max(1, policy.number(PolicyKey.REDELIVERY_MULTIPLIER) / 1000.0);
            delayMs *= Math.pow(factor, attempts - 1.0);
        }
        long maxMs = policy.number(PolicyKey.REDELIVERY_MAX_DELAY);
        delayMs = Math.min(delayMs, maxMs > 0 ? maxMs : Long.MAX_VALUE / 4.0);
        double jitter = Math.min(1, policy.number(PolicyKey.REDELIVERY_JITTER) / 1000.0);
        return nowMs + Math.max(1, Math.round(delayMs * (1 - jitter * share(seed, attempts, nowMs))));
    }

    /** Spread evenly from 0 to 1, and the same for the same message, attempt and time: there is no random in the core. */
    private static double share(long seed, int attempts, long nowMs) {
        long mixed = seed * 0x9E3779B97F4A7C15L + attempts * 0xC2B2AE3D27D4EB4FL + nowMs;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return ((mixed ^ (mixed >>> 31)) >>> 11) * 0x1.0p-53;
    }

    /** The time that a consumer asks for; null if it asks for none. What is in the past is at once. */
    static @Nullable Long asked(Annotations merge, long nowMs) {
        if (merge.isEmpty()) {
            return null;
        }
        Long timeMs = merge.number(AnnotationKeys.DELIVERY_TIME);
        if (timeMs != null) {
            return Math.max(0, timeMs);
        }
        Long delayMs = merge.number(AnnotationKeys.DELIVERY_DELAY);
        return delayMs == null ? null : nowMs + Math.min(Math.max(0, delayMs), Long.MAX_VALUE / 4);
    }

    /** What is merged into the message: a delay as the time it came to, so that it still makes sense later. */
    static Annotations settled(Annotations merge, @Nullable Long askedMs) {
        if (askedMs == null) {
            return merge;
        }
        return merge.without(AnnotationKeys.DELIVERY_DELAY)
                .merged(Annotations.of(java.util.Map.of(AnnotationKeys.DELIVERY_TIME, askedMs)));
    }
}
