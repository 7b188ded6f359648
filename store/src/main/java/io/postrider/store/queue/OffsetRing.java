// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import org.jspecify.annotations.Nullable;

/**
 * A map from offsets to things, for offsets that arrive in ascending order and leave in nearly the same: a power-of-two array
 * over {@code [first, end)}. Owned by one thread.
 *
 * <p>Costs one reference for each offset between the oldest held and the newest, held or not.
 */
public final class OffsetRing<T> {
    private static final int CAPACITY_MIN = 16;
    private static final int CAPACITY_MAX = 1 << 30;

    private @Nullable Object[] slots = new Object[CAPACITY_MIN];
    private long first;
    private long end;
    private int count;

    /** Offset of the oldest thing held; the end if there is none. */
    public long first() {
        return first;
    }

    /** Offset after the newest thing put so far. */
    public long end() {
        return end;
    }

    public int count() {
        return count;
    }

    /** Puts a thing at an offset that is free. */
    public void put(long offset, T thing) {
        if (count == 0) {
            first = offset;
            end = Math.max(end, offset);
        }
        long newFirst = Math.min(first, offset);
        long newEnd = Math.max(end, offset + 1);
        ensureCapacity(newEnd - newFirst);
        first = newFirst;
        end = newEnd;
        slots[slot(offset)] = thing;
        count++;
    }

    @SuppressWarnings("unchecked")
    public @Nullable T get(long offset) {
        return offset >= first && offset < end ? (T) slots[slot(offset)] : null;
    }

    public @Nullable T remove(long offset) {
        T thing = get(offset);
        if (thing == null) {
            return null;
        }
        slots[slot(offset)] = null;
        count--;
        while (first < end && slots[slot(first)] == null) {
            first++;
        }
        return thing;
    }

    /** Moves the end of an empty range on, so that the next thing comes there. */
    void skipTo(long newEnd) {
        if (count == 0) {
            first = newEnd;
        }
        if (newEnd > end) {
            ensureCapacity(newEnd - first);
            end = newEnd;
        }
    }

    private int slot(long offset) {
        return (int) (offset & (slots.length - 1));
    }

    private void ensureCapacity(long needed) {
        if (needed <= slots.length) {
            return;
        }
        long capacity = Long.highestOneBit(needed - 1) << 1;
        if (capacity > CAPACITY_MAX) {
            throw new IllegalStateException(
                    "Expected at most 2^30 offsets between oldest and newest, but needed " + needed);
        }
        @Nullable Object[] grown = new Object[(int) capacity];
        for (long offset = first; offset < end; offset++) {
            grown[(int) (offset & (capacity - 1))] = slots[slot(offset)];
        }
        slots = grown;
    }
}
