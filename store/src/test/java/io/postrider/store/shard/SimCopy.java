// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One message at one outlet: a queue, a subscription, or a queue for letters. One thread. */
final class SimCopy {
    final String outlet;
    final SimMessage message;
    /** Whether it was ever with a consumer. */
    boolean isTouched;

    boolean isAccepted;
    int acceptedIn;
    /** The broker said that it is done. */
    boolean isConsumed;
    /** It may be lost without a broken promise: purged, deleted, taken at most once, in memory only. */
    boolean mayBeGone;
    /** It was removed, and the broker said so. */
    boolean isRemoved;
    /** A purge or deletion of it was asked for and not answered. */
    boolean isBeingRemoved;
    /** It became a letter. */
    boolean isLetterSeen;
    /** Given back without an attempt, in this life, and not taken again. */
    boolean isReleased;
    /** Was out when its connection was lost, in this life. */
    boolean isInDoubt;

    /** When it was shown in this life; 0 if it was not. */
    long shownStamp;
    /** A crash came after the log had that it was shown. */
    boolean isMarkDurable;

    /** Failed attempts that are logged for sure, and those of which nobody knows. */
    int failsSure;

    int failsMaybe;
    /** A failing outcome was given and its end not seen. */
    boolean isFailing;

    /** It was put aside, perhaps. */
    boolean isAside;
    /** It is aside, and everybody knows. */
    boolean isAsideSure;
    /** It is to be put aside, and the end of that was not seen. */
    boolean isDeferring;

    long notBeforeMs;

    @Nullable
    SimReceiver holder;

    final Set<SimReceiver> excluded = new HashSet<>();
    final Map<String, Object> merged = new HashMap<>();
    final Map<String, Object> merging = new HashMap<>();

    /** What happened to it, for whoever reads why a run failed. */
    private final StringBuilder history = new StringBuilder();

    SimCopy(String outlet, SimMessage message) {
        this.outlet = outlet;
        this.message = message;
    }

    void note(Object what) {
        history.append("; ").append(what);
    }

    /** The log has the outcome: what was asked is so. */
    void outcomeApplied() {
        isAsideSure |= isDeferring;
        isDeferring = false;
        isFailing = false;
        merged.putAll(merging);
        merging.clear();
    }

    /** Only what is durable is left. */
    void crashed(long durableStamp) {
        note("crash");
        isDeferring = false;
        holder = null;
        isReleased = false;
        isInDoubt = false;
        isBeingRemoved = false;
        excluded.clear();
        isMarkDurable |= message.isDurable && shownStamp > 0 && shownStamp < durableStamp;
        shownStamp = 0;
        mayBeGone |= !message.isDurable;
        if (isFailing) {
            failsSure = Math.max(0, failsSure - 1);
            failsMaybe++;
        }
        if (isFailing || !merging.isEmpty()) {
            notBeforeMs = 0;
        }
        isFailing = false;
        merging.clear();
    }

    @Override
    public String toString() {
        return outlet + "/" + message + history;
    }
}
