// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.delivery;

import io.postrider.api.message.Annotations;
import org.jspecify.annotations.Nullable;

/** What a consumer says of a delivery (AMQP 1.0 §3.4). Immutable. */
public sealed interface Outcome {
    Accepted ACCEPTED = new Accepted();
    Released RELEASED = new Released();
    /** Delivery failed: comes back with one more attempt counted. */
    Modified FAILED = new Modified(true, false, Annotations.NONE);

    /** Processed: the message is done. */
    record Accepted() implements Outcome {}

    /** Refused as unprocessable: the message is dead-lettered at once. */
    record Rejected(@Nullable String condition, @Nullable String description) implements Outcome {}

    /** Not processed: the message goes back to its place and no attempt is counted. */
    record Released() implements Outcome {}

    /**
     * @param isDeliveryFailed whether a failed attempt is counted
     * @param isUndeliverableHere whether this consumer may not be given the message again
     * @param merge annotations to merge into the message
     */
    record Modified(boolean isDeliveryFailed, boolean isUndeliverableHere, Annotations merge) implements Outcome {}
}
