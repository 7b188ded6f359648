// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.message;

/** Keys of the annotations the broker adds, as AMQP clients see them. The {@code ORIG} names are Artemis' own. */
public final class AnnotationKeys {
    /** Name of the address the dead letter or expired message came from: string. */
    public static final String ORIGIN_ADDRESS = "x-opt-ORIG-ADDRESS";
    /** Name of the queue or subscription it came from: string. */
    public static final String ORIGIN_QUEUE = "x-opt-ORIG-QUEUE";
    /** Offset in the origin's log: long; absent for non-durable messages. */
    public static final String ORIGIN_OFFSET = "x-opt-ORIG-OFFSET";
    /** When it was dead-lettered or expired, milliseconds since the epoch: long. */
    public static final String DEAD_LETTER_TIME = "x-opt-dead-letter-time";
    /** One of the names of {@code DeadLetterReason} in lower case with dashes: string. */
    public static final String DEAD_LETTER_REASON = "x-opt-dead-letter-reason";
    /** Error condition the consumer gave: string; absent if none. */
    public static final String DEAD_LETTER_CONDITION = "x-opt-dead-letter-condition";
    /** Error description the consumer gave: string; absent if none. */
    public static final String DEAD_LETTER_DESCRIPTION = "x-opt-dead-letter-description";
    /** Failed delivery attempts so far: int. */
    public static final String DELIVERY_ATTEMPTS = "x-opt-delivery-attempts";

    private AnnotationKeys() {}
}
