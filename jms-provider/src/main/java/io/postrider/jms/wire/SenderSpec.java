// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import org.jspecify.annotations.Nullable;

/**
 * What a sending link asks for.
 *
 * @param name link name
 * @param source address of our own end, for logs of the broker
 * @param address null for the anonymous relay, and for a dynamic node
 * @param capability kind of destination, or null
 * @param isDynamic whether the broker is to make a temporary node that lives as long as the link
 * @param isPresettled whether the broker need not answer for messages
 * @param wantsDelay whether the link must understand delivery times because the connection did not offer to
 */
public record SenderSpec(
        String name,
        String source,
        @Nullable String address,
        @Nullable String capability,
        boolean isDynamic,
        boolean isPresettled,
        boolean wantsDelay) {}
