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

    Delivery delivery() {
        return delivery;
    }
}
