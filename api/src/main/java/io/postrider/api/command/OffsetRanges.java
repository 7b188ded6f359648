// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.command;

import java.util.Arrays;

/**
 * An ascending list of disjoint, non-adjacent closed ranges of offsets. Immutable.
 *
 * <p>Built by one owner through {@link Builder}, which merges neighbours: a consumer that settles in order costs one
 * range however many messages it settles.
 */
public final class OffsetRanges {
    private final long[] bounds; // first, last, first, last …

    private OffsetRanges(long[] bounds) {
        this.bounds = bounds;
    }

    public static OffsetRanges of(long offset) {
        return new OffsetRanges(new long[] {offset, offset});
    }

    public static OffsetRanges of(long first, long last) {
        if (first > last) {
            throw new IllegalArgumentException("Expected first <= last, but got " + first + " and " + last);
        }
        return new OffsetRanges(new long[] {first, last});
    }

    public int rangeCount() {
        return bounds.length / 2;
    }

    public long first(int range) {
        return bounds[2 * range];
    }

    public long last(int range) {
        return bounds[2 * range + 1];
    }

    public long offsetCount() {
        long count = 0;
        for (int i = 0; i < rangeCount(); i++) {
            count += last(i) - first(i) + 1;
        }
        return count;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OffsetRanges that && Arrays.equals(bounds, that.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }

    @Override
    public String toString() {
        return "OffsetRanges" + Arrays.toString(bounds);
    }

    /** Collects offsets in any order. Owned by one thread; reusable after {@link #build}. */
    public static final class Builder {
        private long[] bounds = new long[8];
        private int length;
        private boolean sorted = true;

        public boolean isEmpty() {
            return length == 0;
        }

        public Builder add(long offset) {
            return add(offset, offset);
        }

        public Builder add(long first, long last) {
            if (length > 0 && first == bounds[length - 1] + 1) {
                bounds[length - 1] = last;
                return this;
            }
            if (length > 0 && first <= bounds[length - 1]) {
                sorted = false;
            }
            if (length == bounds.length) {
                bounds = Arrays.copyOf(bounds, length * 2);
            }
            bounds[length++] = first;
            bounds[length++] = last;
            return this;
        }

        public OffsetRanges build() {
            long[] result = sorted ? Arrays.copyOf(bounds, length) : normalized();
            length = 0;
            sorted = true;
            return new OffsetRanges(result);
        }

        private long[] normalized() {
            long[][] pairs = new long[length / 2][];
            for (int i = 0; i < pairs.length; i++) {
                pairs[i] = new long[] {bounds[2 * i], bounds[2 * i + 1]};
            }
            Arrays.sort(pairs, (a, b) -> Long.compare(a[0], b[0]));
            long[] merged = new long[length];
            int size = 0;
            for (long[] pair : pairs) {
                if (size > 0 && pair[0] <= merged[size - 1] + 1) {
                    merged[size - 1] = Math.max(merged[size - 1], pair[1]);
                } else {
                    merged[size++] = pair[0];
                    merged[size++] = pair[1];
                }
            }
            return Arrays.copyOf(merged, size);
        }
    }
}
