// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import org.jspecify.annotations.Nullable;

/**
 * What a durable topic subscription is. Immutable; part of the replicated state.
 *
 * @param topic the topic it reads
 * @param isShared whether several consumers may use it at once and compete for its messages
 * @param selector JMS selector text, or null for every message
 * @param noLocal whether messages published under the key's own scope (container id) are left out
 */
public record SubscriptionDefinition(
        SubscriptionKey key,
        AddressKey topic,
        boolean isShared,
        @Nullable String selector,
        boolean noLocal) {}
