// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.delivery.Outcome;

/** An open receiving endpoint. Any one thread at a time; calls keep their order. */
public interface Consumer {

    /** How a consumer goes. */
    enum Close {
        /** Orderly: unsettled deliveries get the consumer's default outcome. */
        ORDERLY,
        /**
         * The peer vanished: the oldest unsettled delivery is charged with a failed attempt, the others go back marked
         * as possibly seen.
         */
        LOST
    }

    AddressDefinition address();

    /**
     * Sets how far the broker may dispatch: until the number of messages handed to the sink since the consumer was opened
     * reaches {@code limit}. An absolute count, so that grants and deliveries that cross do no harm.
     *
     * @param limit total deliveries allowed; lowering it below what was dispatched just stops
     * @param drain dispatch what is available now, then report {@link DeliverySink#drained}
     */
    void credit(long limit, boolean drain);

    /**
     * Ends a delivery. Unknown ids (settled before) are ignored.
     *
     * @param deliveryId as given to the sink
     * @param confirm whether to report {@link DeliverySink#settled} once the outcome is durable
     */
    void settle(long deliveryId, Outcome outcome, boolean confirm);

    /** Says that the consumer is still at work on a delivery, so that it is not taken back where there is a lease. Unknown ids are ignored. */
    default void renew(long deliveryId) {}

    /** Ends the consumer; a durable subscription stays. */
    void close(Close how);
}
