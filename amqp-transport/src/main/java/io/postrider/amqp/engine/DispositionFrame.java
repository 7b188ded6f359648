// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.jspecify.annotations.Nullable;

/** The fields of one incoming disposition (AMQP 1.0 §2.7.6). Reused for each; owned by the connection's event loop. */
final class DispositionFrame {
    private static final long ACCEPTED_SHORT = 0x00532445L;

    /** Whether the peer speaks as the receiver of the deliveries. */
    boolean isFromReceiver;

    int first;
    int last;
    boolean isSettled;

    @Nullable
    DeliveryState state;

    void scan(FieldScanner fields, ByteBuffer bytes, PerformativeCodec codec) {
        fields.open();
        isFromReceiver = fields.mandatoryBool("role of a disposition");
        long firstField = fields.uint(-1);
        if (firstField < 0) {
            throw WireFormat.malformed("Expected a disposition to name its first delivery");
        }
        first = (int) firstField;
        last = (int) fields.uint(firstField);
        isSettled = fields.bool(false);
        int stateStart = fields.any();
        state = stateStart < 0 ? null : state(bytes, stateStart, fields.position(), codec);
    }

    static DeliveryState state(ByteBuffer bytes, int start, int end, PerformativeCodec codec) {
        if (end - start == 4 && (bytes.getInt(start) & 0xffffffffL) == ACCEPTED_SHORT) {
            return Accepted.getInstance();
        }
        Object value = codec.decode(bytes, start, end);
        if (value instanceof DeliveryState state) {
            return state;
        }
        throw WireFormat.malformed(
                "Expected a delivery state, but found " + value.getClass().getSimpleName());
    }
}
