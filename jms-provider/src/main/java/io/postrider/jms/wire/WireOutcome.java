// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
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

    /** The outcome in a disposition; no state means accepted, the default outcome we left to the broker. */
    static WireOutcome of(@Nullable DeliveryState state) {
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
