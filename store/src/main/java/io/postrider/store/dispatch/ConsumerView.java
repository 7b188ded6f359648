// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One consumer at one moment, for those who explain. Immutable.
 *
 * @param selector null for every message
 * @param credit deliveries that it may still be sent
 * @param unsettled deliveries it has not settled
 * @param isBrowser whether it only looks
 * @param tokens what it asks for of that which was put aside; empty for what is in its place
 * @param isPaused whether it waits until the log has its last failing outcome
 * @param isStopped whether an operator lets it have nothing
 * @param isWaiting whether another one is the only active consumer, or nobody is until the former has settled everything
 */
public record ConsumerView(
        String container,
        String user,
        @Nullable String selector,
        long credit,
        int unsettled,
        boolean isBrowser,
        Set<String> tokens,
        boolean isPaused,
        boolean isStopped,
        boolean isWaiting) {
    /** Whether it takes messages that are in their place. */
    public boolean isTaker() {
        return !isBrowser && tokens.isEmpty();
    }

    /** Whether it has as many unsettled deliveries as one consumer may have. */
    public boolean isAtUnsettledLimit() {
        return unsettled >= Consumption.UNSETTLED_MAX;
    }

    /** How it is called in a sentence. */
    public String name() {
        return "'" + container + "' (user " + user + ")";
    }
}
