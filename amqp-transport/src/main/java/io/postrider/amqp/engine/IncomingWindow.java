// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

/**
 * How many frames the peer may send on a session before it must wait for a flow of ours (AMQP 1.0 §2.5.6). Owned by the
 * connection's event loop.
 *
 * <p>Counted in frames, but sized so that no more bytes are on their way than {@link #BYTES_UNDER_WAY_MAX} at the size frames lately
 * had: it begins with frames as large as they may be and grows while they are smaller. It is never taken back: some peers reckon with unsigned numbers and would
 * take less than they have used for no limit at all.
 */
final class IncomingWindow {
    private static final long BYTES_UNDER_WAY_MAX = 4L << 20;
    private static final int FRAMES_MIN = 16;
    static final int FRAMES_MAX = 2048;
    private static final int GROWTH = 4;
    private static final int AVERAGE_OVER = 16;
    private static final int FIRST_AVERAGE_BYTES = 64 * 1024;
    /** A peer that does not mind the window is borne for so many frames more: what they fill is limited elsewhere. */
    static final int FRAMES_BORNE = 2048;

    private int target;
    private int frames;
    private long averageBytes;
    private boolean isHeld;

    IncomingWindow(int frameBytesMax) {
        averageBytes = Math.min(frameBytesMax, FIRST_AVERAGE_BYTES);
        target = wanted();
        frames = target;
    }

    /** What the peer may send now. */
    int frames() {
        return frames;
    }

    boolean isOverrun() {
        return frames <= -FRAMES_BORNE;
    }

    void received(int bytes) {
        frames--;
        averageBytes += (bytes - averageBytes) / AVERAGE_OVER;
    }

    /** Whether half is used up and may be renewed. */
    boolean isDue() {
        return !isHeld && frames < target / 2;
    }

    /** The window to announce. */
    int renewed() {
        if (!isHeld) {
            target = Math.min(wanted(), target * GROWTH);
            frames = Math.max(frames, target);
        }
        return Math.max(0, frames);
    }

    /** @return whether there is something to announce now */
    boolean hold(boolean held) {
        isHeld = held;
        return isDue();
    }

    private int wanted() {
        return (int) Math.max(FRAMES_MIN, Math.min(FRAMES_MAX, BYTES_UNDER_WAY_MAX / Math.max(1, averageBytes)));
    }
}
