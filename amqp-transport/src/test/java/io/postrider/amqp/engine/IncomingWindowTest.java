// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The window follows the size of frames, and its end never moves back. */
class IncomingWindowTest {
    private static final int LARGE = 64 * 1024;
    private static final int BYTES_MAX = 4 << 20;

    private final IncomingWindow window = new IncomingWindow(256 * 1024);
    private long received;
    private long end = window.frames();

    private void receive(int frames, int bytes) {
        for (int i = 0; i < frames; i++) {
            window.received(bytes);
            received++;
            if (window.isDue()) {
                long now = received + window.renewed();
                assertTrue(now >= end, "the end moved back from " + end + " to " + now);
                end = now;
            }
        }
    }

    @Test
    void beginsWithFewAndGrowsWithSmallFrames() {
        assertEquals(BYTES_MAX / LARGE, window.frames());

        receive(1000, 100);

        assertTrue(end - received >= IncomingWindow.FRAMES_MAX / 2);
    }

    @Test
    void largeFramesBringItDownAgain() {
        receive(5000, 100);
        receive(5000, LARGE);

        assertTrue((end - received) * LARGE <= BYTES_MAX);
    }

    @Test
    void heldItIsUsedUp() {
        window.hold(true);
        receive(BYTES_MAX / LARGE, LARGE);

        assertFalse(window.isDue());
        assertEquals(0, window.renewed());
        assertTrue(window.hold(false));
        assertEquals(BYTES_MAX / LARGE, window.renewed());
    }
}
