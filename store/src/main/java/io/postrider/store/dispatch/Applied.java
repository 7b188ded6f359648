// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.command.Command;
import io.postrider.api.message.Annotations;
import io.postrider.store.queue.Bitmaps;
import io.postrider.store.queue.SubscriptionState;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.LongIterator;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** What the log has decided about the messages of one dispatcher. Owned by the shard's thread. */
final class Applied {
    private final Desk desk;
    private final Feeds feeds;
    private final Returns returns;

    Applied(Desk desk, Feeds feeds, Returns returns) {
        this.desk = desk;
        this.feeds = feeds;
        this.returns = returns;
    }

    /** A settle was applied. */
    void settled(long offset, @Nullable Stored stored) {
        Entry entry = finish(offset, stored);
        Consumption consumer = entry == null ? null : entry.atMostOnceTo;
        if (entry != null && consumer != null && !consumer.isClosed) {
            consumer.handovers--;
            consumer.sink.deliver(entry.deliveryId, desk.shown(entry), entry.deliveryCount());
            desk.wake();
        }
    }

    void deadLettered(long offset, @Nullable Stored stored) {
        desk.counters().deadLettered++;
        desk.totals().deadLettered++;
        finish(offset, stored);
    }

    void expired(long offset, @Nullable Stored stored) {
        desk.counters().expired++;
        desk.totals().expired++;
        finish(offset, stored);
    }

    /** A message is done, whoever has it. Returns what was held of it. */
    @Nullable
    Entry finish(long offset, @Nullable Stored stored) {
        if (stored != null) {
            stored.finished(offset);
        }
        if (!desk.exclusions().isEmpty()) {
            desk.exclusions().remove(offset);
        }
        Entry entry = desk.ledger().get(offset);
        if (entry == null) {
            return null;
        }
        Consumption owner = entry.owner;
        if (entry.state == Entry.State.OUT && owner != null) {
            owner.unsettled.remove(entry.deliveryId); // purged under its hands
        }
        desk.ledger().remove(entry);
        returns.resume(entry);
        entry.confirm();
        return entry;
    }

    /** Everything below an offset was removed, except what was out when it was proposed. */
    void purged(long upToExclusive, SubscriptionState durable, Stored stored) {
        for (Entry entry : desk.ledger().sorted()) {
            if (entry.isDurable() && !durable.wants(entry.offset)) {
                finish(entry.offset, stored);
            }
        }
        desk.late().purged(durable);
        stored.waiting().purged();
        feeds.purged(durable);
        desk.exclusions().keySet().removeIf(offset -> !durable.wants(offset));
        Bitmaps.removeBelow(desk.ending(), upToExclusive);
    }

    /** A message was put aside: it goes to those only who ask for its token. */
    void deferred(Command.Defer command, SubscriptionState durable, Stored stored) {
        Entry entry = desk.ledger().get(command.offset());
        if (entry == null) {
            stored.backlog().lookAgain(feeds.all(), command.offset());
            desk.wake();
            return;
        }
        settleRecord(entry, durable, command.merge());
        if (entry.state == Entry.State.ENDING) {
            returns.giveBack(entry, stored);
        }
    }

    /** What was put aside is back in its place. */
    void deferredReturned(Roaring64Bitmap offsets, Stored stored) {
        LongIterator each = Bitmaps.each(offsets);
        while (each.hasNext()) {
            stored.backlog().lookAgain(feeds.all(), each.next());
        }
        desk.wake();
    }

    private void settleRecord(Entry entry, SubscriptionState durable, Annotations merge) {
        entry.attempts = durable.redeliveries().attempts(entry.offset);
        entry.isInDoubt &= entry.attempts == 0; // a counted attempt stands for it
        if (entry.message != null) {
            entry.message = entry.message.withAdded(merge);
        }
        returns.resume(entry);
        entry.confirm();
    }

    /** A requeue was applied: the message is back with its new record. */
    void requeued(Command.Requeue command, SubscriptionState durable, Stored stored) {
        Entry entry = desk.ledger().get(command.offset());
        if (entry == null) {
            releaseHeld(command.offset(), stored);
            return;
        }
        settleRecord(entry, durable, command.merge());
        if (entry.state != Entry.State.ENDING) {
            return;
        }
        if (command.notBeforeMs() > desk.nowMs()) {
            desk.ledger().remove(entry);
            stored.waiting().add(entry.offset, command.notBeforeMs());
            desk.wakeAt(command.notBeforeMs());
        } else {
            returns.giveBack(entry, stored);
        }
    }

    /** A message that a prepared transaction held since before a restart is back. */
    private void releaseHeld(long offset, Stored stored) {
        if (!desk.ending().isEmpty() && desk.ending().contains(offset)) {
            desk.ending().removeLong(offset);
            stored.waiting().add(offset, desk.nowMs());
            desk.wake();
        }
    }
}
