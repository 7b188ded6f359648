// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

/**
 * Bytes of messages that one shard holds in the heap: those read ahead for consumers, those with them, and those that are in no
 * log. Owned by the shard's thread.
 *
 * <p>Durable messages are on disk and may leave the heap at any time, so over budget nothing more is read ahead than the next few for a
 * consumer that waits. Non-durable ones have only this copy.
 */
public final class MemoryBudget {
    private final long bytesMax;
    private long bytes;
    private long softBytes;
    private long transactionBytes;

    public MemoryBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Everything held. */
    public long bytes() {
        return bytes;
    }

    /** Bytes of messages that are in no log. */
    public long softBytes() {
        return softBytes;
    }

    /** Bytes of messages sent in transactions that are open. */
    public long transactionBytes() {
        return transactionBytes;
    }

    public long bytesMax() {
        return bytesMax;
    }

    /** An open transaction holds more, or less. */
    public void holdTransaction(long more) {
        bytes += more;
        transactionBytes += more;
    }

    void hold(long more) {
        bytes += more;
    }

    void holdSoft(long more) {
        bytes += more;
        softBytes += more;
    }

    /** Whether messages that can be read back should not be kept. */
    public boolean isTight() {
        return bytes > bytesMax / 2;
    }

    /** Whether nothing should be read ahead. */
    public boolean isOver() {
        return bytes > bytesMax;
    }

    /** Whether messages that are in no log take so much that new ones had better be logged. */
    public boolean isSoftOver() {
        return softBytes > bytesMax / 2;
    }
}
