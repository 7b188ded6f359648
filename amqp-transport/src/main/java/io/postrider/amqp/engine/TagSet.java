// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;

/**
 * Delivery-tags of one link's unsettled deliveries (AMQP 1.0 §2.6.12), as numbers. Owned by the connection's event loop.
 *
 * <p>A tag of up to seven bytes is its own number; a longer one is hashed to 62 bits, so that following it costs neither a
 * copy nor an object. Two tags in flight on one link that share a hash would be taken for one: with a thousand of them that is
 * one chance in 2⁴².
 */
final class TagSet {
    /** A bit that no key has set. */
    static final long SPARE_BIT = 1L << 62;

    private static final int CAPACITY_MIN = 16;
    private static final int EXACT_BYTES_MAX = 7;

    private long[] keys = new long[0];
    private int size;

    /** The number of a tag; never 0. */
    static long key(ByteBuffer bytes, int start, int length) {
        if (length <= EXACT_BYTES_MAX) {
            long key = length + 1L;
            for (int i = 0; i < length; i++) {
                key = key << 8 | (bytes.get(start + i) & 0xff);
            }
            return key;
        }
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ (bytes.get(start + i) & 0xff)) * 0x100000001b3L;
        }
        hash ^= hash >>> 32;
        hash *= 0xd6e8feb86659fd93L;
        hash ^= hash >>> 32;
        return (hash | 1L << 63) & ~SPARE_BIT;
    }

    boolean contains(long key) {
        return size > 0 && keys[find(key)] == key;
    }

    void add(long key) {
        if (2 * (size + 1) > keys.length) {
            resize(Math.max(CAPACITY_MIN, 2 * keys.length));
        }
        int slot = find(key);
        if (keys[slot] == 0) {
            keys[slot] = key;
            size++;
        }
    }

    void remove(long key) {
        if (size == 0) {
            return;
        }
        int gap = find(key);
        if (keys[gap] != key) {
            return;
        }
        size--;
        int mask = keys.length - 1;
        int slot = (gap + 1) & mask;
        while (keys[slot] != 0) {
            if (((slot - home(keys[slot])) & mask) >= ((slot - gap) & mask)) {
                keys[gap] = keys[slot];
                gap = slot;
            }
            slot = (slot + 1) & mask;
        }
        keys[gap] = 0;
    }

    void clear() {
        keys = new long[0];
        size = 0;
    }

    /** Where the key is, or where it would be put. */
    private int find(long key) {
        int mask = keys.length - 1;
        int slot = home(key);
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private int home(long key) {
        return (int) ((key * 0x9e3779b97f4a7c15L) >>> (Long.numberOfLeadingZeros(keys.length) + 1));
    }

    private void resize(int capacity) {
        long[] old = keys;
        keys = new long[capacity];
        for (long key : old) {
            if (key != 0) {
                keys[find(key)] = key;
            }
        }
    }
}
