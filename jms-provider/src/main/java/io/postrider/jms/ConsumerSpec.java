// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.destination.PostriderDestination;
import org.jspecify.annotations.Nullable;

/**
 * What kind of consumer to make. Immutable.
 *
 * @param selector valid text, or null for every message
 * @param subscription name of a durable or shared subscription, or null
 */
record ConsumerSpec(
        PostriderDestination destination,
        @Nullable String selector,
        boolean isNoLocal,
        @Nullable String subscription,
        boolean isDurable,
        boolean isShared) {

    static ConsumerSpec plain(PostriderDestination destination, @Nullable String selector, boolean isNoLocal) {
        return new ConsumerSpec(destination, selector, isNoLocal, null, false, false);
    }
}
