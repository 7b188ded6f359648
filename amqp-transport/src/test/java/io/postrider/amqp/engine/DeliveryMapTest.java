// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The open-addressed map against {@link HashMap}, by seeded random operations. */
class DeliveryMapTest {

    @Test
    void behavesLikeAMap() {
        for (long seed = 0; seed < 200; seed++) {
            long at = seed;
            Random random = new Random(seed);
            DeliveryMap<Integer> map = new DeliveryMap<>();
            Map<Integer, Integer> expected = new HashMap<>();
            // Near the wrap of the ids, and now and then far away, as a delivery that stays unsettled is.
            int next = -50;
            for (int step = 0; step < 2000; step++) {
                int known = next - random.nextInt(100);
                switch (random.nextInt(4)) {
                    case 0, 1 -> {
                        map.put(next, next);
                        expected.put(next, next);
                        next += random.nextInt(50) == 0 ? 1024 : 1;
                    }
                    case 2 -> assertEquals(expected.remove(known), map.remove(known), () -> "seed=" + at);
                    default -> assertEquals(expected.get(known), map.get(known), () -> "seed=" + at);
                }
                assertEquals(expected.size(), map.size(), () -> "seed=" + at);
            }
            for (Integer id : expected.keySet()) {
                assertEquals(id, map.get(id), () -> "seed=" + at);
            }
        }
    }

    @Test
    void rangeIsInSerialOrderAcrossTheWrap() {
        DeliveryMap<String> map = new DeliveryMap<>();
        for (int id : new int[] {1, -2, 0, 7, -1, -9}) {
            map.put(id, "x");
        }

        assertArrayEquals(new int[] {-2, -1, 0, 1}, map.within(-2, 3));
        assertArrayEquals(new int[] {-9, -2, -1, 0, 1, 7}, map.all(-100));
    }

    @Test
    void shrinksAgain() {
        DeliveryMap<String> map = new DeliveryMap<>();
        for (int id = 0; id < 100_000; id++) {
            map.put(id, "x");
        }
        for (int id = 0; id < 100_000; id++) {
            assertEquals("x", map.remove(id));
        }

        assertEquals(0, map.size());
        assertArrayEquals(new int[0], map.all(0));
    }
}
