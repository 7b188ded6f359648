// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.delivery.Outcome;

/**
 * What a transaction will make of one delivery. Until the transaction ends, the delivery is with its consumer or, if that is gone or has
 * forgotten it, with the transaction alone; it counts as unsettled and is given to nobody else. Owned by the shard's thread.
 */
public final class Provisional {
    /** About what one takes of the heap. */
    public static final int HEAP_BYTES = 64;

    private final Dispatcher dispatcher;
    private final Consumption consumer;
    private final Entry entry;
    private final Object transaction;
    private Outcome outcome = Outcome.ACCEPTED;
    /** Whether the peer still knows of the delivery. */
    private boolean isConfirmWanted;

    Provisional(Dispatcher dispatcher, Consumption consumer, Entry entry, Object transaction) {
        this.dispatcher = dispatcher;
        this.consumer = consumer;
        this.entry = entry;
        this.transaction = transaction;
        entry.provisional = this;
    }

    boolean isOf(Object other) {
        return transaction == other;
    }

    /** The consumer says what is to become of it, perhaps not for the first time. */
    void become(Outcome end, boolean confirm) {
        outcome = end;
        isConfirmWanted = confirm;
    }

    /** The transaction will be committed: gives the end of a durable message to {@code ends}. */
    public void commit(Ends ends) {
        if (dispatcher.isDiscarded()) {
            return;
        }
        leave();
        entry.isConfirmWanted = isConfirmWanted;
        if (!isDoneAfterwards()) {
            dispatcher.end(consumer, entry, outcome, ends);
        }
    }

    /** The transaction is committed: what is in no log happens now, too. */
    public void committed() {
        dispatcher.leftTransaction();
        if (isDoneAfterwards() && !dispatcher.isDiscarded()) {
            dispatcher.end(consumer, entry, outcome);
        }
    }

    /** The transaction was prepared and is rolled back: what is in no log returns to its place; the log has done so for the rest. */
    public void returned() {
        dispatcher.leftTransaction();
        if (isDoneAfterwards() && !dispatcher.isDiscarded()) {
            dispatcher.end(consumer, entry, outcomeOfFailure());
        }
    }

    private boolean isDoneAfterwards() {
        return !entry.isDurable() || outcome instanceof Outcome.Released;
    }

    /** The transaction is rolled back. What the peer still knows of stays with it; the rest goes back to its place. */
    public void rollBack(Ends ends) {
        dispatcher.leftTransaction();
        if (dispatcher.isDiscarded()) {
            return;
        }
        if (isConfirmWanted && !consumer.isClosed) {
            entry.provisional = null;
            return;
        }
        leave();
        dispatcher.end(consumer, entry, outcomeOfFailure(), ends);
    }

    private void leave() {
        entry.provisional = null;
        consumer.unsettled.remove(entry.deliveryId);
    }

    /** The consumer saw the message, so a failed attempt is counted (JMS 3.1 §6.2.7). */
    private Outcome outcomeOfFailure() {
        if (outcome instanceof Outcome.Modified modified && modified.isDeliveryFailed()) {
            return modified; // with the time of its next attempt, perhaps
        }
        return consumer.request.defaultOutcome() instanceof Outcome.Modified modified && modified.isDeliveryFailed()
                ? modified
                : Outcome.FAILED;
    }
}
