// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

/**
 * Lets a few lines through in each stretch of time and counts the rest, so that peers that misbehave by the thousand cannot
 * fill the disk with lines about it. Any thread.
 */
final class LogThrottle {
    private static final int LINES_MAX = 20;
    private static final long STRETCH_NS = 10_000_000_000L;

    // Guarded by this.
    private long stretchStartNs;
    private int lines;
    private long suppressed;

    /**
     * @return how many lines were left out before this one, or -1 if this one is to be left out too
     */
    synchronized long next(long nowNs) {
        if (lines == 0 || nowNs - stretchStartNs > STRETCH_NS) {
            stretchStartNs = nowNs;
            lines = 0;
        }
        if (lines == LINES_MAX) {
            suppressed++;
            return -1;
        }
        lines++;
        long left = suppressed;
        suppressed = 0;
        return left;
    }
}
