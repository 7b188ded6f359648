// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

/**
 * Limits of one broker. Immutable.
 *
 * @param messageBytesMax encoded bytes of messages held in memory beyond which producers are held back; a quarter above it,
 *     publishes are refused
 * @param checkpointTriggerBytes log bytes to be replayed after which a checkpoint is taken
 * @param volatileBacklogBytesMax how far a volatile topic subscription may fall behind before its consumers are closed
 */
public record BrokerSettings(long messageBytesMax, long checkpointTriggerBytes, long volatileBacklogBytesMax) {
    public static final BrokerSettings DEFAULT = new BrokerSettings(256L << 20, 256L << 20, 64L << 20);

    public BrokerSettings {
        positive("message bytes", messageBytesMax);
        positive("checkpoint trigger bytes", checkpointTriggerBytes);
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
