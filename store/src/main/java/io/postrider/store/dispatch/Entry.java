// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.message.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message as one dispatcher sees it. Owned by the shard's thread. */
final class Entry {
    /** What a message is doing. */
    enum State {
        /** May be dispatched. */
        READY,
        /** Waits for its time. */
        DELAYED,
        /** With a consumer. */
        OUT,
        /** Its end is proposed to the log and not applied. */
        ENDING,
        /** Gone. */
        DONE
    }

    /** At least 0 for a message in the log; below 0 for one that is in no log, see {@link #softOffset}. */
    final long offset;

    Message message;
    /** Place among the others of its priority; a message that comes back keeps it. */
    long order;

    State state = State.READY;
    int attempts;
    /** Whether an earlier delivery may have been seen by a consumer. */
    boolean isInDoubt;
    /** Wall clock at which a delayed message becomes ready. */
    long dueMs;

    @Nullable
    Consumption owner;

    long deliveryId;
    boolean isConfirmWanted;
    /** Whether its consumer (or everybody) waits for the log to decide about it. */
    boolean isPausing;
    /** Who is handed the message once the log has it as done. */
    @Nullable
    Consumption atMostOnceTo;

    private @Nullable List<Consumption> excluded;

    Entry(long offset, Message message, long order) {
        this.offset = offset;
        this.message = message;
        this.order = order;
    }

    boolean isDurable() {
        return offset >= 0;
    }

    /** The negative offset that stands for a message in no log with this running number. */
    static long softOffset(long softId) {
        return -1 - softId;
    }

    long softId() {
        return -1 - offset;
    }

    int deliveryCount() {
        return attempts + (isInDoubt ? 1 : 0);
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
}
