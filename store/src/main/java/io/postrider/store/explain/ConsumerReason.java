// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.explain;

import io.postrider.store.dispatch.ConsumerView;
import io.postrider.store.dispatch.QueueView;

/** Why a consumer gets nothing. Stateless. */
public final class ConsumerReason {
    private ConsumerReason() {}

    /** @param queue why nothing moves at its queue, for a consumer that could take something */
    public static String of(ConsumerView consumer, QueueView view, String queue) {
        String name = "Consumer " + consumer.name();
        String held = ", and holds "
                + QueueReason.count(consumer.unsettled(), "unsettled delivery").replace("ys", "ies");
        if (consumer.isAtUnsettledLimit()) {
            return name + " holds as many unsettled deliveries as one may: " + consumer.unsettled() + ".";
        }
        if (consumer.isStopped()) {
            return name + " is paused by an operator; postrider consumer resume lets it go on" + held + ".";
        }
        if (consumer.isWaiting()) {
            return name + " is not the active one of a queue that has one active consumer at a time" + held + ".";
        }
        if (consumer.credit() <= 0) {
            return name + " has given no credit" + held + ".";
        }
        if (consumer.isPaused()) {
            return name + " waits until the log has its last failed outcome" + held + ".";
        }
        String credit = name + " has credit for " + consumer.credit() + held + ". ";
        if (!consumer.tokens().isEmpty()) {
            return credit + "It asks for what was put aside under " + consumer.tokens() + "; " + view.deferred()
                    + " are aside.";
        }
        return consumer.isBrowser() ? credit + "It has seen all there is to browse." : credit + queue;
    }
}
