// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.message.Annotations;

/**
 * What happened to one message in one subscription, when it is not just waiting. Immutable.
 *
 * @param attempts failed delivery attempts
 * @param merged annotations consumers asked to add
 */
public record Redelivery(int attempts, Annotations merged) {
    public static final Redelivery NONE = new Redelivery(0, Annotations.NONE);
}
