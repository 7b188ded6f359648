// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.message.Message;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.store.queue.SubscriptionState;
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
    private final @Nullable SubscriptionState durable;
    private final Keying keying;
    private final Exclusivity exclusivity;
    private final Leases leases;
    private final SlowConsumers slow;
    private boolean isPaused;

    Handout(
            Desk desk,
            Roster roster,
            Returns returns,
            SoftMessages soft,
            Outcomes outcomes,
            Sharing sharing,
            @Nullable Stored stored) {
        this.desk = desk;
        this.roster = roster;
        this.returns = returns;
        this.soft = soft;
        this.outcomes = outcomes;
        this.backlog = stored == null ? null : stored.backlog();
        this.shown = new Shown(desk);
        this.durable = desk.durable();
        this.keying = sharing.keying();
        this.exclusivity = sharing.exclusivity();
        this.leases = sharing.leases();
        this.slow = sharing.slow();
    }

    Shown shown() {
        return shown;
    }

    /** Hands out what can be handed out, and reads ahead. */
    void run(long nowMs) {
        exclusivity.review();
        isPaused = durable != null && durable.isPaused();
        if (!returns.isPausing() && keying.review()) {
            do {
                dispatch(nowMs);
            } while (fillFeeds());
        }
        for (int i = 0; i < roster.count(); i++) {
            answerDrain(roster.get(i));
        }
    }

    private void dispatch(long nowMs) {
        int from = 0;
        while (from < roster.count()) {
            int to = roster.endOfPriority(from);
            int idle = 0;
            while (idle < to - from && to <= roster.count()) {
                idle = dispatchOne(roster.nextInTurn(from, to), nowMs) ? 0 : idle + 1;
            }
            from = to;
        }
        shown.mark();
    }

    private boolean dispatchOne(Consumption consumer, long nowMs) {
        if (!mayTake(consumer)) {
            return false;
        }
        Entry entry = next(consumer);
        if (entry == null) {
            return false;
        }
        if (entry.body().isExpiredAt(nowMs)) {
            outcomes.expire(entry);
        } else if (consumer.isBrowser()) {
            consumer.sink.deliver(consumer.dispatched++, desk.shown(entry), entry.deliveryCount());
            consumer.feed.level(entry.priority).skip(entry, desk.ledger());
        } else {
            hand(consumer, entry, nowMs);
        }
        return true;
    }

    private boolean mayTake(Consumption consumer) {
        return consumer.mayTake() && !(isPaused && !consumer.isBrowser());
    }

    private @Nullable Entry next(Consumption consumer) {
        Keys known = consumer.feed.keys;
        if (known != null) {
            return known.next(consumer);
        }
        Entry head = consumer.feed.next(consumer, desk.ledger(), desk.late());
        if (head == null || (head.key == 0 && !keying.plan().isPartitioned())) {
            return head;
        }
        Keys keys = keying.of(consumer.feed, head);
        return keys == null ? head : keys.next(consumer);
    }

    private void hand(Consumption consumer, Entry entry, long nowMs) {
        Slot slot = entry.slot;
        if (slot != null) {
            keyed(entry, slot);
        }
        entry.handedAtMs = nowMs;
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
        entry.heldBy(consumer);
        desk.ledger().move(entry, Entry.State.OUT);
        consumer.unsettled.put(entry);
        leases.begin(entry, nowMs);
        slow.begin(nowMs);
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
            entry.heldBy(consumer);
            desk.ledger().move(entry, Entry.State.ENDING);
            desk.proposals().settle(desk.dispatcher(), entry.offset, entry.sizeBytes);
        } else {
            Message shownMessage = desk.shown(entry);
            soft.finish(entry);
            consumer.sink.deliver(entry.deliveryId, shownMessage, entry.deliveryCount());
        }
    }

    /** A message of a key goes to whoever has the key. */
    private void keyed(Entry entry, Slot slot) {
        boolean isGroup = !keying.plan().isPartitioned();
        entry.isGroupFirst = isGroup && slot.isNew;
        slot.isNew = false;
        if (isGroup && keying.plan().slots() == 0 && desk.inspector().closesGroup(entry.body())) {
            slot.close();
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
            if (mayTake(consumer) && !consumer.isWhole()) {
                hasMore |= backlog.fill(consumer);
            }
        }
        return hasMore;
    }

    private void answerDrain(Consumption consumer) {
        if (!consumer.isDraining || consumer.pauses > 0 || consumer.handovers > 0 || returns.isPausing()) {
            return;
        }
        if (mayTake(consumer) && !consumer.isExhausted()) {
            return; // what is being read is available too
        }
        consumer.isDraining = false;
        consumer.limit = consumer.dispatched;
        consumer.sink.drained();
    }
}
