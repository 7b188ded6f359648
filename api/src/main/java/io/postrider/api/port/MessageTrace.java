// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import java.util.List;

/**
 * What is known of the life of a message, in order of time. Immutable.
 *
 * @param sinceMs wall clock from which on the log was read; 0 if it holds nothing newer than its last checkpoint
 * @param isSinceBeginning whether the log was read from its very beginning
 */
public record MessageTrace(List<Step> steps, long sinceMs, boolean isSinceBeginning) {
    /**
     * One thing that happened.
     *
     * @param isLogged whether the log says so; else the broker remembers it since its start
     */
    public record Step(long timeMs, long offset, String text, boolean isLogged) {}

    public MessageTrace {
        steps = List.copyOf(steps);
    }
}
