// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.StartPosition;
import org.jspecify.annotations.Nullable;

/**
 * What of a log is to be read again. Immutable.
 *
 * @param address whose log
 * @param subscription name of the durable subscription, as {@link QueueInfo} shows it; null for a queue
 * @param to where it begins; it ends at the end of the log when it is asked for
 * @param selector JMS selector that a message must match; null for all
 * @param into the address that gets copies; null if the queue or subscription itself gets them back
 * @param isDryRun whether messages are only counted
 * @param messagesPerSecond how fast at the most; 0 for as fast as it goes
 */
public record RewindRequest(
        AddressKey address,
        @Nullable String subscription,
        StartPosition to,
        @Nullable String selector,
        @Nullable AddressKey into,
        boolean isDryRun,
        long messagesPerSecond) {}
