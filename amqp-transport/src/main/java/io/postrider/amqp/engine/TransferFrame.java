// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;

/** The fields of one incoming transfer (AMQP 1.0 §2.7.5). Reused for each; owned by the connection's event loop. */
final class TransferFrame {
    int handle;
    boolean hasDeliveryId;
    int deliveryId;
    /** -1 if absent. */
    int tagLength;

    int tagEnd;
    boolean hasMessageFormat;
    int messageFormat;
    boolean isSettled;
    boolean hasMore;
    /** -1 if absent. */
    int receiverSettleMode;

    /** -1 if absent. */
    int stateStart;

    int stateEnd;
    boolean isResume;
    boolean isAborted;
    int payloadStart;

    void scan(FieldScanner fields, ByteBuffer bytes) {
        payloadStart = fields.open();
        long handleField = fields.uint(-1);
        if (handleField < 0) {
            throw WireFormat.malformed("Expected a transfer to name its handle");
        }
        handle = (int) handleField;
        long id = fields.uint(-1);
        hasDeliveryId = id >= 0;
        deliveryId = (int) id;
        tagLength = fields.binary();
        tagEnd = fields.position();
        long format = fields.uint(-1);
        hasMessageFormat = format >= 0;
        messageFormat = (int) format;
        isSettled = fields.bool(false);
        hasMore = fields.bool(false);
        receiverSettleMode = fields.ubyte(-1);
        stateStart = fields.any();
        stateEnd = fields.position();
        isResume = fields.bool(false);
        isAborted = fields.bool(false);
    }
}
