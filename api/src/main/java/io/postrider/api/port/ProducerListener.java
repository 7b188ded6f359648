// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.error.Rejection;
import org.jspecify.annotations.Nullable;

/**
 * The sending peer as the broker sees it. Called on the shard's thread, in order; implementations hand over to their own
 * thread when it is another one.
 */
public interface ProducerListener {
    /**
     * The fate of one publish. A durable message is reported without a rejection only once it is durable on disk and
     * applied.
     *
     * @param rejection why it was refused; null when it is kept
     */
    void published(long token, @Nullable Rejection rejection);

    /** No more credit should be granted until {@link #unblocked}; what is under way is still handled. */
    void blocked(Rejection reason);

    void unblocked();

    /**
     * The broker ended this endpoint: the address was deleted, or the log failed. Publishes not reported by now have an
     * unknown fate and get no report.
     */
    void closed(Rejection reason);
}
