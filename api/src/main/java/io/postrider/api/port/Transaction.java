// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.command.BranchId;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.message.Message;

/**
 * A local transaction: publishes and outcomes that take effect as one whole or not at all. Any one thread at a time; calls keep their
 * order, also with those on the producers and consumers that take part.
 *
 * <p>Until it is committed nobody sees its messages, and its deliveries count as unsettled. A part that is refused for want of room dooms
 * the whole: it can only be rolled back then, and a commit does that.
 */
public interface Transaction {

    /** How a transaction ended. */
    enum End {
        COMMITTED,
        ROLLED_BACK
    }

    /**
     * Publishes a message when the transaction is committed.
     *
     * @param token reported to the producer's listener without a rejection as soon as the message is part of the transaction; at least 0, or
     *     {@link Producer#NO_REPLY}
     */
    void publish(Producer producer, Message message, long token);

    /**
     * Ends a delivery when the transaction is committed. Until then it stays with its consumer, or with the transaction if the consumer
     * goes. A roll-back gives it back to its place with a failed attempt counted, at the time that a failing outcome asks for.
     *
     * @param confirm whether the peer still knows of the delivery: the commit reports {@link DeliverySink#settled}, and after a roll-back
     *     the consumer goes on to hold the delivery
     */
    void settle(Consumer consumer, long deliveryId, Outcome outcome, boolean confirm);

    /** Makes a commit impossible: something that belongs to the transaction was lost on the way to it. */
    void doom(String reason);

    /**
     * Makes everything durable and visible; answered once it is. When it is rejected nothing took effect, unless the code is {@code
     * STORE_FAILED}: then it is unknown whether it did.
     */
    void commit(Reply<End> reply);

    /**
     * Makes the transaction survive as a prepared branch of a global one: it is neither seen nor lost until its manager decides, over any
     * connection. Answered once that is durable. When it is rejected the transaction was rolled back.
     *
     * @param reply gets {@code true}; {@code false} when there is nothing to decide on, and the transaction has ended
     */
    void prepare(BranchId branch, Reply<Boolean> reply);

    /** Takes everything back; answered once the deliveries are at their places again. */
    void rollback(Reply<End> reply);
}
