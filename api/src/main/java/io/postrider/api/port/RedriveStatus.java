// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import java.util.List;

/**
 * How far a redrive of dead letters has come. Immutable.
 *
 * @param id its number since the broker's start
 * @param state what it is doing
 * @param startedMs wall clock
 * @param endedMs wall clock; 0 while it goes on
 * @param matched letters looked at that the request takes
 * @param sent letters that are back where they came from
 * @param skipped letters that stay
 * @param canaryAccepted of the canary, those that were accepted
 * @param canaryFailed of the canary, those that died again or were removed
 * @param notes why letters stay and why it ended early, in sentences; the first few
 */
public record RedriveStatus(
        long id,
        RedriveRequest request,
        State state,
        long startedMs,
        long endedMs,
        long matched,
        long sent,
        long skipped,
        int canaryAccepted,
        int canaryFailed,
        List<String> notes) {
    /** What a redrive is doing. */
    public enum State {
        RUNNING,
        /** The canary is on its way. */
        WAITING_FOR_CANARY,
        DONE,
        STOPPED
    }

    public RedriveStatus {
        notes = List.copyOf(notes);
    }
}
