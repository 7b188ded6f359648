// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.store.queue.SubscriptionState;
import org.jspecify.annotations.Nullable;

/**
 * Messages on their way back to their places. A failing outcome of a durable message waits for the log; until then nothing is handed out that could overtake it.
 * Owned by the shard's thread.
 */
final class Returns {
    private final Desk desk;
    private final Feeds feeds;
    private final SoftMessages soft;
    /** Failing outcomes of consumers that are gone, proposed and not applied. */
    private int pauses;

    Returns(Desk desk, Feeds feeds, SoftMessages soft) {
        this.desk = desk;
        this.feeds = feeds;
        this.soft = soft;
    }

    /** Whether nobody may be handed anything. */
    boolean isPausing() {
        return pauses > 0;
    }

    /** Holds back what could overtake until the log has decided: the consumer, or everybody when the consumer is gone. */
    void pause(Consumption consumer, Entry entry) {
        desk.ledger().move(entry, Entry.State.ENDING);
        entry.owner = consumer;
        if (consumer.isClosed) {
            pauses++;
        } else {
            consumer.pauses++;
        }
        entry.isPausing = true;
    }

    /** The log has decided. */
    void resume(Entry entry) {
        if (!entry.isPausing) {
            return;
        }
        entry.isPausing = false;
        Consumption consumer = entry.owner;
        if (consumer != null && consumer.pauses > 0) {
            consumer.pauses--;
        } else {
            pauses = Math.max(0, pauses - 1);
        }
        desk.wake();
    }

    /** Back to its place, or to its waiting. */
    void giveBack(Entry entry, @Nullable Stored stored) {
        entry.owner = null;
        desk.wake();
        if (!entry.isDurable() && soft.delay(entry)) {
            return;
        }
        if (entry.message == null && stored != null) {
            stored.backlog().returned(feeds.all(), entry);
            return;
        }
        SubscriptionState durable = desk.durable();
        String token = durable == null || !entry.isDurable()
                ? null
                : durable.deferrals().token(entry.offset);
        if (token != null && !feeds.takes(token)) {
            desk.ledger().remove(entry); // until somebody asks for it
            return;
        }
        desk.ledger().move(entry, Entry.State.READY);
        feeds.returned(entry, token);
    }
}
