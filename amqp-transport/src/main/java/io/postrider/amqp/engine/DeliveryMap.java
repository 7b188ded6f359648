// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Unsettled deliveries of one session and direction by delivery id. Owned by the connection's event loop.
 *
 * <p>Open addressing with Fibonacci hashing, which spreads consecutive ids evenly and runs of ids that are far apart too: a
 * look-up touches a slot or two, however many old deliveries stay unsettled. The table's size follows the number of live
 * deliveries and not, as a ring's would, the distance between the oldest and the newest.
 */
final class DeliveryMap<T> {
    private static final int CAPACITY_MIN = 16;

    private int[] ids = new int[0];
    private @Nullable Object[] values = new Object[0];
    private long[] marks = new long[0];
    private final boolean hasMarks;
    private long removedMark;
    private int size;

    DeliveryMap() {
        this(false);
    }

    /** @param hasMarks whether a number is kept with each delivery */
    DeliveryMap(boolean hasMarks) {
        this.hasMarks = hasMarks;
    }

    int size() {
        return size;
    }

    @SuppressWarnings("unchecked") // only put stores values
    @Nullable
    T get(int id) {
        int slot = find(id);
        return slot < 0 ? null : (T) values[slot];
    }

    /** The number kept with a live delivery. */
    long mark(int id) {
        return marks[find(id)];
    }

    /** The number that was kept with the delivery removed last. */
    long removedMark() {
        return removedMark;
    }

    void put(int id, T value) {
        put(id, value, 0);
    }

    void put(int id, T value, long mark) {
        if (2 * (size + 1) > ids.length) {
            resize(Math.max(CAPACITY_MIN, 2 * ids.length));
        }
        int mask = ids.length - 1;
        int slot = home(id);
        while (values[slot] != null) {
            if (ids[slot] == id) {
                break;
            }
            slot = (slot + 1) & mask;
        }
        if (values[slot] == null) {
            size++;
        }
        ids[slot] = id;
        values[slot] = value;
        if (hasMarks) {
            marks[slot] = mark;
        }
    }

    @SuppressWarnings("unchecked") // only put stores values
    @Nullable
    T remove(int id) {
        int slot = find(id);
        if (slot < 0) {
            return null;
        }
        T value = (T) values[slot];
        if (hasMarks) {
            removedMark = marks[slot];
        }
        removeSlot(slot);
        size--;
        if (ids.length > 64 * CAPACITY_MIN && 16 * size < ids.length) {
            resize(ids.length / 4);
        }
        return value;
    }

    /** The live ids from {@code first}, at most {@code span} after it, in serial order. */
    int[] within(int first, int span) {
        int[] found = new int[size];
        int count = 0;
        for (int slot = 0; slot < ids.length; slot++) {
            if (values[slot] != null && Integer.compareUnsigned(ids[slot] - first, span) <= 0) {
                found[count++] = ids[slot] - first;
            }
        }
        return ordered(found, count, first);
    }

    /** Every live id, in serial order from {@code first}. */
    int[] all(int first) {
        return within(first, -1);
    }

    private static int[] ordered(int[] distances, int count, int first) {
        // Unsigned order: flip the sign bit, sort, flip it back.
        int[] result = Arrays.copyOf(distances, count);
        for (int i = 0; i < count; i++) {
            result[i] ^= Integer.MIN_VALUE;
        }
        Arrays.sort(result);
        for (int i = 0; i < count; i++) {
            result[i] = (result[i] ^ Integer.MIN_VALUE) + first;
        }
        return result;
    }

    /** The top bits of the product; the table's length is a power of two. */
    private int home(int id) {
        return (id * 0x9e3779b9) >>> (Integer.numberOfLeadingZeros(ids.length) + 1);
    }

    private int find(int id) {
        if (size == 0) {
            return -1;
        }
        int mask = ids.length - 1;
        int slot = home(id);
        while (values[slot] != null) {
            if (ids[slot] == id) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
        return -1;
    }

    /** Closes the gap, so that no probe sequence is broken. */
    private void removeSlot(int removed) {
        int mask = ids.length - 1;
        int gap = removed;
        int slot = (gap + 1) & mask;
        while (values[slot] != null) {
            int home = home(ids[slot]);
            if (((slot - home) & mask) >= ((slot - gap) & mask)) {
                ids[gap] = ids[slot];
                values[gap] = values[slot];
                if (hasMarks) {
                    marks[gap] = marks[slot];
                }
                gap = slot;
            }
            slot = (slot + 1) & mask;
        }
        values[gap] = null;
    }

    @SuppressWarnings("unchecked") // only put stores values
    private void resize(int capacity) {
        int[] oldIds = ids;
        @Nullable Object[] oldValues = values;
        long[] oldMarks = marks;
        if (hasMarks) {
            marks = new long[capacity];
        }
        ids = new int[capacity];
        values = new Object[capacity];
        size = 0;
        for (int slot = 0; slot < oldIds.length; slot++) {
            Object value = oldValues[slot];
            if (value != null) {
                put(oldIds[slot], (T) value, hasMarks ? oldMarks[slot] : 0);
            }
        }
    }
}
