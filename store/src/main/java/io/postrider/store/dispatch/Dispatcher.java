// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.command.Command;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.DeliverySink;
import io.postrider.api.port.MessageInspector;
import io.postrider.api.selector.Selector;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.Bitmaps;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.LongIterator;
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
    public record Parts(MessageInspector inspector, Proposals proposals, MemoryBudget budget, Counters totals) {}

    private final AddressState address;
    private final @Nullable SubscriptionState durable;
    private final MessageInspector inspector;
    private final Proposals proposals;
    private final MemoryBudget budget;
    private final Counters totals;
    private final Counters counters = new Counters();
    private final Ledger ledger;
    private final LateLane late = new LateLane();
    private final Roaring64Bitmap ending = new Roaring64Bitmap();
    private final Map<Long, List<Consumption>> exclusions = new HashMap<>();
    private final Outcomes outcomes;
    private final @Nullable Waiting waiting;
    private final @Nullable Backlog backlog;
    private final @Nullable Sweeper sweeper;
    private final Views views;
    private final Schedule softDelays = new Schedule();
    private final Schedule softExpiries = new Schedule();

    private final Map<String, Feed> feedBySelector = new HashMap<>();
    private final List<Feed> feeds = new ArrayList<>();
    private final Feed everything;
    private final List<Consumption> consumers = new ArrayList<>();
    private final Pending settles = new Pending();
    private final Pending expiries = new Pending();
    /** Bytes that each purge on its way takes: a later one does not take them again. */
    private final Deque<Long> purgingBytes = new ArrayDeque<>();

    private int selectorFeeds;
    private int nextConsumer;
    private int pauses;
    private long nextSequence = 1;
    private long shownUpTo;
    private long markedUpTo;
    private boolean isMarked;
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
        this.inspector = parts.inspector();
        this.proposals = parts.proposals();
        this.budget = parts.budget();
        this.totals = parts.totals();
        this.ledger = new Ledger(budget);
        this.outcomes = new Outcomes(this, ledger, proposals, counters, totals, inspector);
        this.everything = newFeed(null, false, Set.of());
        feeds.add(everything);
        if (durable == null) {
            waiting = null;
            backlog = null;
            sweeper = null;
            views = new Views(this, ledger, null, ending, consumers);
            return;
        }
        waiting = new Waiting(durable, proposals);
        backlog = new Backlog(this, durable, parts, ledger, late, waiting, ending, exclusions);
        sweeper = new Sweeper(this, durable, ledger, proposals, outcomes, waiting, ending);
        views = new Views(this, ledger, waiting, ending, consumers);
        shownUpTo = durable.dispatchedUpTo();
        markedUpTo = shownUpTo;
        scheduleWake();
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
        return consumers.size();
    }

    /** Messages not done: ready, delayed and unsettled. Exact. */
    public long depth() {
        return (durable == null ? 0 : durable.depth()) + ledger.softCount();
    }

    public long readyCount() {
        return depth() - delayedCount() - unsettledCount() - deferredCount();
    }

    public long delayedCount() {
        return (waiting == null ? 0 : waiting.count()) + ledger.softDelayedCount();
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
        return ledger.unsettledCount() + (ending.isEmpty() ? 0 : ending.getLongCardinality());
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
        return consumers.stream().anyMatch(consumer -> !consumer.isBrowser());
    }

    /** Itself at this moment, for those who explain. */
    public QueueView view() {
        return views.queue(pauses > 0);
    }

    /** Where a message of the log stands; only where the subscription is durable. */
    public PlaceView place(long offset) {
        return views.place(offset);
    }

    /** The first offsets of the log that are ready; only where the subscription is durable. */
    public long[] readyOffsets(int max) {
        return views.readyOffsets(max);
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
        isMarked = false;
        if (durable == null || shownUpTo <= markedUpTo) {
            return null;
        }
        markedUpTo = shownUpTo;
        return new Command.MarkDispatched(durable.id(), durable.epoch(), shownUpTo);
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
        if (backlog == null || waiting == null || sweeper == null) {
            return;
        }
        counters.published++;
        long nowMs = proposals.nowMs();
        if (message.expiresAtMs() != Message.NEVER) {
            sweeper.arrived(offset, message.expiresAtMs());
            proposals.wakeAt(this, sweeper.nextMs());
        }
        if (message.deliverAtMs() > nowMs) {
            waiting.addFar(offset, message.deliverAtMs(), nowMs);
            proposals.wakeAt(this, waiting.nextMs());
            return;
        }
        MessageInspector.Fields fields = selectorFeeds > 0 ? inspector.open(message) : null;
        for (int i = 0; i < feeds.size(); i++) {
            backlog.arrived(feeds.get(i), offset, message, fields);
        }
        proposals.wake(this);
    }

    /** A message that is in no log arrived. */
    public void publishedSoft(Message message) {
        counters.published++;
        Entry entry = new Entry(ledger.nextSoftOffset(), address.log().end() - 1, nextSequence++, message);
        ledger.add(entry);
        if (message.expiresAtMs() != Message.NEVER) {
            softExpiries.add(message.expiresAtMs(), entry);
            proposals.wakeAt(this, message.expiresAtMs());
        }
        entry.dueMs = message.deliverAtMs();
        if (entry.dueMs > proposals.nowMs()) {
            delaySoft(entry);
        } else {
            offerSoft(entry);
        }
        proposals.wake(this);
    }

    private void delaySoft(Entry entry) {
        ledger.move(entry, Entry.State.DELAYED);
        softDelays.add(entry.dueMs, entry);
        proposals.wakeAt(this, entry.dueMs);
    }

    private void offerSoft(Entry entry) {
        MessageInspector.Fields fields = selectorFeeds > 0 ? inspector.open(entry.body()) : null;
        for (int i = 0; i < feeds.size(); i++) {
            Feed feed = feeds.get(i);
            if (feed.takes(null) && feed.matches(fields)) {
                Level level = feed.level(entry.priority);
                if (level.softCount() > 2 * ledger.softCount() + Backlog.WINDOW) {
                    level.compact(ledger);
                }
                level.addSoft(entry);
            }
        }
    }

    // ---- consumers come and go

    private Feed newFeed(@Nullable Selector selector, boolean isBrowser, Set<String> tokens) {
        Feed feed = new Feed(selector, isBrowser, tokens, durable == null ? 0 : durable.cursor(), durable == null);
        if (durable != null && durable.depth() == 0) {
            feed.level(Message.PRIORITY_DEFAULT).isCaughtUp = true;
        }
        return feed;
    }

    /** Adds a consumer without credit. */
    public Consumption attach(ConsumerRequest request, @Nullable Selector selector, DeliverySink sink) {
        boolean isBrowser = request.mode() == ConsumerRequest.Mode.BROWSE;
        Feed feed = request.deferralTokens().isEmpty()
                ? feedFor(selector, isBrowser)
                : feedFor(selector, request.deferralTokens());
        Consumption consumer = new Consumption(request, sink, feed);
        consumer.feed.consumers++;
        consumers.add(consumer);
        return consumer;
    }

    /** A feed of its own, of what was put aside under some tokens. */
    private Feed feedFor(@Nullable Selector selector, Set<String> tokens) {
        Feed feed = newFeed(selector, false, tokens);
        feeds.add(feed);
        selectorFeeds += selector == null ? 0 : 1;
        if (durable != null && backlog != null) {
            for (Map.Entry<Long, String> aside : durable.deferrals().tokens().entrySet()) {
                if (tokens.contains(aside.getValue())) {
                    backlog.lookAgain(List.of(feed), aside.getKey());
                }
            }
        }
        return feed;
    }

    private Feed feedFor(@Nullable Selector selector, boolean isBrowser) {
        if (!isBrowser) {
            Feed known = selector == null ? everything : feedBySelector.get(selector.text());
            if (known != null) {
                return known;
            }
        }
        Feed feed = newFeed(selector, isBrowser, Set.of());
        for (Entry entry : ledger.sorted()) {
            // Numbers of soft messages fall, so the newest comes first: the sorted set puts them right.
            if (!entry.isDurable()
                    && entry.state == Entry.State.READY
                    && feed.matches(selector == null ? null : inspector.open(entry.body()))) {
                feed.level(entry.priority).addReturned(entry, ledger);
            }
        }
        feeds.add(feed);
        if (selector != null) {
            selectorFeeds++;
            if (!isBrowser) {
                feedBySelector.put(selector.text(), feed);
            }
        }
        return feed;
    }

    /** A consumer goes; what it held is given back as {@code how} says. */
    public void detach(Consumption consumer, Consumer.Close how) {
        if (consumer.isClosed) {
            return;
        }
        consumer.isClosed = true;
        consumers.remove(consumer);
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
        leave(consumer.feed);
        proposals.wake(this);
    }

    /** Its consumer may have seen it; to be known even when the entry is not held any more. */
    private void doubt(Entry entry) {
        entry.isInDoubt = true;
        if (entry.isDurable() && backlog != null) {
            backlog.doubt(entry.offset);
        }
    }

    private void leave(Feed feed) {
        feed.consumers--;
        if (feed.consumers > 0 || feed == everything) {
            return;
        }
        feeds.remove(feed);
        if (feed.selector != null) {
            selectorFeeds--;
            if (!feed.isBrowser && feed.tokens.isEmpty()) {
                feedBySelector.remove(feed.selector.text());
            }
        }
        feed.close(ledger);
    }

    /** Ends every consumer: the address or subscription is gone, or the log has failed. */
    public void closeAll(Rejection reason) {
        for (Consumption consumer : List.copyOf(consumers)) {
            consumer.isClosed = true;
            consumer.unsettled.clear(); // what it still says of them ends nothing
            consumer.sink.closed(reason);
        }
        consumers.clear();
    }

    public void credit(Consumption consumer, long limit, boolean drain) {
        consumer.limit = limit;
        consumer.isDraining = drain;
        proposals.wake(this);
    }

    // ---- what operators do

    /** Drops the messages that are in no log and not with a consumer; returns how many. */
    public long purgeSoft() {
        long count = 0;
        for (Entry entry : ledger.sorted()) {
            if (!entry.isDurable() && (entry.state == Entry.State.READY || entry.state == Entry.State.DELAYED)) {
                finishSoft(entry);
                count++;
            }
        }
        return count;
    }

    /** The command that removes every message of the log up to now, except those with a consumer or whose end is proposed. */
    public Command purge() {
        OffsetRanges.Builder out = new OffsetRanges.Builder();
        long removedBytes = subscription().bytes();
        for (long bytes : purgingBytes) {
            removedBytes -= bytes;
        }
        for (Entry entry : ledger.sorted()) {
            if (entry.isDurable() && (entry.state == Entry.State.OUT || entry.state == Entry.State.ENDING)) {
                out.add(entry.offset);
                removedBytes -= entry.sizeBytes;
            }
        }
        removedBytes = Math.max(0, removedBytes);
        purgingBytes.add(removedBytes);
        return new Command.Purge(subscription().id(), address.log().end(), out.build(), removedBytes);
    }

    /** Takes a message of the log out of dispatch, for a command that ends it; false unless it is ready. */
    public boolean claim(long offset) {
        if (durable == null || waiting == null || !durable.wants(offset)) {
            return false;
        }
        Entry held = ledger.get(offset);
        if (held == null) {
            return !waiting.contains(offset) && addEnding(offset);
        }
        if (held.state != Entry.State.READY) {
            return false;
        }
        ledger.move(held, Entry.State.ENDING);
        return true;
    }

    /** Whether a message of the log is with a consumer, or about to leave. */
    public boolean isTaken(long offset) {
        Entry held = ledger.get(offset);
        return ending.contains(offset)
                || (held != null && (held.state == Entry.State.OUT || held.state == Entry.State.ENDING));
    }

    private boolean addEnding(long offset) {
        if (ending.contains(offset)) {
            return false;
        }
        ending.addLong(offset);
        return true;
    }

    /** Its command was refused: the message is where it was. */
    public void unclaim(long offset) {
        Entry held = ledger.get(offset);
        if (held != null && held.state == Entry.State.ENDING) {
            giveBack(held);
        } else if (backlog != null && durable != null && durable.wants(offset)) {
            ending.removeLong(offset);
            backlog.lookAgain(feeds, offset);
            proposals.wake(this);
        }
    }

    /** Whether it was pumped since this was last asked. */
    public boolean hasMoved() {
        boolean moved = hasMoved;
        hasMoved = false;
        return moved;
    }

    /** Gives some messages to nobody until they are settled or requeued: a prepared transaction holds them since before the restart. */
    public void hold(OffsetRanges offsets) {
        for (int range = 0; range < offsets.rangeCount(); range++) {
            for (long offset = offsets.first(range); offset <= offsets.last(range); offset++) {
                if (subscription().wants(offset)) {
                    ending.addLong(offset);
                }
            }
        }
    }

    /** Lets go of messages that can be read again; feeds read them again when they are asked for. */
    public void unload() {
        feeds.forEach(feed -> feed.unload(ledger, address.log().end()));
    }

    /** Gives up what it holds: its subscription is gone. */
    public void discard() {
        isDiscarded = true;
        feeds.forEach(feed -> feed.close(ledger));
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
            exclusions.put(entry.offset, entry.excluded());
        }
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
                        || consumer.feed.matches(inspector.open(message)));
    }

    /** Holds back what could overtake until the log has decided: the consumer, or everybody when the consumer is gone. */
    void pause(Consumption consumer, Entry entry) {
        ledger.move(entry, Entry.State.ENDING);
        entry.owner = consumer;
        if (consumer.isClosed) {
            pauses++;
        } else {
            consumer.pauses++;
        }
        entry.isPausing = true;
    }

    private void resume(Entry entry) {
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
        proposals.wake(this);
    }

    void confirm(Entry entry) {
        Consumption consumer = entry.owner;
        if (entry.isConfirmWanted && consumer != null && !consumer.isClosed) {
            consumer.sink.settled(entry.deliveryId);
        }
        entry.isConfirmWanted = false;
    }

    /** Back to its place, or to its waiting. */
    void giveBack(Entry entry) {
        entry.owner = null;
        proposals.wake(this);
        if (!entry.isDurable() && entry.dueMs > proposals.nowMs()) {
            delaySoft(entry);
            return;
        }
        if (entry.message == null && backlog != null) {
            backlog.returned(feeds, entry);
            return;
        }
        String token = durable == null || !entry.isDurable()
                ? null
                : durable.deferrals().token(entry.offset);
        if (token != null && feeds.stream().noneMatch(feed -> feed.takes(token))) {
            ledger.remove(entry); // until somebody asks for it
            return;
        }
        ledger.move(entry, Entry.State.READY);
        MessageInspector.Fields fields = selectorFeeds > 0 ? inspector.open(entry.body()) : null;
        for (int i = 0; i < feeds.size(); i++) {
            Feed feed = feeds.get(i);
            if (!feed.isBrowser && feed.takes(token) && feed.matches(fields)) {
                feed.level(entry.priority).addReturned(entry, ledger);
            }
        }
    }

    void finishSoft(Entry entry) {
        ledger.remove(entry);
        confirm(entry);
        entry.owner = null;
    }

    // ---- the log has decided

    /** A settle was applied. */
    public void settled(long offset) {
        Entry entry = finish(offset);
        Consumption consumer = entry == null ? null : entry.atMostOnceTo;
        if (entry != null && consumer != null && !consumer.isClosed) {
            consumer.handovers--;
            consumer.sink.deliver(entry.deliveryId, entry.body(), entry.deliveryCount());
            proposals.wake(this);
        }
    }

    public void deadLettered(long offset) {
        counters.deadLettered++;
        totals.deadLettered++;
        finish(offset);
    }

    public void expired(long offset) {
        counters.expired++;
        totals.expired++;
        finish(offset);
    }

    private @Nullable Entry finish(long offset) {
        forget(offset);
        Entry entry = ledger.get(offset);
        if (entry == null) {
            return null;
        }
        Consumption owner = entry.owner;
        if (entry.state == Entry.State.OUT && owner != null) {
            owner.unsettled.remove(entry.deliveryId); // purged under its hands
        }
        ledger.remove(entry);
        resume(entry);
        confirm(entry);
        return entry;
    }

    private void forget(long offset) {
        if (backlog != null && waiting != null) {
            backlog.finished(offset);
            waiting.finished(offset);
        }
        if (!exclusions.isEmpty()) {
            exclusions.remove(offset);
        }
    }

    /** Everything below an offset was removed, except what was out when it was proposed. */
    public void purged(long upToExclusive) {
        purgingBytes.poll();
        if (durable == null || waiting == null) {
            return;
        }
        for (Entry entry : ledger.sorted()) {
            if (entry.isDurable() && !durable.wants(entry.offset)) {
                finish(entry.offset);
            }
        }
        late.purged(durable);
        waiting.purged();
        feeds.forEach(feed -> feed.purged(durable));
        exclusions.keySet().removeIf(offset -> !durable.wants(offset));
        Bitmaps.removeBelow(ending, upToExclusive);
    }

    /** A message was put aside: it goes to those only who ask for its token. */
    public void deferred(Command.Defer command) {
        Entry entry = ledger.get(command.offset());
        if (entry != null && durable != null) {
            settleRecord(entry, durable, command.merge());
            if (entry.state == Entry.State.ENDING) {
                giveBack(entry);
            }
        } else if (backlog != null) {
            backlog.lookAgain(feeds, command.offset());
            proposals.wake(this);
        }
    }

    /** What was put aside is back in its place. */
    public void deferredReturned(Roaring64Bitmap offsets) {
        LongIterator each = Bitmaps.each(offsets);
        while (backlog != null && each.hasNext()) {
            backlog.lookAgain(feeds, each.next());
        }
        proposals.wake(this);
    }

    private void settleRecord(Entry entry, SubscriptionState subscription, Annotations merge) {
        entry.attempts = subscription.redeliveries().attempts(entry.offset);
        entry.isInDoubt &= entry.attempts == 0; // a counted attempt stands for it
        if (entry.message != null) {
            entry.message = entry.message.withAdded(merge);
        }
        resume(entry);
        confirm(entry);
    }

    /** A requeue was applied: the message is back with its new record. */
    public void requeued(Command.Requeue command) {
        Entry entry = ledger.get(command.offset());
        if (durable == null || waiting == null) {
            return;
        }
        if (entry == null) {
            if (!ending.isEmpty() && ending.contains(command.offset())) {
                ending.removeLong(command.offset()); // held since a restart
                waiting.add(command.offset(), proposals.nowMs());
                proposals.wake(this);
            }
            return;
        }
        settleRecord(entry, durable, command.merge());
        if (entry.state != Entry.State.ENDING) {
            return;
        }
        if (command.notBeforeMs() > proposals.nowMs()) {
            ledger.remove(entry);
            waiting.add(entry.offset, command.notBeforeMs());
            proposals.wakeAt(this, command.notBeforeMs());
        } else {
            giveBack(entry);
        }
    }

    // ---- pumping

    /** Hands out what can be handed out. Called at the end of a turn. */
    public void pump() {
        long nowMs = proposals.nowMs();
        hasMoved = true;
        runSchedules(nowMs);
        if (pauses == 0) {
            do {
                dispatch(nowMs);
            } while (fillFeeds());
        }
        for (int i = 0; i < consumers.size(); i++) {
            answerDrain(consumers.get(i));
        }
    }

    private void runSchedules(long nowMs) {
        if (waiting != null && waiting.nextMs() <= nowMs) {
            waiting.ripen(nowMs, () -> proposals.wake(this));
            for (Roaring64Bitmap due = waiting.due(nowMs); due != null; due = waiting.due(nowMs)) {
                late.add(address.log().end() - 1, nextSequence++, due);
                lookAgain();
            }
        }
        if (sweeper != null && sweeper.nextMs() <= nowMs) {
            sweeper.sweep(nowMs);
        }
        runSoftSchedules(nowMs);
        scheduleWake();
    }

    private void lookAgain() {
        for (Feed feed : feeds) {
            for (int priority = feed.highest(); priority >= 0; priority--) {
                Level level = feed.existing(priority);
                if (level != null && level.isCaughtUp) {
                    level.isCaughtUp = false;
                    level.scan = address.log().end();
                }
            }
        }
    }

    private void runSoftSchedules(long nowMs) {
        if (!softDelays.isEmpty() && softDelays.nextMs() <= nowMs) {
            for (Entry entry : softDelays.due(nowMs)) {
                if (entry.state == Entry.State.DELAYED && entry.dueMs <= nowMs) {
                    ledger.move(entry, Entry.State.READY);
                    offerSoft(entry);
                }
            }
        }
        if (!softExpiries.isEmpty() && softExpiries.nextMs() <= nowMs) {
            for (Entry entry : softExpiries.due(nowMs)) {
                if (entry.state == Entry.State.READY || entry.state == Entry.State.DELAYED) {
                    outcomes.expire(entry);
                }
            }
        }
    }

    private void scheduleWake() {
        long next = Long.MAX_VALUE;
        if (waiting != null && sweeper != null) {
            next = Math.min(waiting.nextMs(), sweeper.nextMs());
        }
        next = softDelays.isEmpty() ? next : Math.min(next, softDelays.nextMs());
        next = softExpiries.isEmpty() ? next : Math.min(next, softExpiries.nextMs());
        if (next != Long.MAX_VALUE) {
            proposals.wakeAt(this, next);
        }
    }

    private void dispatch(long nowMs) {
        int idle = 0;
        while (idle < consumers.size()) {
            if (nextConsumer >= consumers.size()) {
                nextConsumer = 0;
            }
            Consumption consumer = consumers.get(nextConsumer++);
            idle = dispatchOne(consumer, nowMs) ? 0 : idle + 1;
        }
        if (!isMarked && shownUpTo > markedUpTo) {
            isMarked = true;
            proposals.marked(this);
        }
    }

    private boolean dispatchOne(Consumption consumer, long nowMs) {
        if (!consumer.mayTake()) {
            return false;
        }
        Entry entry = consumer.feed.next(consumer, ledger, late);
        if (entry == null) {
            return false;
        }
        if (entry.body().isExpiredAt(nowMs)) {
            outcomes.expire(entry);
        } else if (consumer.isBrowser()) {
            consumer.sink.deliver(consumer.dispatched++, entry.body(), entry.deliveryCount());
            consumer.feed.level(entry.priority).skip(entry, ledger);
        } else {
            hand(consumer, entry);
        }
        return true;
    }

    private void hand(Consumption consumer, Entry entry) {
        entry.owner = consumer;
        entry.deliveryId = consumer.dispatched++;
        counters.delivered++;
        totals.delivered++;
        if (entry.isDurable()) {
            shownUpTo = Math.max(shownUpTo, entry.offset + 1);
        }
        // A large message's body goes with the message, and is needed until the consumer says that it has been sent.
        if (consumer.request.mode() == ConsumerRequest.Mode.AT_MOST_ONCE
                && entry.body().body() == null) {
            handAtMostOnce(consumer, entry);
            return;
        }
        ledger.move(entry, Entry.State.OUT);
        consumer.unsettled.put(entry);
        consumer.sink.deliver(entry.deliveryId, entry.body(), entry.deliveryCount());
        if (budget.isTight()) {
            ledger.unload(entry);
        }
    }

    /** At most once: the message is done before it is shown, so that no crash can show it twice. */
    private void handAtMostOnce(Consumption consumer, Entry entry) {
        if (entry.isDurable()) {
            entry.atMostOnceTo = consumer;
            consumer.handovers++;
            ledger.move(entry, Entry.State.ENDING);
            proposals.settle(this, entry.offset, entry.sizeBytes);
        } else {
            finishSoft(entry);
            consumer.sink.deliver(entry.deliveryId, entry.body(), entry.deliveryCount());
        }
    }

    /** Reads ahead for the consumers that would take more. Returns whether there is more to hand out at once. */
    private boolean fillFeeds() {
        if (backlog == null) {
            return false;
        }
        boolean hasMore = false;
        for (int i = 0; i < consumers.size(); i++) {
            Consumption consumer = consumers.get(i);
            if (consumer.mayTake() && !consumer.feed.isWhole()) {
                hasMore |= backlog.fill(consumer);
            }
        }
        return hasMore;
    }

    private void answerDrain(Consumption consumer) {
        if (!consumer.isDraining || consumer.pauses > 0 || consumer.handovers > 0 || pauses > 0) {
            return;
        }
        if (consumer.mayTake() && !consumer.feed.isWhole()) {
            return; // what is being read is available too
        }
        consumer.isDraining = false;
        consumer.limit = consumer.dispatched;
        consumer.sink.drained();
    }
}
