// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The window is renewed at half, but not while it is held. */
class IncomingWindowTest {
    private final IncomingWindow window = new IncomingWindow();

    private void receive(int frames) {
        for (int i = 0; i < frames; i++) {
            window.received();
        }
    }

    @Test
    void isRenewedWhenHalfIsUsedUp() {
        receive(IncomingWindow.FRAMES / 2);
        assertFalse(window.isDue());

        receive(1);

        assertTrue(window.isDue());
        assertEquals(IncomingWindow.FRAMES, window.renewed());
    }

    @Test
    void heldItIsUsedUp() {
        window.hold(true);
        receive(IncomingWindow.FRAMES);

        assertFalse(window.isDue());
        assertEquals(0, window.renewed());
        assertTrue(window.hold(false));
        assertEquals(IncomingWindow.FRAMES, window.renewed());
    }
}
