// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How long a failed message waits. */
class RetryTimeTest {
    private static final long NOW = 1_000_000;

    private static AddressPolicy policy(String... namesAndValues) {
        Map<String, String> values = new java.util.TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new AddressPolicy(PolicyValues.parse(values));
    }

    private static long delay(AddressPolicy policy, int attempts) {
        return RetryTime.dueMs(policy, attempts, NOW, 7) - NOW;
    }

    @Test
    void withoutADelayItIsTriedAtOnce() {
        assertEquals(0, RetryTime.dueMs(policy(), 3, NOW, 7));
    }

    @Test
    void aFixedDelayStaysTheSame() {
        AddressPolicy policy = policy("redelivery.delay-ms", "500");

        assertEquals(500, delay(policy, 1));
        assertEquals(500, delay(policy, 9));
    }

    @Test
    void anExponentialDelayGrowsToItsLimit() {
        AddressPolicy policy = policy(
                "redelivery.delay-ms", "500",
                "redelivery.backoff", "exponential",
                "redelivery.multiplier", "1.5",
                "redelivery.max-delay-ms", "2s");

        assertEquals(500, delay(policy, 1));
        assertEquals(750, delay(policy, 2));
        assertEquals(1125, delay(policy, 3));
        assertEquals(2000, delay(policy, 8));
    }

    @Test
    void aDelayWithoutLimitDoesNotOverflow() {
        AddressPolicy policy = policy(
                "redelivery.delay-ms", "1d",
                "redelivery.backoff", "exponential",
                "redelivery.max-delay-ms", "0");

        assertTrue(RetryTime.dueMs(policy, 1_000_000, NOW, 7) > NOW, "still in the future");
    }

    @Test
    void jitterOnlyShortensAndSpreads() {
        AddressPolicy policy = policy("redelivery.delay-ms", "1000", "redelivery.jitter", "0.25");
        Set<Long> delays = new HashSet<>();

        for (long offset = 0; offset < 1000; offset++) {
            long delayMs = RetryTime.dueMs(policy, 1, NOW, offset) - NOW;
            assertTrue(delayMs >= 750 && delayMs <= 1000, "750 to 1000, but got " + delayMs);
            delays.add(delayMs);
        }

        assertTrue(delays.size() > 200, "spread over the milliseconds: " + delays.size());
    }

    @Test
    void aConsumerMayNameTheTimeOrTheDelay() {
        Annotations time = Annotations.of(Map.of(AnnotationKeys.DELIVERY_TIME, NOW + 5));
        Annotations delay = Annotations.of(Map.of(AnnotationKeys.DELIVERY_DELAY, 9, "x-opt-a", "b"));

        assertEquals(NOW + 5, RetryTime.asked(time, NOW));
        assertEquals(NOW + 9, RetryTime.asked(delay, NOW));
        assertNull(RetryTime.asked(Annotations.NONE, NOW));
        assertEquals(
                Map.of(AnnotationKeys.DELIVERY_TIME, NOW + 9, "x-opt-a", "b"),
                RetryTime.settled(delay, NOW + 9).values());
    }
}
