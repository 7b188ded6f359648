// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;

/**
 * The receiving peer as the broker sees it. Called on the shard's thread, in order; implementations hand over to their own
 * thread when it is another one, and send what a burst of calls gave them in one go.
 */
public interface DeliverySink {
    /**
     * Hands over one message.
     *
     * @param deliveryId unique among the consumer's unsettled deliveries; names the delivery in {@link Consumer#settle}
     * @param deliveryCount failed attempts so far, plus one when an earlier delivery may have been seen; at least 0
     */
    void deliver(long deliveryId, Message message, int deliveryCount);

    /** Answers a drain: everything available up to now was delivered before this call, and credit is used up. */
    void drained();

    /** The outcome of a delivery settled with {@code confirm} is durable. */
    void settled(long deliveryId);

    /** The broker ended this consumer; its unsettled deliveries are already given back. */
    void closed(Rejection reason);
}
