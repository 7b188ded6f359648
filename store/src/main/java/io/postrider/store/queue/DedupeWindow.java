// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.message.DedupeId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Ids of the messages an address has taken lately, oldest first. Bounded by time and by count; about 100 bytes an id. Owned by the shard's
 * thread.
 */
public final class DedupeWindow {
    private final LinkedHashMap<DedupeId, Long> takenAtMs = new LinkedHashMap<>();

    DedupeWindow() {}

    /**
     * Remembers an id.
     *
     * @param nowMs time of the entry that brings it
     * @return whether it is new; false when it was taken within the window, which does not begin anew then
     */
    boolean add(DedupeId id, long nowMs, long windowMs, long countMax) {
        forget(nowMs - windowMs, Math.max(1, countMax));
        if (takenAtMs.putIfAbsent(id, nowMs) != null) {
            return false;
        }
        forget(nowMs - windowMs, Math.max(1, countMax));
        return true;
    }

    private void forget(long upToMs, long countMax) {
        Iterator<Long> oldest = takenAtMs.values().iterator();
        while (oldest.hasNext()) {
            boolean isPast = oldest.next() <= upToMs;
            if (!isPast && takenAtMs.size() <= countMax) {
                return;
            }
            oldest.remove();
        }
    }

    /** Ids and when they were taken, oldest first; for encoding. */
    public Map<DedupeId, Long> taken() {
        return java.util.Collections.unmodifiableMap(takenAtMs);
    }

    /** Puts an id of a checkpoint back, after those older than it. */
    public void restore(DedupeId id, long atMs) {
        takenAtMs.put(id, atMs);
    }
}
