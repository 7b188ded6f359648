// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

/**
 * How many frames the peer may send on a session before it must wait for a flow of ours (AMQP 1.0 §2.5.6). Owned by the
 * connection's event loop.
 *
 * <p>It is wide, so that a peer seldom waits for it, and is not renewed while it is held. It is never taken back: some
 * peers reckon with unsigned numbers and would take less than they have used for no limit at all.
 */
final class IncomingWindow {
    static final int FRAMES = 8192;

    private int frames = FRAMES;
    private boolean isHeld;

    /** What the peer may send now. */
    int frames() {
        return frames;
    }

    void received() {
        frames--;
    }

    /** Whether half is used up and may be renewed. */
    boolean isDue() {
        return !isHeld && frames < FRAMES / 2;
    }

    /** The window to announce. */
    int renewed() {
        if (!isHeld) {
            frames = FRAMES;
        }
        return frames;
    }

    /** @return whether there is something to announce now */
    boolean hold(boolean held) {
        isHeld = held;
        return isDue();
    }
}
