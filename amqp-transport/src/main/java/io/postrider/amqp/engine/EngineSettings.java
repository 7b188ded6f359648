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
    private static final int MESSAGE_BYTES_LIMIT = Integer.MAX_VALUE - 64;

    public EngineSettings {
        require(frameBytesMax >= FRAME_BYTES_MIN && frameBytesMax <= FRAME_BYTES_LIMIT, "frame bytes", frameBytesMax);
        require(channelMax >= 0 && channelMax <= 0xffff, "channel max", channelMax);
        require(handleMax >= 0 && handleMax <= 0xffff, "handle max", handleMax);
        require(messageBytesMax >= 1 && messageBytesMax <= MESSAGE_BYTES_LIMIT, "message bytes", messageBytesMax);
        require(idleTimeoutMs >= 0, "idle timeout", idleTimeoutMs);
    }

    private static void require(boolean isValid, String what, long value) {
        if (!isValid) {
            throw new IllegalArgumentException("Expected a sensible limit for " + what + ", but got " + value);
        }
    }
}
