// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.store.queue.SubscriptionState;

/** Is told how messages of the log end. Called on the shard's thread, during apply. */
interface EndWatch {
    /** @param isAccepted false when it became a letter or expired */
    void ended(SubscriptionState subscription, long offset, boolean isAccepted);
}
