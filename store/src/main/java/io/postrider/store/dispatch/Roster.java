// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import java.util.ArrayList;
import java.util.List;

/** The consumers of one dispatcher, and whose turn it is. Owned by the shard's thread. */
final class Roster {
    private final Desk desk;
    private final List<Consumption> consumers = new ArrayList<>();
    private int nextConsumer;

    Roster(Desk desk) {
        this.desk = desk;
    }

    int count() {
        return consumers.size();
    }

    Consumption get(int index) {
        return consumers.get(index);
    }

    /** The consumer whose turn it is. */
    Consumption nextInTurn() {
        if (nextConsumer >= consumers.size()) {
            nextConsumer = 0;
        }
        return consumers.get(nextConsumer++);
    }

    void add(Consumption consumer) {
        consumers.add(consumer);
    }

    void remove(Consumption consumer) {
        consumers.remove(consumer);
    }

    /** Whether any consumer takes messages (browsers do not). */
    boolean hasTakers() {
        return consumers.stream().anyMatch(consumer -> !consumer.isBrowser());
    }

    /** Whether any consumer could be given a message. */
    boolean canAnyTake(Entry entry) {
        return consumers.stream().anyMatch(consumer -> canTake(consumer, entry));
    }

    private boolean canTake(Consumption consumer, Entry entry) {
        Message message = entry.message;
        return !consumer.isBrowser()
                && !consumer.isClosed
                && !entry.excludes(consumer)
                && (consumer.feed.selector == null
                        || message == null
                        || consumer.feed.matches(desk.inspector().open(message)));
    }

    /** Ends every consumer. */
    void closeAll(Rejection reason) {
        for (Consumption consumer : List.copyOf(consumers)) {
            consumer.isClosed = true;
            consumer.unsettled.clear(); // what it still says of them ends nothing
            consumer.sink.closed(reason);
        }
        consumers.clear();
    }
}
