// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.jspecify.annotations.Nullable;

/**
 * Joins dispositions of consecutive deliveries and equal state into one frame (AMQP 1.0 §2.7.6). Owned by the connection's
 * event loop.
 */
final class DispositionBatch {
    private final FrameWriter writer;
    private final int channel;
    private final boolean isReceiver;
    private @Nullable DeliveryState state;
    private boolean isSettled;
    private int first;
    private int last;

    DispositionBatch(FrameWriter writer, int channel, boolean isReceiver) {
        this.writer = writer;
        this.channel = channel;
        this.isReceiver = isReceiver;
    }

    boolean isEmpty() {
        return state == null;
    }

    void add(int deliveryId, boolean settled, DeliveryState outcome) {
        if (state == outcome && isSettled == settled && deliveryId == last + 1) {
            last = deliveryId;
            return;
        }
        flush();
        state = outcome;
        isSettled = settled;
        first = deliveryId;
        last = deliveryId;
    }

    void flush() {
        DeliveryState outcome = state;
        if (outcome != null) {
            state = null;
            writer.disposition(channel, isReceiver, first, last, isSettled, outcome);
        }
    }
}
