// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.message.Annotations;

/**
 * What happened to one message in one subscription, when it is not just waiting. Immutable.
 *
 * @param attempts failed delivery attempts
 * @param merged annotations consumers asked to add
 * @param notBeforeMs wall clock before which it may not be delivered again; 0 for none
 */
public record Redelivery(int attempts, Annotations merged, long notBeforeMs) {
    public static final Redelivery NONE = new Redelivery(0, Annotations.NONE, 0);

    Redelivery after(boolean countsAsAttempt, Annotations more, long newNotBeforeMs) {
        return new Redelivery(attempts + (countsAsAttempt ? 1 : 0), merged.merged(more), newNotBeforeMs);
    }
}
