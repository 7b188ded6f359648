// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.message.Message;

/** The messages of one dispatcher that are in no log: they live only here. Owned by the shard's thread. */
final class SoftMessages {
    private final Desk desk;
    private final Feeds feeds;
    private final Schedule delays = new Schedule();
    private final Schedule expiries = new Schedule();
    private long nextSequence = 1;

    SoftMessages(Desk desk, Feeds feeds) {
        this.desk = desk;
        this.feeds = feeds;
    }

    /** A number that rises: the place of a message among those behind the same offset. */
    long nextSequence() {
        return nextSequence++;
    }

    /** A message arrived. */
    void published(Message message) {
        Ledger ledger = desk.ledger();
        Entry entry = new Entry(ledger.nextSoftOffset(), desk.address().log().end() - 1, nextSequence(), message);
        entry.key = desk.dispatcher().keyOf(message);
        ledger.add(entry);
        if (message.expiresAtMs() != Message.NEVER) {
            expiries.add(message.expiresAtMs(), entry);
            desk.wakeAt(message.expiresAtMs());
        }
        entry.dueMs = message.deliverAtMs();
        if (!delay(entry)) {
            feeds.offerSoft(entry);
        }
        desk.wake();
    }

    /** Lets a message wait for its time, if that is to come. Returns whether it waits. */
    boolean delay(Entry entry) {
        if (entry.dueMs <= desk.nowMs()) {
            return false;
        }
        desk.ledger().move(entry, Entry.State.DELAYED);
        delays.add(entry.dueMs, entry);
        desk.wakeAt(entry.dueMs);
        return true;
    }

    /** A message is done. */
    void finish(Entry entry) {
        desk.ledger().remove(entry);
        entry.confirm();
        entry.owner = null;
    }

    /** Drops the messages that are not with a consumer; returns how many. */
    long purge() {
        long count = 0;
        for (Entry entry : desk.ledger().sorted()) {
            if (!entry.isDurable() && (entry.state == Entry.State.READY || entry.state == Entry.State.DELAYED)) {
                finish(entry);
                count++;
            }
        }
        return count;
    }

    /** Does what is due: messages become ready, or expire. */
    void run(long nowMs, Outcomes outcomes) {
        if (!delays.isEmpty() && delays.nextMs() <= nowMs) {
            for (Entry entry : delays.due(nowMs)) {
                if (entry.state == Entry.State.DELAYED && entry.dueMs <= nowMs) {
                    desk.ledger().move(entry, Entry.State.READY);
                    feeds.offerSoft(entry);
                }
            }
        }
        if (!expiries.isEmpty() && expiries.nextMs() <= nowMs) {
            for (Entry entry : expiries.due(nowMs)) {
                if (entry.state == Entry.State.READY || entry.state == Entry.State.DELAYED) {
                    outcomes.expire(entry);
                }
            }
        }
    }

    /** When something happens next; {@link Long#MAX_VALUE} for never. */
    long nextMs() {
        long next = delays.isEmpty() ? Long.MAX_VALUE : delays.nextMs();
        return expiries.isEmpty() ? next : Math.min(next, expiries.nextMs());
    }
}
