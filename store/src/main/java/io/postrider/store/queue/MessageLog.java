// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known without reading a message about the messages of one address: how many there were, and which of them are not
 * like the others. The messages themselves are on disk, found by their dense offset. Owned by the shard's thread.
 *
 * <p>Its size does not depend on how many messages the log has: one bit or less for a message with a priority, a few bytes
 * for one with a time, an entry of a map for a large one.
 */
public final class MessageLog {
    private static final long TRIM_OFFSETS_MIN = 1024;

    private final PriorityIndex priorities = new PriorityIndex();
    private final TimeIndex expiries = new TimeIndex(TimeIndex.Rounding.UP);
    private final TimeIndex delays = new TimeIndex(TimeIndex.Rounding.DOWN);
    private final TreeMap<Long, LargeBody> bodies = new TreeMap<>();
    private long end;
    private long trimmedTo;

    MessageLog() {}

    /** Offset after the newest message. */
    public long end() {
        return end;
    }

    public PriorityIndex priorities() {
        return priorities;
    }

    /** When messages expire: past the time of its bucket, a message has surely done so. */
    public TimeIndex expiries() {
        return expiries;
    }

    /** From when on messages that were sent with a delivery time may be due: before the time of its bucket none is. */
    public TimeIndex delays() {
        return delays;
    }

    /** Staged bodies of large messages, by offset. */
    public SortedMap<Long, LargeBody> bodies() {
        return Collections.unmodifiableSortedMap(bodies);
    }

    /** Takes the next offset for a message that nobody may want. */
    long reserve() {
        return end++;
    }

    /** Notes what is special about a message that some subscription wants. */
    void note(long offset, Message message, long nowMs) {
        priorities.add(offset, message.priority());
        if (message.expiresAtMs() != Message.NEVER) {
            expiries.add(message.expiresAtMs(), nowMs, offset);
        }
        if (message.deliverAtMs() > nowMs) {
            delays.removeUpTo(nowMs); // whoever reads a message looks at its time anyway
            delays.add(message.deliverAtMs(), nowMs, offset);
        }
        LargeBody body = message.body();
        if (body != null) {
            bodies.put(offset, body);
        }
    }

    /** Takes out the staged body of a message nobody wants any more. */
    @Nullable
    LargeBody removeBody(long offset) {
        return bodies.remove(offset);
    }

    boolean hasBody(long offset) {
        return !bodies.isEmpty() && bodies.containsKey(offset);
    }

    /** Nothing below an offset is wanted; forgets what it knows of it, once that is worth the work. */
    void unwantedBelow(long offset) {
        int buckets = expiries.bucketCount() + delays.bucketCount();
        if (offset - trimmedTo >= Math.max(TRIM_OFFSETS_MIN, buckets)) {
            trimmedTo = offset;
            priorities.trim(offset);
            expiries.trim(offset);
            delays.trim(offset);
        }
    }

    /** Says where a restored log ends. */
    public void restoreEnd(long newEnd, long newTrimmedTo) {
        end = newEnd;
        trimmedTo = newTrimmedTo;
    }

    /** Up to where {@link #unwantedBelow} has forgotten; part of the state, so that all copies forget at the same entry. */
    public long trimmedTo() {
        return trimmedTo;
    }

    public void restoreBody(long offset, LargeBody body) {
        bodies.put(offset, body);
    }
}
