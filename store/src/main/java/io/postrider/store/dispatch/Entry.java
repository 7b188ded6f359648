// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message that a dispatcher holds: read ahead, with a consumer, or in no log. Owned by the shard's thread.
 *
 * <p>Its place among the others of its priority is ({@code after}, {@code sequence}): a message of the log stands at its offset; one that is
 * in no log, or became due after a delay, stands behind the newest offset there was then, in order of arrival; those that became
 * due together stand in the order of their offsets.
 */
final class Entry {
    private static final Annotations GROUP_FIRST = Annotations.of(Map.of(AnnotationKeys.GROUP_FIRST, true));

    static final Comparator<Entry> BY_PLACE = Comparator.<Entry>comparingLong(entry -> entry.after)
            .thenComparingLong(entry -> entry.sequence)
            .thenComparingLong(entry -> entry.offset);

    /** What a message is doing. */
    enum State {
        /** May be dispatched. */
        READY,
        /** Waits for its time; only messages that are in no log do so here. */
        DELAYED,
        /** With a consumer. */
        OUT,
        /** Its end is proposed to the log and not applied. */
        ENDING,
        /** Gone, or back on disk only. */
        DONE
    }

    /** At least 0 for a message in the log; below 0 for one that is in no log. */
    final long offset;

    final long after;
    final long sequence;
    final int priority;
    final long sizeBytes;
    final int heapBytes;

    /** Null while it is only on disk. */
    @Nullable
    Message message;

    State state = State.READY;
    int attempts;
    /** Whether an earlier delivery may have been seen by a consumer. */
    boolean isInDoubt;
    /** Wall clock at which a delayed message becomes ready. */
    long dueMs;
    /** In how many queues of feeds it stands. */
    int feeds;

    @Nullable
    Consumption owner;

    /** Who has it, also while its end waits for the log. */
    private @Nullable Consumption holder;
    /** What it counts for while somebody has it; null without a key. */
    @Nullable
    Slot slot;

    /** See {@link io.postrider.api.port.MessageInspector#partitionKey}. */
    long key;

    long handedAtMs;
    /** Whether its consumer is told that it is the first of its group. */
    boolean isGroupFirst;

    Leases.@Nullable Lease lease;

    long deliveryId;
    boolean isConfirmWanted;
    /** Whether its consumer (or everybody) waits for the log to decide about it. */
    boolean isPausing;
    /** Who is handed the message once the log has it as done. */
    @Nullable
    Consumption atMostOnceTo;

    /** Chains of the two {@link EntryMap}s it may be in. */
    @Nullable
    Entry nextByOffset;

    @Nullable
    Entry nextByDelivery;

    /** What a transaction that is open will make of it. */
    @Nullable
    Provisional provisional;

    private @Nullable List<Consumption> excluded;

    Entry(long offset, long after, long sequence, Message message) {
        this.offset = offset;
        this.after = after;
        this.sequence = sequence;
        this.priority = message.priority();
        this.sizeBytes = message.sizeBytes();
        this.heapBytes = message.heapBytes();
        this.message = message;
    }

    boolean isDurable() {
        return offset >= 0;
    }

    /** Whether it is with a consumer, or its end is proposed. */
    boolean isTaken() {
        return state == State.OUT || state == State.ENDING;
    }

    /** The message, which the caller knows to be in the heap. */
    Message body() {
        Message held = message;
        if (held == null) {
            throw new IllegalStateException("Expected the message at offset " + offset + " to be in memory");
        }
        return held;
    }

    int deliveryCount() {
        return attempts + (isInDoubt ? 1 : 0);
    }

    /** A consumer has it from now on. */
    void heldBy(Consumption consumer) {
        holder = consumer;
        consumer.busy++;
        if (slot != null) {
            slot.busy++;
        }
    }

    /** Nobody has it any more, and nobody will get it back. */
    void letGo() {
        Consumption consumer = holder;
        Slot key = slot;
        if (consumer != null) {
            holder = null;
            slot = null;
            consumer.busy--;
            if (key != null) {
                key.released();
            }
        }
    }

    /** The message as its consumer gets it. */
    Message shown() {
        return isGroupFirst ? body().withAdded(GROUP_FIRST) : body();
    }

    /** Tells its consumer, if that waits for it, that its outcome is durable. */
    void confirm() {
        Consumption consumer = owner;
        if (isConfirmWanted && consumer != null && !consumer.isClosed) {
            consumer.sink.settled(deliveryId);
        }
        isConfirmWanted = false;
    }

    @Nullable
    List<Consumption> excluded() {
        return excluded;
    }

    void setExcluded(@Nullable List<Consumption> consumers) {
        excluded = consumers;
    }

    void exclude(Consumption consumer) {
        if (excluded == null) {
            excluded = new ArrayList<>(1);
        }
        excluded.add(consumer);
    }

    boolean excludes(Consumption consumer) {
        return excluded != null && excluded.contains(consumer);
    }

    boolean hasExclusions() {
        return excluded != null;
    }

    /** Whether it stands before another one. */
    boolean isBefore(Entry other) {
        return BY_PLACE.compare(this, other) < 0;
    }
}
