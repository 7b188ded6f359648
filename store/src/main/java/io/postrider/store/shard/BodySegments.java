// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.store.queue.StoredMessage;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** How many wanted messages each body segment of the checkpoints still holds. Owned by the shard's thread. */
final class BodySegments {
    private final TreeMap<Integer, Integer> wantedBySegment = new TreeMap<>();
    private int highest;

    void stored(StoredMessage message, int segment) {
        message.setSegment(segment);
        wantedBySegment.merge(segment, 1, Integer::sum);
        highest = Math.max(highest, segment);
    }

    /** A subscription is done with a message: if it was the last, its segment holds one less. */
    void released(StoredMessage message) {
        if (message.segment() != StoredMessage.NO_SEGMENT && message.isUnwanted()) {
            wantedBySegment.computeIfPresent(message.segment(), (segment, wanted) -> wanted == 1 ? null : wanted - 1);
        }
    }

    Set<Integer> live() {
        return new TreeSet<>(wantedBySegment.keySet());
    }

    /** A number above every one used so far. */
    int next() {
        return ++highest;
    }

    void used(int segment) {
        highest = Math.max(highest, segment);
    }
}
