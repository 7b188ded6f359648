// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a receiving link asks for.
 *
 * @param name link name; for a subscription it carries the subscription's name
 * @param address null to look up the subscription of the link's name, so as to delete it
 * @param capabilities of the source: kind of destination, shared, global
 * @param desired capabilities of the link, only for a lookup
 * @param isDurable whether the terminus outlives the link
 * @param isCopying whether messages are copied, not taken
 * @param isPresettled whether messages are done once they are sent
 * @param selector text, or null for every message
 */
public record ReceiverSpec(
        String name,
        @Nullable String address,
        List<String> capabilities,
        List<String> desired,
        boolean isDurable,
        boolean isCopying,
        boolean isPresettled,
        @Nullable String selector,
        boolean isNoLocal) {

    /** The same link to an address that has changed. */
    public ReceiverSpec at(@Nullable String newAddress) {
        return new ReceiverSpec(
                name, newAddress, capabilities, desired, isDurable, isCopying, isPresettled, selector, isNoLocal);
    }

    /** The lookup of a durable subscription before its deletion. */
    public static ReceiverSpec lookup(String name, List<String> desired) {
        return new ReceiverSpec(name, null, List.of(), desired, true, false, false, null, false);
    }
}
