// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Tags as numbers against a plain set, and the budget for symbols that is built on them. */
class TagSetTest {

    private static long key(byte... tag) {
        return TagSet.key(ByteBuffer.wrap(tag), 0, tag.length);
    }

    @Test
    void shortTagsAreTheirOwnNumbers() {
        Set<Long> keys = new HashSet<>();
        for (int length = 0; length <= 7; length++) {
            keys.add(key(new byte[length]));
        }
        keys.add(key((byte) 1));
        keys.add(key((byte) 0, (byte) 1));
        keys.add(key((byte) -1, (byte) -1, (byte) -1, (byte) -1, (byte) -1, (byte) -1, (byte) -1));

        assertEquals(11, keys.size());
        assertTrue(keys.stream().allMatch(key -> key != 0 && (key & TagSet.SPARE_BIT) == 0));
    }

    @Test
    void behavesLikeASet() {
        Random random = new Random(11);
        TagSet tags = new TagSet();
        Set<Long> expected = new HashSet<>();
        for (int i = 0; i < 200_000; i++) {
            byte[] tag = new byte[1 + random.nextInt(12)];
            tag[0] = (byte) random.nextInt(64);
            long key = key(tag);
            assertEquals(expected.contains(key), tags.contains(key));
            if (random.nextBoolean()) {
                expected.add(key);
                tags.add(key);
            } else {
                expected.remove(key);
                tags.remove(key);
            }
        }
        tags.clear();
        assertFalse(tags.contains(expected.iterator().next()));
    }

    @Test
    void budgetLetsKnownSymbolsInWhenItIsUsedUp() {
        AtomicLong total = new AtomicLong();
        SymbolBudget budget = new SymbolBudget(total, 1100);
        byte[] known = {(byte) 0xa3, 1, 'a'};
        budget.charge(ByteBuffer.wrap(known), 0);
        // An array of symbols, and a map with one as key and as descriptor of its value.
        byte[] nested = {
            (byte) 0xc1,
            18,
            2,
            (byte) 0xa3,
            1,
            'b',
            0,
            (byte) 0xa3,
            1,
            'c',
            (byte) 0xe0,
            7,
            2,
            (byte) 0xa3,
            1,
            'd',
            2,
            'e',
            'e',
            0x40
        };

        assertEquals(nested.length - 1, budget.charge(ByteBuffer.wrap(nested), 0));
        assertThrows(
                ProtocolException.class, () -> budget.charge(ByteBuffer.wrap(new byte[] {(byte) 0xa3, 1, 'f'}), 0));

        assertEquals(3, budget.charge(ByteBuffer.wrap(known), 0));
        assertTrue(total.get() <= 1100);
    }
}
