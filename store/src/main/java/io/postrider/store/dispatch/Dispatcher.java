// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.command.Command;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerInfo;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.DeliverySink;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.port.PartitionInfo;
import io.postrider.api.selector.Selector;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Decides who gets which message of one queue or subscription next. Owned by the shard's thread; time comes from {@link
 * Proposals}.
 *
 * <p><b>What it holds.</b> An {@link Entry} for each message that is read ahead or out with a consumer, and for each non-durable one, which
 * lives only here. All other messages are on disk, and {@link Backlog} fetches them when a {@link Feed} runs low.
 *
 * <p><b>Life of an entry.</b> READY, OUT with a consumer, ENDING once its outcome is proposed to the log, DONE when that is applied.
 * A failing outcome pauses the consumer until it is applied, so that nothing overtakes the message on its way back. Non-durable
 * messages skip ENDING. A released message is READY again at once: nothing durable changes.
 *
 * <p><b>Pumping</b> happens at the end of a turn ({@link #pump}), never from inside a call, so sinks may call back freely.
 */
public final class Dispatcher {
    /** What a dispatcher is made of. */
    public record Parts(
            MessageInspector inspector,
            Proposals proposals,
            MemoryBudget budget,
            Counters totals,
            ConsumerIds consumerIds) {}

    private final AddressState address;
    private final @Nullable SubscriptionState durable;
    private final Proposals proposals;
    private final MemoryBudget budget;
    private final Counters counters;
    private final Ledger ledger;
    private final Desk desk;
    private final Feeds feeds;
    private final SoftMessages soft;
    private final Returns returns;
    private final Applied applied;
    private final Roster roster;
    private final Removals removals;
    private final Sharing sharing;
    private final ConsumerIds consumerIds;
    private final Outcomes outcomes;
    private final @Nullable Stored stored;
    private final Handout handout;
    private final Views views;
    private final Pending settles = new Pending();
    private final Pending expiries = new Pending();
    private boolean isAwake;
    private boolean isDiscarded;
    private int inTransactions;
    private boolean isSpilling;
    private boolean hasMoved;
    private long wakesAtMs;

    /** @param durable null for a volatile subscription, all of whose messages are soft */
    public Dispatcher(AddressState address, @Nullable SubscriptionState durable, Parts parts) {
        this.address = address;
        this.durable = durable;
        this.proposals = parts.proposals();
        this.budget = parts.budget();
        this.desk = new Desk(this, address, durable, parts);
        this.counters = desk.counters();
        this.ledger = desk.ledger();
        this.feeds = new Feeds(desk);
        this.soft = new SoftMessages(desk, feeds);
        this.returns = new Returns(desk, feeds, soft);
        this.applied = new Applied(desk, feeds, returns);
        this.roster = new Roster(desk);
        this.removals = new Removals(desk);
        this.consumerIds = parts.consumerIds();
        this.sharing = Sharing.of(desk, feeds, roster);
        this.outcomes = new Outcomes(this, ledger, proposals, counters, parts.totals(), parts.inspector());
        this.stored = durable == null ? null : stored(durable, parts);
        this.handout = new Handout(desk, roster, returns, soft, outcomes, sharing, stored);
        this.views = new Views(desk, roster, stored == null ? null : stored.waiting());
        scheduleWake();
    }

    private Stored stored(SubscriptionState subscription, Parts parts) {
        Waiting waiting = new Waiting(subscription, proposals);
        Backlog backlog =
                new Backlog(this, subscription, parts, ledger, desk.late(), waiting, desk.ending(), desk.exclusions());
        Sweeper sweeper =
                new Sweeper(this, subscription, ledger, proposals, outcomes, waiting, parts.inspector(), desk.ending());
        return new Stored(waiting, backlog, sweeper);
    }

    public AddressState address() {
        return address;
    }

    /** The durable subscription behind it, or null. */
    public @Nullable SubscriptionState durable() {
        return durable;
    }

    /** The durable subscription, where there is one. */
    SubscriptionState subscription() {
        if (durable == null) {
            throw new IllegalStateException("Expected a durable subscription on '"
                    + address.definition().key() + "'");
        }
        return durable;
    }

    // ---- what is told of it

    public Counters counters() {
        return counters;
    }

    public int consumerCount() {
        return roster.count();
    }

    /** Messages not done: ready, delayed and unsettled. Exact. */
    public long depth() {
        return (durable == null ? 0 : durable.depth()) + ledger.softCount();
    }

    public long readyCount() {
        return depth() - delayedCount() - unsettledCount() - deferredCount();
    }

    public long delayedCount() {
        return (stored == null ? 0 : stored.waiting().count()) + ledger.softDelayedCount();
    }

    /** Put aside by consumers, and not with one that has asked for it. */
    public long deferredCount() {
        if (durable == null || durable.deferrals().isEmpty()) {
            return 0;
        }
        long count = 0;
        for (long offset : durable.deferrals().tokens().keySet()) {
            count += isTaken(offset) ? 0 : 1;
        }
        return count;
    }

    public long unsettledCount() {
        return ledger.unsettledCount()
                + (desk.ending().isEmpty() ? 0 : desk.ending().getLongCardinality());
    }

    public long bytes() {
        return ledger.softBytes() + (durable == null ? 0 : durable.bytes());
    }

    /** Bytes of its messages that are in no log. */
    public long softBytes() {
        return ledger.softBytes();
    }

    /** Bytes in the heap that {@link #unload} would free at the most. */
    public long unloadableBytes() {
        return ledger.heldBytes();
    }

    /** Whether non-durable messages go to the log for now, because memory is short and their order is to be kept. */
    public boolean isSpilling() {
        if (durable == null) {
            return false;
        }
        if (isSpilling) {
            isSpilling = durable.depth() > 0;
        } else if (budget.isSoftOver()) {
            isSpilling = true;
        }
        return isSpilling;
    }

    /** Whether any consumer takes messages (browsers do not). */
    public boolean hasTakers() {
        return roster.hasTakers();
    }

    /** Itself at this moment, for those who explain. */
    public QueueView view() {
        return views.queue(returns.isPausing());
    }

    /** Where a message of the log stands; only where the subscription is durable. */
    public PlaceView place(long offset) {
        return views.place(offset);
    }

    /** The first offsets of the log that are ready; only where the subscription is durable. */
    public long[] readyOffsets(int max) {
        return views.readyOffsets(max);
    }

    /** @param subscription what operators call it */
    public List<ConsumerInfo> consumers(String subscription) {
        return new ConsumerReport(desk, feeds, roster, sharing).consumers(subscription);
    }

    public List<PartitionInfo> partitions() {
        return new ConsumerReport(desk, feeds, roster, sharing).partitions();
    }

    // ---- what the runner collects

    /** Remembers that it will be pumped; returns false if it was to be already. */
    public boolean setAwake(boolean awake) {
        boolean changed = isAwake != awake;
        isAwake = awake;
        return changed;
    }

    /** Offsets accepted and not yet in a command; the runner builds it. */
    public Pending settles() {
        return settles;
    }

    /** Offsets expired and not yet in a command; the runner builds it. */
    public Pending expiries() {
        return expiries;
    }

    /** The command that says how far messages were shown, to ride the next batch; null if nothing is new. */
    public @Nullable Command takeMark() {
        return handout.shown().takeMark();
    }

    /** Whether a timer is needed to wake it at a time; remembers that there is one then. */
    public boolean isWakeNeeded(long timeMs) {
        if (wakesAtMs != 0 && wakesAtMs <= timeMs) {
            return false;
        }
        wakesAtMs = timeMs;
        return true;
    }

    /** The timer for this time has gone off. */
    public void woken(long timeMs) {
        if (wakesAtMs == timeMs) {
            wakesAtMs = 0;
        }
    }

    // ---- messages come

    /** A durable message this subscription wants was applied. */
    public void published(long offset, Message message) {
        if (stored == null) {
            return;
        }
        counters.published++;
        long nowMs = proposals.nowMs();
        if (message.expiresAtMs() != Message.NEVER) {
            stored.sweeper().arrived(offset, message.expiresAtMs());
            proposals.wakeAt(this, stored.sweeper().nextMs());
        }
        if (message.deliverAtMs() > nowMs) {
            stored.waiting().addFar(offset, message.deliverAtMs(), nowMs);
            proposals.wakeAt(this, stored.waiting().nextMs());
            return;
        }
        feeds.arrived(offset, message, stored.backlog());
        proposals.wake(this);
    }

    /** A message that is in no log arrived. */
    public void publishedSoft(Message message) {
        counters.published++;
        soft.published(message);
    }

    // ---- consumers come and go

    /** Adds a consumer without credit. */
    public Consumption attach(ConsumerRequest request, @Nullable Selector selector, DeliverySink sink) {
        boolean isBrowser = request.mode() == ConsumerRequest.Mode.BROWSE;
        Feed feed = request.deferralTokens().isEmpty()
                ? feeds.join(selector, isBrowser)
                : feeds.join(selector, request.deferralTokens(), stored);
        Consumption consumer = new Consumption(consumerIds.next(), request, sink, feed);
        roster.add(consumer);
        sharing.joined(consumer);
        return consumer;
    }

    /** A consumer goes; what it held is given back as {@code how} says. */
    public void detach(Consumption consumer, Consumer.Close how) {
        if (consumer.isClosed) {
            return;
        }
        consumer.isClosed = true;
        roster.remove(consumer);
        sharing.left(consumer);
        boolean isOldest = true;
        for (Entry entry : consumer.unsettled.sorted()) {
            consumer.unsettled.remove(entry.deliveryId);
            if (entry.provisional != null) {
                continue; // it is with the transaction from now on
            }
            if (how != Consumer.Close.LOST) {
                end(consumer, entry, consumer.request.defaultOutcome());
            } else if (isOldest) {
                end(consumer, entry, Outcome.FAILED);
            } else {
                doubt(entry);
                giveBack(entry);
            }
            isOldest = false;
        }
        feeds.leave(consumer.feed);
        proposals.wake(this);
    }

    /** Its consumer may have seen it; to be known even when the entry is not held any more. */
    private void doubt(Entry entry) {
        entry.isInDoubt = true;
        if (entry.isDurable() && stored != null) {
            stored.backlog().doubt(entry.offset);
        }
    }

    /** Ends every consumer: the address or subscription is gone, or the log has failed. */
    public void closeAll(Rejection reason) {
        roster.all().forEach(consumer -> consumer.isClosed = true);
        roster.all().forEach(sharing::left);
        roster.closeAll(reason);
    }

    public void credit(Consumption consumer, long limit, boolean drain) {
        consumer.limit = limit;
        consumer.isDraining = drain;
        proposals.wake(this);
    }

    /** A consumer is still at work on a delivery: its lease begins again. */
    public void renew(Consumption consumer, long deliveryId) {
        Entry entry = consumer.unsettled.get(deliveryId);
        if (entry != null) {
            sharing.leases().begin(entry, proposals.nowMs());
        }
    }

    /** What stays together, of a message that comes into memory. */
    long keyOf(Message message) {
        return sharing.keying().keyOf(message);
    }

    /** What decides about who gets messages has changed. */
    public void rulesChanged() {
        proposals.wake(this);
    }

    // ---- what operators do

    /** Lets a consumer have nothing, or again what is its own. Returns false if it has no consumer of this number. */
    public boolean pauseConsumer(long id, boolean isPaused) {
        for (Consumption consumer : roster.all()) {
            if (consumer.id == id) {
                consumer.isPaused = isPaused;
                proposals.wake(this);
                return true;
            }
        }
        return false;
    }

    /** Drops the messages that are in no log and not with a consumer; returns how many. */
    public long purgeSoft() {
        return soft.purge();
    }

    /** The command that removes every message of the log up to now, except those with a consumer or whose end is proposed. */
    public Command purge() {
        return removals.purge(subscription(), address.log().end());
    }

    /** The same up to an offset. */
    public Command purge(long upToExclusive) {
        return removals.purge(subscription(), upToExclusive);
    }

    /** Takes a message of the log out of dispatch, for a command that ends it; false unless it is ready. */
    public boolean claim(long offset) {
        return stored != null && removals.claim(offset, subscription(), stored);
    }

    /** Its command was refused: the message is where it was. */
    public void unclaim(long offset) {
        Entry held = ledger.get(offset);
        if (held != null && held.state == Entry.State.ENDING) {
            giveBack(held);
        } else if (stored != null && durable != null && durable.wants(offset)) {
            desk.ending().removeLong(offset);
            stored.backlog().lookAgain(feeds.all(), offset);
            proposals.wake(this);
        }
    }

    /** Whether a message of the log is with a consumer, or about to leave. */
    public boolean isTaken(long offset) {
        return removals.isTaken(offset);
    }

    /** Gives some messages to nobody until they are settled or requeued: a prepared transaction holds them since before the restart. */
    public void hold(OffsetRanges offsets) {
        removals.hold(offsets, subscription());
    }

    /** Whether it was pumped since this was last asked. */
    public boolean hasMoved() {
        boolean moved = hasMoved;
        hasMoved = false;
        return moved;
    }

    /** Lets go of messages that can be read again; feeds read them again when they are asked for. */
    public void unload() {
        feeds.unload();
    }

    /** Gives up what it holds: its subscription is gone. */
    public void discard() {
        isDiscarded = true;
        feeds.close();
        ledger.discard();
        settles.clear();
        expiries.clear();
    }

    // ---- messages go

    /** Ends a delivery. */
    public void settle(Consumption consumer, long deliveryId, Outcome outcome, boolean confirm) {
        Entry entry = consumer.unsettled.remove(deliveryId);
        if (entry == null) {
            if (confirm && !consumer.isClosed) {
                consumer.sink.settled(deliveryId);
            }
            return;
        }
        if (entry.provisional != null) {
            consumer.unsettled.put(entry); // the transaction decides
            return;
        }
        entry.isConfirmWanted = confirm;
        outcomes.end(consumer, entry, outcome, proposals);
    }

    /**
     * Says what a transaction will make of a delivery.
     *
     * @param confirm whether the peer keeps the delivery until the transaction ends
     * @return null if there is nothing new to end: the delivery is unknown, is known to be a part of this transaction, or is one of another
     */
    public @Nullable Provisional join(
            Object transaction, Consumption consumer, long deliveryId, Outcome outcome, boolean confirm) {
        Entry entry = consumer.unsettled.remove(deliveryId);
        if (entry == null) {
            return null;
        }
        Provisional known = entry.provisional;
        boolean isForeign = known != null && !known.isOf(transaction);
        if (confirm || isForeign) {
            consumer.unsettled.put(entry);
        }
        if (isForeign) {
            return null;
        }
        Provisional joined = known == null ? new Provisional(this, consumer, entry, transaction) : known;
        joined.become(outcome, confirm);
        if (known != null) {
            return null;
        }
        inTransactions++;
        return joined;
    }

    void leftTransaction() {
        inTransactions--;
    }

    /** Whether a transaction holds messages of it. */
    public boolean isInTransaction() {
        return inTransactions > 0;
    }

    boolean isDiscarded() {
        return isDiscarded;
    }

    void end(Consumption consumer, Entry entry, Outcome outcome) {
        outcomes.end(consumer, entry, outcome, proposals);
    }

    void end(Consumption consumer, Entry entry, Outcome outcome, Ends ends) {
        outcomes.end(consumer, entry, outcome, ends);
    }

    void exclude(Consumption consumer, Entry entry) {
        entry.exclude(consumer);
        if (entry.isDurable() && entry.excluded() != null) {
            desk.exclusions().put(entry.offset, entry.excluded());
        }
    }

    /** Whether any consumer could be given a message. */
    boolean canAnyTake(Entry entry) {
        return roster.canAnyTake(entry);
    }

    /** Holds back what could overtake until the log has decided: the consumer, or everybody when the consumer is gone. */
    void pause(Consumption consumer, Entry entry) {
        returns.pause(consumer, entry);
    }

    void confirm(Entry entry) {
        entry.confirm();
    }

    /** Back to its place, or to its waiting. */
    void giveBack(Entry entry) {
        returns.giveBack(entry, stored);
    }

    void finishSoft(Entry entry) {
        soft.finish(entry);
    }

    // ---- the log has decided

    /** A settle was applied. */
    public void settled(long offset) {
        applied.settled(offset, stored);
    }

    public void deadLettered(long offset) {
        applied.deadLettered(offset, stored);
    }

    public void expired(long offset) {
        applied.expired(offset, stored);
    }

    /** A newer message took the place of one: it ends, whoever has it. */
    public void displaced(long offset) {
        applied.finish(offset, stored);
    }

    /** Everything below an offset was removed, except what was out when it was proposed. */
    public void purged(long upToExclusive) {
        removals.purged();
        if (durable != null && stored != null) {
            applied.purged(upToExclusive, durable, stored);
        }
    }

    /** A message was put aside: it goes to those only who ask for its token. */
    public void deferred(Command.Defer command) {
        if (durable != null && stored != null) {
            applied.deferred(command, durable, stored);
        }
    }

    /** What was put aside is back in its place. */
    public void deferredReturned(Roaring64Bitmap offsets) {
        if (stored != null) {
            applied.deferredReturned(offsets, stored);
        }
    }

    /** Messages at or above an offset are back that were done. What is out with a consumer stays there. */
    public void rewound(long firstOffset) {
        if (stored != null) {
            stored.backlog().rewound(feeds.all(), firstOffset);
            stored.sweeper().again();
            scheduleWake();
            proposals.wake(this);
        }
    }

    /** A requeue was applied: the message is back with its new record. */
    public void requeued(Command.Requeue command) {
        if (durable != null && stored != null) {
            applied.requeued(command, durable, stored);
        }
    }

    // ---- pumping

    /** Hands out what can be handed out. Called at the end of a turn. */
    public void pump() {
        long nowMs = proposals.nowMs();
        hasMoved = true;
        runSchedules(nowMs);
        handout.run(nowMs);
    }

    private void runSchedules(long nowMs) {
        if (stored != null) {
            ripen(stored.waiting(), nowMs);
            if (stored.sweeper().nextMs() <= nowMs) {
                stored.sweeper().sweep(nowMs);
            }
        }
        soft.run(nowMs, outcomes);
        sharing.leases().run(nowMs);
        sharing.slow().run(nowMs);
        scheduleWake();
    }

    /** Messages that waited become ready. */
    private void ripen(Waiting waiting, long nowMs) {
        if (waiting.nextMs() > nowMs) {
            return;
        }
        waiting.ripen(nowMs, () -> proposals.wake(this));
        for (Roaring64Bitmap due = waiting.due(nowMs); due != null; due = waiting.due(nowMs)) {
            desk.late().add(address.log().end() - 1, soft.nextSequence(), due);
            feeds.lookAgain();
        }
    }

    private void scheduleWake() {
        long next = Math.min(
                stored == null ? Long.MAX_VALUE : stored.nextMs(),
                Math.min(soft.nextMs(), sharing.leases().nextMs()));
        if (next != Long.MAX_VALUE) {
            proposals.wakeAt(this, next);
        }
    }
}
