// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.command;

/** Why a message left its queue or subscription without being accepted. */
public enum DeadLetterReason {
    /** A consumer answered rejected (AMQP 1.0 §3.4.3). */
    REJECTED,
    /** The last allowed delivery attempt failed. */
    MAX_DELIVERY_ATTEMPTS,
    /** Every attached consumer said that it cannot be delivered there. */
    UNDELIVERABLE,
    /** Its time to live ran out. */
    EXPIRED;

    /** The reason as it is written into annotations: lower case with dashes. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
