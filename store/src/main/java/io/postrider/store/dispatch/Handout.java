// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.port.ConsumerRequest;
import org.jspecify.annotations.Nullable;

/** Hands messages to the consumers of one dispatcher, at the end of a turn. Owned by the shard's thread. */
final class Handout {
    private final Desk desk;
    private final Roster roster;
    private final Returns returns;
    private final SoftMessages soft;
    private final Outcomes outcomes;
    private final @Nullable Backlog backlog;
    private final Shown shown;

    Handout(Desk desk, Roster roster, Returns returns, SoftMessages soft, Outcomes outcomes, @Nullable Stored stored) {
        this.desk = desk;
        this.roster = roster;
        this.returns = returns;
        this.soft = soft;
        this.outcomes = outcomes;
        this.backlog = stored == null ? null : stored.backlog();
        this.shown = new Shown(desk);
    }

    Shown shown() {
        return shown;
    }

    /** Hands out what can be handed out, and reads ahead. */
    void run(long nowMs) {
        if (!returns.isPausing()) {
            do {
                dispatch(nowMs);
            } while (fillFeeds());
        }
        for (int i = 0; i < roster.count(); i++) {
            answerDrain(roster.get(i));
        }
    }

    private void dispatch(long nowMs) {
        int idle = 0;
        while (idle < roster.count()) {
            idle = dispatchOne(roster.nextInTurn(), nowMs) ? 0 : idle + 1;
        }
        shown.mark();
    }

    private boolean dispatchOne(Consumption consumer, long nowMs) {
        if (!consumer.mayTake()) {
            return false;
        }
        Entry entry = consumer.feed.next(consumer, desk.ledger(), desk.late());
        if (entry == null) {
            return false;
        }
        if (entry.body().isExpiredAt(nowMs)) {
            outcomes.expire(entry);
        } else if (consumer.isBrowser()) {
            consumer.sink.deliver(consumer.dispatched++, desk.shown(entry), entry.deliveryCount());
            consumer.feed.level(entry.priority).skip(entry, desk.ledger());
        } else {
            hand(consumer, entry);
        }
        return true;
    }

    private void hand(Consumption consumer, Entry entry) {
        entry.owner = consumer;
        entry.deliveryId = consumer.dispatched++;
        desk.counters().delivered++;
        desk.totals().delivered++;
        if (entry.isDurable()) {
            shown.show(entry.offset);
        }
        // A large message's body goes with the message, and is needed until the consumer says that it has been sent.
        if (consumer.request.mode() == ConsumerRequest.Mode.AT_MOST_ONCE
                && entry.body().body() == null) {
            handAtMostOnce(consumer, entry);
            return;
        }
        desk.ledger().move(entry, Entry.State.OUT);
        consumer.unsettled.put(entry);
        consumer.sink.deliver(entry.deliveryId, desk.shown(entry), entry.deliveryCount());
        if (desk.budget().isTight()) {
            desk.ledger().unload(entry);
        }
    }

    /** At most once: the message is done before it is shown, so that no crash can show it twice. */
    private void handAtMostOnce(Consumption consumer, Entry entry) {
        if (entry.isDurable()) {
            entry.atMostOnceTo = consumer;
            consumer.handovers++;
            desk.ledger().move(entry, Entry.State.ENDING);
            desk.proposals().settle(desk.dispatcher(), entry.offset, entry.sizeBytes);
        } else {
            soft.finish(entry);
            consumer.sink.deliver(entry.deliveryId, desk.shown(entry), entry.deliveryCount());
        }
    }

    /** Reads ahead for the consumers that would take more. Returns whether there is more to hand out at once. */
    private boolean fillFeeds() {
        if (backlog == null) {
            return false;
        }
        boolean hasMore = false;
        for (int i = 0; i < roster.count(); i++) {
            Consumption consumer = roster.get(i);
            if (consumer.mayTake() && !consumer.feed.isWhole()) {
                hasMore |= backlog.fill(consumer);
            }
        }
        return hasMore;
    }

    private void answerDrain(Consumption consumer) {
        if (!consumer.isDraining || consumer.pauses > 0 || consumer.handovers > 0 || returns.isPausing()) {
            return;
        }
        if (consumer.mayTake() && !consumer.feed.isExhausted()) {
            return; // what is being read is available too
        }
        consumer.isDraining = false;
        consumer.limit = consumer.dispatched;
        consumer.sink.drained();
    }
}
