// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.message.Message;

/** Something that is true in every run. It is told before the world takes note of what has happened. One thread. */
interface SimInvariant {
    default void delivered(SimCopy copy, SimReceiver to, Message message, int deliveryCount) {}

    default void drained(SimReceiver receiver) {}

    /** Everything that was left has been consumed. */
    default void ended() {}
}
