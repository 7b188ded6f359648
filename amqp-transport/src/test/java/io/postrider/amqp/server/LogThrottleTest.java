// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Lines about bad peers, with the time given. */
class LogThrottleTest {

    @Test
    void linesBeyondTheLimitAreCountedAndToldOfLater() {
        LogThrottle throttle = new LogThrottle();
        for (int i = 0; i < 20; i++) {
            assertEquals(0, throttle.next(i));
        }
        for (int i = 0; i < 5; i++) {
            assertEquals(-1, throttle.next(100));
        }

        assertEquals(5, throttle.next(10_000_000_001L));
        assertEquals(0, throttle.next(10_000_000_002L));
    }
}
