// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import java.util.Arrays;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** Messages one level of a feed has chosen to read, in order, with their places. Owned by the shard's thread. */
final class Fill {
    private long[] offsets = new long[64];
    private long[] afters = new long[64];
    private long[] sequences = new long[64];
    private int count;
    private int taken;
    private boolean isCancelled;
    private boolean isHeldUp;

    void add(long offset, long after, long sequence) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
            afters = Arrays.copyOf(afters, count * 2);
            sequences = Arrays.copyOf(sequences, count * 2);
        }
        offsets[count] = offset;
        afters[count] = after;
        sequences[count++] = sequence;
    }

    int count() {
        return count;
    }

    boolean isEmpty() {
        return taken == count;
    }

    /** The offsets, exactly; from {@link #taken} on they are still to be read. */
    long[] offsets() {
        if (offsets.length != count) {
            offsets = Arrays.copyOf(offsets, count);
        }
        return offsets;
    }

    int taken() {
        return taken;
    }

    long offset() {
        return offsets[taken];
    }

    long after() {
        return afters[taken];
    }

    long sequence() {
        return sequences[taken];
    }

    void next() {
        taken++;
    }

    /** Whether the first message still to come stands before an entry. */
    boolean isBefore(Entry entry) {
        return !isEmpty() && (after() < entry.after || (after() == entry.after && sequence() < entry.sequence));
    }

    /** The answer that may still come is not wanted any more. */
    void cancel() {
        isCancelled = true;
    }

    boolean isCancelled() {
        return isCancelled;
    }

    void holdUp(boolean heldUp) {
        isHeldUp = heldUp;
    }

    /** Whether the first message still to come cannot be read as things stand. */
    boolean isHeldUp() {
        return isHeldUp;
    }

    /** Adds what was not read to a set. */
    void rest(Roaring64Bitmap target) {
        for (int i = taken; i < count; i++) {
            target.addLong(offsets[i]);
        }
    }
}
