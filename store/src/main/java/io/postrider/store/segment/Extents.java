// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Extents in order of log and offset. */
final class Extents {
    static final Comparator<Extent> ORDER =
            Comparator.comparingLong(Extent::logId).thenComparingLong(Extent::firstOffset);

    private Extents() {}

    /**
     * Sorts extents, and joins those that follow each other in their log and in their file. Not more: between two extents that
     * are neighbours in a file, offsets may lie that are in another one.
     */
    static List<Extent> joined(List<Extent> extents) {
        List<Extent> sorted = new ArrayList<>(extents);
        sorted.sort(ORDER);
        List<Extent> result = new ArrayList<>(sorted.size());
        for (Extent next : sorted) {
            int last = result.size() - 1;
            if (last >= 0 && result.get(last).isFollowedBy(next)) {
                result.set(last, result.get(last).joinedWith(next));
            } else {
                checkBehind(last < 0 ? null : result.get(last), next);
                result.add(next);
            }
        }
        return List.copyOf(result);
    }

    private static void checkBehind(@Nullable Extent last, Extent next) {
        if (last != null && last.logId() == next.logId() && last.lastOffset() >= next.firstOffset()) {
            throw new IllegalStateException(
                    "Expected extents of a log not to overlap, but found " + last + " and " + next);
        }
    }

    /** The highest offset of a log in sorted extents, or {@link Long#MIN_VALUE}. */
    static long lastOffset(List<Extent> sorted, long logId) {
        int low = 0;
        int high = sorted.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted.get(middle).logId() <= logId) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low > 0 && sorted.get(low - 1).logId() == logId
                ? sorted.get(low - 1).lastOffset()
                : Long.MIN_VALUE;
    }
}
