// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

/**
 * Limits of one broker. Immutable.
 *
 * @param messageBytesMax encoded bytes of messages held in memory: what is on disk too leaves memory beyond it; when what is not
 *     takes more, producers are held back; a quarter above it, publishes are refused
 * @param checkpointTriggerBytes log bytes to be replayed after which a checkpoint is taken at once
 * @param checkpointEarlyBytes log bytes to be replayed, or bytes of consumed messages in segments, after which one is taken if the last
 *     is some seconds old
 * @param volatileBacklogBytesMax how far a volatile topic subscription may fall behind before its consumers are closed
 * @param transactionBytesMax bytes one open transaction may hold; what goes beyond is refused, and the transaction rolled back
 * @param transactionTimeoutMs how long a transaction may be open before it is rolled back
 */
public record BrokerSettings(
        long messageBytesMax,
        long checkpointTriggerBytes,
        long checkpointEarlyBytes,
        long volatileBacklogBytesMax,
        long transactionBytesMax,
        long transactionTimeoutMs) {
    private static final long TRANSACTION_BYTES_MAX = 16L << 20;
    private static final long TRANSACTION_TIMEOUT_MS = 300_000;

    public static final BrokerSettings DEFAULT = new BrokerSettings(256L << 20, 256L << 20, 64L << 20, 64L << 20);

    public BrokerSettings {
        positive("message bytes", messageBytesMax);
        positive("checkpoint trigger bytes", checkpointTriggerBytes);
        positive("checkpoint early bytes", checkpointEarlyBytes);
        positive("volatile backlog bytes", volatileBacklogBytesMax);
        positive("transaction bytes", transactionBytesMax);
        positive("transaction time-out", transactionTimeoutMs);
    }

    /** With the usual limits of transactions. */
    public BrokerSettings(
            long messageBytesMax,
            long checkpointTriggerBytes,
            long checkpointEarlyBytes,
            long volatileBacklogBytesMax) {
        this(
                messageBytesMax,
                checkpointTriggerBytes,
                checkpointEarlyBytes,
                volatileBacklogBytesMax,
                TRANSACTION_BYTES_MAX,
                TRANSACTION_TIMEOUT_MS);
    }

    BrokerSettings withTransactions(long bytesMax, long timeoutMs) {
        return new BrokerSettings(
                messageBytesMax,
                checkpointTriggerBytes,
                checkpointEarlyBytes,
                volatileBacklogBytesMax,
                bytesMax,
                timeoutMs);
    }

    private static void positive(String what, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException("Expected " + what + " of at least 1, but got " + value);
        }
    }

    long refusedAboveBytes() {
        return messageBytesMax + messageBytesMax / 4;
    }

    long resumedBelowBytes() {
        return messageBytesMax - messageBytesMax / 5;
    }
}
