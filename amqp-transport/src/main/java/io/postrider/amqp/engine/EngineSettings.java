// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

/**
 * Limits one engine enforces and announces. Immutable.
 *
 * @param containerId our container id
 * @param frameBytesMax largest frame we accept, 512 to 16 MiB
 * @param channelMax highest channel number the peer may use
 * @param handleMax highest handle the peer may use
 * @param messageBytesMax largest message we accept
 * @param idleTimeoutMs silence after which we give a peer up; 0 for never
 */
public record EngineSettings(
        String containerId, int frameBytesMax, int channelMax, int handleMax, long messageBytesMax, int idleTimeoutMs) {
    /** No frame may be smaller (AMQP 1.0 §2.7.1). */
    public static final int FRAME_BYTES_MIN = 512;

    private static final int FRAME_BYTES_LIMIT = 1 << 24;
    private static final long MESSAGE_BYTES_LIMIT = 1L << 50;
    /** Collecting doubles its array and a message is a copy of it, so that an eighth of the heap may become three. */
    private static final long COLLECTED_BYTES_LIMIT =
            Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);

    private static final int WHOLE_BYTES_MAX = 256 * 1024;

    public EngineSettings {
        require(frameBytesMax >= FRAME_BYTES_MIN && frameBytesMax <= FRAME_BYTES_LIMIT, "frame bytes", frameBytesMax);
        require(channelMax >= 0 && channelMax <= 0xffff, "channel max", channelMax);
        require(handleMax >= 0 && handleMax <= 0xffff, "handle max", handleMax);
        require(messageBytesMax >= 1 && messageBytesMax <= MESSAGE_BYTES_LIMIT, "message bytes", messageBytesMax);
        require(idleTimeoutMs >= 0, "idle timeout", idleTimeoutMs);
    }

    /** Bytes of a delivery beyond which its rest is offered to the link's owner in pieces. */
    int wholeBytesMax() {
        return WHOLE_BYTES_MAX;
    }

    /** Bytes kept in the heap of all deliveries of a connection of which more is to come. */
    long collectedBytesMax() {
        return Math.min(messageBytesMax, COLLECTED_BYTES_LIMIT);
    }

    private static void require(boolean isValid, String what, long value) {
        if (!isValid) {
            throw new IllegalArgumentException("Expected a sensible limit for " + what + ", but got " + value);
        }
    }
}
