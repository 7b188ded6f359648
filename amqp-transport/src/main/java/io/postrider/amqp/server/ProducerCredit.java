// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

/**
 * How many deliveries a producer may have under way: sent by it and not yet answered, or still to be sent. Owned by the
 * connection's event loop.
 *
 * <p>Counted in deliveries, but no more of them than a fixed number of bytes holds at the size they lately had. Granted
 * again when half is used up, and not at all while the broker is short of room.
 */
final class ProducerCredit {
    private static final long BYTES_UNDER_WAY_MAX = 16L << 20;
    /** Weight of the newest size in the average is one in this many. */
    private static final int AVERAGE_OVER = 16;

    private final int window;
    private long averageBytes;
    private int unanswered;
    private boolean isBlocked;

    ProducerCredit(int window) {
        this.window = window;
    }

    void received(int bytes) {
        unanswered++;
        averageBytes += (bytes - averageBytes) / AVERAGE_OVER + (bytes > 8 * averageBytes ? bytes / 2 : 0);
    }

    void answered() {
        unanswered--;
    }

    void blocked(boolean blocked) {
        isBlocked = blocked;
    }

    /**
     * @param credit what the peer holds
     * @return the credit it should hold from now on, or -1 to leave it
     */
    int grant(int credit) {
        if (isBlocked) {
            return -1;
        }
        int target = (int) Math.max(1, Math.min(window, BYTES_UNDER_WAY_MAX / Math.max(1, averageBytes)));
        int wanted = target - unanswered;
        return credit + unanswered <= target / 2 && wanted > credit ? wanted : -1;
    }
}
