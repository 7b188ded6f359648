// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import java.util.List;

/**
 * What a dispatcher holds at one moment, for those who explain. Immutable.
 *
 * @param delayed messages that wait for their time
 * @param nextDueMs when the first of them is due, at the latest known time; {@link Long#MAX_VALUE} for never
 * @param isHeldUp whether nothing is handed out until the log has what a consumer that left said
 * @param isPaused whether an operator lets nothing be handed out
 * @param isKeyed whether some messages go to one consumer only: that of their group or partition
 */
public record QueueView(
        long depth,
        long ready,
        long delayed,
        long unsettled,
        long deferred,
        long nextDueMs,
        boolean isHeldUp,
        boolean isPaused,
        boolean isKeyed,
        List<ConsumerView> consumers) {
    public QueueView {
        consumers = List.copyOf(consumers);
    }

    /** Consumers that take what is in its place. */
    public List<ConsumerView> takers() {
        return consumers.stream().filter(ConsumerView::isTaker).toList();
    }
}
