// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Messages that became due after a delay, in the order in which they did: by due time, ties by offset (rules.md 17). They stand behind the newest
 * message there was at that moment. Only offsets are here, so that millions may become due at once. Owned by the
 * shard's thread.
 */
final class LateLane {
    private static final int RUNS_MAX = 1024;

    /** Messages that became due together. */
    static final class Run {
        final long number;
        final long after;
        final long sequence;
        final Roaring64Bitmap offsets;

        Run(long number, long after, long sequence, Roaring64Bitmap offsets) {
            this.number = number;
            this.after = after;
            this.sequence = sequence;
            this.offsets = offsets;
        }
    }

    private final ArrayDeque<Run> runs = new ArrayDeque<>();
    private final Roaring64Bitmap members = new Roaring64Bitmap();
    private long nextNumber;

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Whether an offset stands here and not at its place in the log. */
    boolean contains(long offset) {
        return !runs.isEmpty() && members.contains(offset);
    }

    /** Number of the run to come. */
    long end() {
        return nextNumber;
    }

    void add(long after, long sequence, Roaring64Bitmap offsets) {
        dropFinished();
        members.or(offsets);
        runs.addLast(new Run(nextNumber++, after, sequence, offsets));
        if (runs.size() > RUNS_MAX) {
            join();
        }
    }

    /** A message is done. */
    void finished(long offset) {
        if (!runs.isEmpty()) {
            members.removeLong(offset);
        }
    }

    void purged(SubscriptionState subscription) {
        subscription.retainWanted(members);
        dropFinished();
    }

    private void dropFinished() {
        for (Iterator<Run> each = runs.iterator(); each.hasNext(); ) {
            Run run = each.next();
            run.offsets.and(members);
            if (!run.offsets.isEmpty()) {
                return;
            }
            each.remove();
        }
    }

    /** Makes one of the two oldest runs: they have waited so long that their order hardly matters. */
    private void join() {
        Run first = runs.removeFirst();
        Run second = runs.removeFirst();
        second.offsets.or(first.offsets);
        runs.addFirst(new Run(second.number, first.after, first.sequence, second.offsets));
    }

    /** The first run with at least this number; null if there is none. */
    @Nullable
    Run run(long number) {
        for (Run run : runs) {
            if (run.number >= number) {
                return run;
            }
        }
        return null;
    }
}
