// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries by offset or by delivery id, chained through the entries themselves, so that putting and removing allocates nothing.
 * Numbers that follow each other fall into slots that follow each other. Owned by the shard's thread.
 */
final class EntryMap {
    /** Which number of an entry is the key. */
    enum Key {
        OFFSET,
        DELIVERY
    }

    private static final int SLOTS_MIN = 16;

    private final Key key;
    private @Nullable Entry[] slots = new Entry[SLOTS_MIN];
    private int count;

    EntryMap(Key key) {
        this.key = key;
    }

    int count() {
        return count;
    }

    @Nullable
    Entry get(long number) {
        Entry entry = slots[slot(number)];
        while (entry != null && number(entry) != number) {
            entry = next(entry);
        }
        return entry;
    }

    /** Puts an entry whose number is not there. */
    void put(Entry entry) {
        if (count >= slots.length) {
            resize(slots.length * 2);
        }
        link(entry);
        count++;
    }

    @Nullable
    Entry remove(long number) {
        int slot = slot(number);
        Entry before = null;
        Entry entry = slots[slot];
        while (entry != null && number(entry) != number) {
            before = entry;
            entry = next(entry);
        }
        if (entry == null) {
            return null;
        }
        if (before == null) {
            slots[slot] = next(entry);
        } else {
            setNext(before, next(entry));
        }
        setNext(entry, null);
        count--;
        if (slots.length > SLOTS_MIN && count < slots.length / 8) {
            resize(slots.length / 4);
        }
        return entry;
    }

    /** All entries, by number. */
    List<Entry> sorted() {
        List<Entry> all = new ArrayList<>(count);
        for (Entry head : slots) {
            for (Entry entry = head; entry != null; entry = next(entry)) {
                all.add(entry);
            }
        }
        all.sort((a, b) -> Long.compare(number(a), number(b)));
        return all;
    }

    void clear() {
        Arrays.fill(slots, null);
        count = 0;
    }

    private void resize(int size) {
        @Nullable Entry[] old = slots;
        slots = new Entry[Math.max(SLOTS_MIN, size)];
        for (Entry head : old) {
            for (Entry entry = head; entry != null; ) {
                Entry following = next(entry);
                link(entry);
                entry = following;
            }
        }
    }

    private void link(Entry entry) {
        int slot = slot(number(entry));
        setNext(entry, slots[slot]);
        slots[slot] = entry;
    }

    private int slot(long number) {
        return (int) number & (slots.length - 1);
    }

    private long number(Entry entry) {
        return key == Key.OFFSET ? entry.offset : entry.deliveryId;
    }

    private @Nullable Entry next(Entry entry) {
        return key == Key.OFFSET ? entry.nextByOffset : entry.nextByDelivery;
    }

    private void setNext(Entry entry, @Nullable Entry following) {
        if (key == Key.OFFSET) {
            entry.nextByOffset = following;
        } else {
            entry.nextByDelivery = following;
        }
    }
}
