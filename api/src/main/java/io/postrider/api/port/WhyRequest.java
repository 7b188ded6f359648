// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressKey;
import org.jspecify.annotations.Nullable;

/**
 * What an operator wonders about: a queue or subscription, or one message, consumer or producer of it. Immutable.
 *
 * @param subscription as in {@link QueueInfo}; empty for a queue
 * @param offset the message meant; null if none
 * @param consumer container id of the consumers meant; null if none
 * @param producer container id of the producers meant; null if none
 */
public record WhyRequest(
        AddressKey address,
        String subscription,
        @Nullable Long offset,
        @Nullable String consumer,
        @Nullable String producer) {
    public WhyRequest {
        int given = (offset == null ? 0 : 1) + (consumer == null ? 0 : 1) + (producer == null ? 0 : 1);
        if (given > 1) {
            throw new IllegalArgumentException("Expected at most one of offset, consumer and producer");
        }
    }
}
