// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;

/**
 * The bytes of one delivery being sent: a few of our own, then stored ones from a position on. Reused; owned by the
 * connection's event loop.
 */
final class OutgoingPayload {
    private byte[] prefix = {};
    private int prefixLength;
    private byte[] stored = {};
    private int storedFrom;
    private boolean hasMore;

    /** Copies the prefix and refers to the stored bytes. */
    void set(byte[] prefixBytes, int length, byte[] storedBytes, int from) {
        if (prefix.length < length) {
            prefix = new byte[length];
        }
        System.arraycopy(prefixBytes, 0, prefix, 0, length);
        prefixLength = length;
        stored = storedBytes;
        storedFrom = from;
        hasMore = false;
    }

    /** Whether the delivery goes on after these bytes. */
    void hasMore(boolean isMoreToCome) {
        hasMore = isMoreToCome;
    }

    boolean hasMore() {
        return hasMore;
    }

    void clear() {
        stored = new byte[0];
        storedFrom = 0;
        prefixLength = 0;
        hasMore = false;
    }

    int length() {
        return prefixLength + stored.length - storedFrom;
    }

    void writeTo(ByteBuffer to, int offset, int count) {
        int fromPrefix = Math.max(0, Math.min(prefixLength - offset, count));
        if (fromPrefix > 0) {
            to.put(prefix, offset, fromPrefix);
        }
        if (count > fromPrefix) {
            to.put(stored, storedFrom + offset + fromPrefix - prefixLength, count - fromPrefix);
        }
    }
}
