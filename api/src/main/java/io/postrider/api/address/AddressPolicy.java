// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import org.jspecify.annotations.Nullable;

/**
 * The rules of one address, resolved when it is defined and kept with its definition. Immutable.
 *
 * @param autoCreate whether first use may create the address
 * @param maxDeliveryAttempts failed attempts after which a message is dead-lettered; 0 means no limit
 * @param deadLetterAddress name of the queue for dead letters, in the same virtual host; null drops them (counted)
 * @param expiryAddress name of the queue for expired messages; null drops them (counted)
 * @param redeliveryDelayMs how long a failed message waits before its next attempt, at least 0
 */
public record AddressPolicy(
        boolean autoCreate,
        int maxDeliveryAttempts,
        @Nullable String deadLetterAddress,
        @Nullable String expiryAddress,
        long redeliveryDelayMs) {

    /** Ten attempts, then the queue {@code DLQ}; expired messages are dropped; created on first use. */
    public static final AddressPolicy DEFAULT = new AddressPolicy(true, 10, "DLQ", null, 0);

    public AddressPolicy {
        if (maxDeliveryAttempts < 0) {
            throw new IllegalArgumentException(
                    "Expected max delivery attempts of at least 0, but got " + maxDeliveryAttempts);
        }
        if (redeliveryDelayMs < 0) {
            throw new IllegalArgumentException(
                    "Expected a redelivery delay of at least 0 ms, but got " + redeliveryDelayMs);
        }
    }
}
