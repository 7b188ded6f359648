// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Outcome;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.jspecify.annotations.Nullable;

/** What becomes of a delivery (AMQP 1.0 §3.4). */
public enum WireOutcome {
    ACCEPTED,
    REJECTED,
    RELEASED,
    /** Modified, delivery failed. */
    FAILED,
    /** Modified, delivery failed and undeliverable here. */
    FAILED_HERE;

    private static final Modified MODIFIED_FAILED = modified(false);
    private static final Modified MODIFIED_FAILED_HERE = modified(true);
    private static final Rejected PLAIN_REJECTED = new Rejected();

    DeliveryState state() {
        return switch (this) {
            case ACCEPTED -> Accepted.getInstance();
            case REJECTED -> PLAIN_REJECTED;
            case RELEASED -> Released.getInstance();
            case FAILED -> MODIFIED_FAILED;
            case FAILED_HERE -> MODIFIED_FAILED_HERE;
        };
    }

    /** The outcome as part of a transaction, which decides whether it holds. */
    DeliveryState state(@Nullable TransactionId transaction) {
        return state(transaction, -1);
    }

    /** @param retryDelayMs how long what failed waits for its next attempt; below 0 where that is the broker's choice */
    DeliveryState state(@Nullable TransactionId transaction, long retryDelayMs) {
        DeliveryState outcome = this == FAILED && retryDelayMs >= 0 ? delayed(retryDelayMs) : state();
        if (transaction == null) {
            return outcome;
        }
        TransactionalState part = new TransactionalState();
        part.setTxnId(transaction.binary());
        part.setOutcome((Outcome) outcome);
        return part;
    }

    private static Modified delayed(long retryDelayMs) {
        Modified modified = modified(false);
        modified.setMessageAnnotations(Map.of(Symbol.valueOf("x-opt-delivery-delay"), retryDelayMs));
        return modified;
    }

    /** The outcome in a disposition; no state means accepted, the default outcome we left to the broker. */
    static WireOutcome of(@Nullable DeliveryState state) {
        if (state instanceof TransactionalState part) {
            return of(part.getOutcome() instanceof DeliveryState outcome ? outcome : null);
        }
        if (state == null || state instanceof Accepted) {
            return ACCEPTED;
        }
        if (state instanceof Rejected) {
            return REJECTED;
        }
        return state instanceof Released ? RELEASED : FAILED;
    }

    static Modified modified(boolean isUndeliverableHere) {
        Modified modified = new Modified();
        modified.setDeliveryFailed(true);
        if (isUndeliverableHere) {
            modified.setUndeliverableHere(true);
        }
        return modified;
    }
}
