// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.message.Message;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Which messages of a log have another than the default priority: a set of offsets for each level, so that all of them may
 * have one. Owned by the shard's thread. Offsets that are done leave when the log is trimmed, not before.
 */
public final class PriorityIndex {
    /** Priorities go from 0 to one below this. */
    public static final int LEVELS = Message.PRIORITY_MAX + 1;

    private final @Nullable Roaring64Bitmap[] levels = new Roaring64Bitmap[LEVELS];
    private int used;

    void add(long offset, int priority) {
        if (priority == Message.PRIORITY_DEFAULT) {
            return;
        }
        Roaring64Bitmap level = levels[priority];
        if (level == null) {
            level = new Roaring64Bitmap();
            levels[priority] = level;
            used++;
        }
        level.addLong(offset);
    }

    /** Whether every message has the default priority. */
    public boolean isEmpty() {
        return used == 0;
    }

    /** How many levels besides the default one are in use. */
    public int levelCount() {
        return used;
    }

    /** The offsets of one level; null for the default level and where there are none. */
    public @Nullable Roaring64Bitmap level(int priority) {
        return levels[priority];
    }

    public int priorityOf(long offset) {
        if (used > 0) {
            for (int priority = Message.PRIORITY_MAX; priority >= 0; priority--) {
                Roaring64Bitmap level = levels[priority];
                if (level != null && level.contains(offset)) {
                    return priority;
                }
            }
        }
        return Message.PRIORITY_DEFAULT;
    }

    void trim(long fromOffset) {
        for (int priority = 0; priority < levels.length; priority++) {
            Roaring64Bitmap level = levels[priority];
            if (level != null) {
                Bitmaps.removeBelow(level, fromOffset);
                if (level.isEmpty()) {
                    levels[priority] = null;
                    used--;
                }
            }
        }
    }

    /** Puts back what a checkpoint holds. */
    public void restore(int priority, Roaring64Bitmap offsets) {
        levels[priority] = offsets;
        used++;
    }
}
