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
    /** Name of the durable subscription it came from: string; absent where it came from a queue. */
    public static final String ORIGIN_SUBSCRIPTION = "x-opt-ORIG-SUBSCRIPTION";
    /** Its message-id: string; absent if it has none. */
    public static final String ORIGIN_MESSAGE_ID = "x-opt-ORIG-MESSAGE-ID";
    /** When its time to live ran out, milliseconds since the epoch: long; absent for others than expired messages. */
    public static final String ACTUAL_EXPIRY = "x-opt-ACTUAL-EXPIRY";
    /** When it was dead-lettered or expired, milliseconds since the epoch: long. */
    public static final String DEAD_LETTER_TIME = "x-opt-dead-letter-time";
    /** One of the names of {@code DeadLetterReason} in lower case with dashes: string. */
    public static final String DEAD_LETTER_REASON = "x-opt-dead-letter-reason";
    /** Error condition the consumer gave: string; absent if none. */
    public static final String DEAD_LETTER_CONDITION = "x-opt-dead-letter-condition";
    /** Error description the consumer gave: string; absent if none. */
    public static final String DEAD_LETTER_DESCRIPTION = "x-opt-dead-letter-description";
    /** Container id (JMS client id) of the consumer that had it last: string; absent if it was with nobody. */
    public static final String DEAD_LETTER_CONTAINER = "x-opt-dead-letter-container";
    /** User of the consumer that had it last: string; absent if it was with nobody. */
    public static final String DEAD_LETTER_USER = "x-opt-dead-letter-user";
    /** When its first attempt failed, milliseconds since the epoch, to ten seconds: long; absent if none did. */
    public static final String FIRST_ATTEMPT_TIME = "x-opt-first-attempt-time";
    /** How often it was sent back from a dead-letter queue to where it came from: int. */
    public static final String REDRIVEN = "x-opt-redriven";
    /** Failed delivery attempts so far: int. */
    public static final String DELIVERY_ATTEMPTS = "x-opt-delivery-attempts";

    /** When a message may be delivered at the earliest, milliseconds since the epoch: long. A consumer sets it on what it returns. */
    public static final String DELIVERY_TIME = "x-opt-delivery-time";
    /** How long a message waits, milliseconds from now on: long or int. A consumer sets it on what it returns. */
    public static final String DELIVERY_DELAY = "x-opt-delivery-delay";

    /** Whether a returned message is put aside until somebody asks for its token: boolean. A consumer sets it. */
    public static final String DEFER = "x-opt-defer";
    /** The name under which a message is put aside: string. A consumer may choose it. */
    public static final String DEFERRAL_TOKEN = "x-opt-deferral-token";
    /** Why a message was not put aside but came back: string. */
    public static final String DEFERRAL_REFUSED = "x-opt-deferral-refused";
    /** Offset in the log of the address it is received from: long; only where the address retains messages. */
    public static final String OFFSET = "x-opt-offset";
    /** True when it was done and has come back by a rewind: boolean; absent otherwise. */
    public static final String REPLAYED = "x-opt-replayed";
    /** What decides about the partition of a message without a group-id: any value, set by its sender. */
    public static final String PARTITION_KEY = "x-opt-partition-key";
    /** Whether a message is the first of its group that its consumer gets since the group became its own: boolean, true. */
    public static final String GROUP_FIRST = "x-opt-group-first";

    private AnnotationKeys() {}
}
