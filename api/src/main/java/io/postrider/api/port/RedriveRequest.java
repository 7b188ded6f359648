// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressKey;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters an operator sends back, and how. Immutable.
 *
 * @param queue where the letters are
 * @param offset the one letter meant; null for all that the selector takes
 * @param selector JMS selector text; null for all
 * @param to the address they go to instead of the one they came from; null for that one
 * @param perSecond how many a second; 0 for as fast as possible
 * @param canary how many go first; the rest only if all of them are accepted; 0 for none
 * @param isDryRun whether they are counted only
 */
public record RedriveRequest(
        AddressKey queue,
        @Nullable Long offset,
        @Nullable String selector,
        @Nullable AddressKey to,
        int perSecond,
        int canary,
        boolean isDryRun) {
    public RedriveRequest {
        if (perSecond < 0 || canary < 0) {
            throw new IllegalArgumentException(
                    "Expected a rate and a canary of at least 0, but got " + perSecond + " and " + canary);
        }
    }
}
