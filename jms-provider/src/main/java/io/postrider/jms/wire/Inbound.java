// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import org.apache.qpid.proton.engine.Delivery;

/** One delivery from the broker: its bytes, and the handle to settle it. The bytes belong to whoever takes them. */
public final class Inbound {
    private final WireReceiver receiver;
    private final Delivery delivery;
    private final byte[] encoded;
    private final boolean isPresettled;
    private volatile long retryDelayMs = -1;

    Inbound(WireReceiver receiver, Delivery delivery, byte[] encoded, boolean isPresettled) {
        this.receiver = receiver;
        this.delivery = delivery;
        this.encoded = encoded;
        this.isPresettled = isPresettled;
    }

    public WireReceiver receiver() {
        return receiver;
    }

    public byte[] encoded() {
        return encoded;
    }

    public boolean isPresettled() {
        return isPresettled;
    }

    /** Has it wait so long for its next attempt, if it is given back as failed. */
    public void retryAfterMs(long delayMs) {
        retryDelayMs = delayMs;
    }

    /** Whether it is to wait for its next attempt, which only the broker can see to. */
    public boolean hasRetryDelay() {
        return retryDelayMs >= 0;
    }

    long retryDelayMs() {
        return retryDelayMs;
    }

    Delivery delivery() {
        return delivery;
    }
}
