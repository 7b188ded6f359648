// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

/** How link names tell subscription names, as Qpid JMS forms them. Stateless. */
final class SubscriptionNames {
    private SubscriptionNames() {}

    /**
     * The name shared by several links: what comes before the last {@code |}, behind which clients put whatever makes the
     * link names of one connection differ ({@code |2}, {@code |global}, {@code |volatile1}).
     */
    static String shared(String linkName) {
        int bar = linkName.lastIndexOf('|');
        return bar < 0 ? linkName : linkName.substring(0, bar);
    }
}
