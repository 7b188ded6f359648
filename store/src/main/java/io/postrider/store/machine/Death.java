// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.command.DeadLetterReason;
import org.jspecify.annotations.Nullable;

/**
 * How a message came to leave its queue or subscription. Immutable.
 *
 * @param attempts failed attempts, the last one included
 * @param timeMs wall clock
 * @param consumer who had it last; null when it was with nobody
 * @param condition error condition that the consumer gave; null if none
 * @param description what the consumer said besides; null if nothing
 */
public record Death(
        DeadLetterReason reason,
        int attempts,
        long timeMs,
        @Nullable Party consumer,
        @Nullable String condition,
        @Nullable String description) {

    /** Who takes messages: the container id (JMS client id) and the user of a connection. */
    public record Party(String container, String user) {}

    /** The time to live ran out. */
    public static Death expired(int attempts, long timeMs) {
        return new Death(DeadLetterReason.EXPIRED, attempts, timeMs, null, null, null);
    }
}
