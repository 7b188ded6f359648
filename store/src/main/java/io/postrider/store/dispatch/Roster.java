// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The consumers of one dispatcher, and whose turn it is. Owned by the shard's thread. */
final class Roster {
    private final Desk desk;
    private final List<Consumption> consumers = new ArrayList<>();
    /** Whether all have the same priority. */
    private boolean isFlat = true;

    private int turn;

    Roster(Desk desk) {
        this.desk = desk;
    }

    int count() {
        return consumers.size();
    }

    /** Those there are now. */
    List<Consumption> all() {
        return List.copyOf(consumers);
    }

    Consumption get(int index) {
        return consumers.get(index);
    }

    /** Where those of the same priority end. */
    int endOfPriority(int from) {
        if (isFlat) {
            return consumers.size();
        }
        int to = from;
        while (to < consumers.size()
                && consumers.get(to).priority() == consumers.get(from).priority()) {
            to++;
        }
        return to;
    }

    /** The consumer whose turn it is among those from one to the other. */
    Consumption nextInTurn(int from, int to) {
        turn++;
        return consumers.get(from + Math.floorMod(turn, to - from));
    }

    /** Adds a consumer behind those of its priority. */
    void add(Consumption consumer) {
        int at = consumers.size();
        while (at > 0 && consumers.get(at - 1).priority() < consumer.priority()) {
            at--;
        }
        consumers.add(at, consumer);
        isFlat = isFlat();
    }

    void remove(Consumption consumer) {
        consumers.remove(consumer);
        isFlat = isFlat();
    }

    private boolean isFlat() {
        return consumers.isEmpty()
                || consumers.get(0).priority()
                        == consumers.get(consumers.size() - 1).priority();
    }

    /** The one of the highest priority, and the oldest of those, that takes messages. */
    @Nullable
    Consumption firstTaker() {
        for (Consumption consumer : consumers) {
            if (consumer.isSharing()) {
                return consumer;
            }
        }
        return null;
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
