// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * Where one message of the log stands, for those who explain. Immutable.
 *
 * @param attempts failed attempts so far
 * @param dueMs when it may be delivered, where it waits
 * @param token under which it was put aside; null if it was not
 * @param holder who has it; null if nobody has
 * @param before how many wanted messages stand before it in the log
 */
public record PlaceView(
        Standing standing,
        int attempts,
        long dueMs,
        @Nullable String token,
        @Nullable ConsumerView holder,
        long before) {
    /** What is known of it. */
    public enum Standing {
        NOT_YET,
        GONE,
        ASIDE,
        WAITING,
        OUT,
        ENDING,
        READY
    }
}
