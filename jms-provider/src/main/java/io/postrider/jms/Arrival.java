// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.message.PostriderMessage;
import io.postrider.jms.wire.Inbound;
import org.jspecify.annotations.Nullable;

/**
 * A message that arrived for a consumer and is not done. Passed from the reader thread to the session's thread by the
 * consumer's buffer; owned by the latter after that.
 */
final class Arrival {
    final ClientConsumer consumer;
    final Inbound inbound;
    /** Decoded when it is first taken from the buffer. */
    @Nullable
    PostriderMessage message;

    /** Times it was put back by recover, on top of what the broker counts. */
    int recoveries;

    /** Whether it is in the session's list of deliveries without an outcome. */
    boolean isUnacknowledged;

    Arrival(ClientConsumer consumer, Inbound inbound) {
        this.consumer = consumer;
        this.inbound = inbound;
    }
}
