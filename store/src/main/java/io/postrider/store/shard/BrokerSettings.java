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
 */
public record BrokerSettings(
        long messageBytesMax, long checkpointTriggerBytes, long checkpointEarlyBytes, long volatileBacklogBytesMax) {
    public static final BrokerSettings DEFAULT = new BrokerSettings(256L << 20, 256L << 20, 64L << 20, 64L << 20);

    public BrokerSettings {
        positive("message bytes", messageBytesMax);
        positive("checkpoint trigger bytes", checkpointTriggerBytes);
        positive("checkpoint early bytes", checkpointEarlyBytes);
        positive("volatile backlog bytes", volatileBacklogBytesMax);
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
