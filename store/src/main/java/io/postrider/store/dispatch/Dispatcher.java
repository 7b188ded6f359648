// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.dispatch;

import io.postrider.api.address.AddressPolicy;
import io.postrider.api.command.Command;
import io.postrider.api.command.DeadLetterReason;
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
import io.postrider.store.queue.OffsetRing;
import io.postrider.store.queue.Redelivery;
import io.postrider.store.queue.StoredMessage;
import io.postrider.store.queue.SubscriptionState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides who gets which message of one queue or subscription next. Owned by the shard's thread; time comes from {@link
 * Proposals}.
 *
 * <p><b>What it holds.</b> An {@link Entry} for each message not done: durable ones as the state machine published them, and
 * non-durable ones, which live only here. Arrival gives both their place, so they merge by order of arrival.
 *
 * <p><b>Life of an entry.</b> READY, OUT with a consumer, ENDING once its outcome is proposed to the log, DONE when that is applied.
 * A failing outcome pauses the consumer until it is applied, so that nothing overtakes the message on its way back. Non-durable
 * messages skip ENDING. A released message is READY again at once: nothing durable changes.
 *
 * <p><b>Pumping</b> happens at the end of a turn ({@link #pump}), never from inside a call, so sinks may call back freely.
 */
public final class Dispatcher {
    private final AddressState address;
    private final @Nullable SubscriptionState durable;
    private final MessageInspector inspector;
    private final Proposals proposals;
    private final OffsetRing<Entry> entries = new OffsetRing<>();
    private final Map<String, SelectorGroup> groups = new HashMap<>();
    private final List<SelectorGroup> groupList = new ArrayList<>();
    private final SelectorGroup everything = new SelectorGroup(null);
    private final List<Consumption> consumers = new ArrayList<>();
    private final Schedule delays = new Schedule();
    private final Schedule expiries = new Schedule();
    private final Counters counters = new Counters();
    private final Counters totals;
    private final OffsetRing<Entry> softEntries = new OffsetRing<>();
    private int readyCount;
    private int delayedCount;
    private int unsettledCount;
    private long softBytes;
    private long nextSoftId;
    private long nextOrder;
    private int nextConsumer;
    private int selectorGroups;
    private long shownUpTo;
    private int pauses;
    private long markedUpTo;
    private boolean isMarked;
    private boolean isAwake;
    private long wakesAtMs;
    private final OffsetRanges.Builder pendingSettles = new OffsetRanges.Builder();
    private final OffsetRanges.Builder pendingExpiries = new OffsetRanges.Builder();

    /**
     * @param durable null for a volatile subscription, all of whose messages are soft
     * @param totals counts for the whole shard
     */
    public Dispatcher(
            AddressState address,
            @Nullable SubscriptionState durable,
            MessageInspector inspector,
            Proposals proposals,
            Counters totals) {
        this.address = address;
        this.durable = durable;
        this.inspector = inspector;
        this.proposals = proposals;
        this.totals = totals;
        groups.put("", everything);
        groupList.add(everything);
        if (durable != null) {
            load(durable);
        }
    }

    /** Takes in what was there before this dispatcher: after a restart, in doubt up to the mark. */
    private void load(SubscriptionState subscription) {
        shownUpTo = subscription.dispatchedUpTo();
        markedUpTo = shownUpTo;
        long end = address.log().end();
        for (long offset = Math.max(subscription.cursor(), address.log().first()); offset < end; offset++) {
            StoredMessage stored = address.log().get(offset);
            if (stored != null && subscription.wants(offset)) {
                add(offset, subscription.view(offset, stored.message()));
            }
        }
    }

    public AddressState address() {
        return address;
    }

    /** The durable subscription behind it, or null. */
    public @Nullable SubscriptionState durable() {
        return durable;
    }

    public Counters counters() {
        return counters;
    }

    public int consumerCount() {
        return consumers.size();
    }

    public int readyCount() {
        return readyCount;
    }

    public int delayedCount() {
        return delayedCount;
    }

    public int unsettledCount() {
        return unsettledCount;
    }

    public long depth() {
        return (long) readyCount() + delayedCount() + unsettledCount();
    }

    public long bytes() {
        return softBytes + (durable == null ? 0 : durable.bytes());
    }

    /** Bytes of its messages that are in no log. */
    public long softBytes() {
        return softBytes;
    }

    /** Remembers that it will be pumped; returns false if it was to be already. */
    public boolean setAwake(boolean awake) {
        boolean changed = isAwake != awake;
        isAwake = awake;
        return changed;
    }

    /** Offsets accepted and not yet in a command; the runner builds it. */
    public OffsetRanges.Builder pendingSettles() {
        return pendingSettles;
    }

    /** Offsets expired and not yet in a command; the runner builds it. */
    public OffsetRanges.Builder pendingExpiries() {
        return pendingExpiries;
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
        counters.published++;
        add(offset, message);
        proposals.wake(this);
    }

    private void add(long offset, Message message) {
        Entry entry = new Entry(offset, message, nextOrder++);
        if (durable != null) {
            Redelivery redelivery = durable.redelivery(offset);
            entry.attempts = redelivery.attempts();
            entry.isInDoubt = offset < shownUpTo && entry.attempts == 0;
            entry.dueMs = redelivery.notBeforeMs();
        }
        entries.put(offset, entry);
        arrive(entry);
    }

    /** A message that is in no log arrived. */
    public void publishedSoft(Message message) {
        counters.published++;
        Entry entry = new Entry(Entry.softOffset(nextSoftId), message, nextOrder++);
        softEntries.put(nextSoftId++, entry);
        softBytes += message.sizeBytes();
        proposals.softBytes(message.sizeBytes());
        arrive(entry);
        proposals.wake(this);
    }

    private void arrive(Entry entry) {
        entry.dueMs = Math.max(entry.dueMs, entry.message.deliverAtMs());
        if (entry.message.expiresAtMs() != Message.NEVER) {
            expiries.add(entry.message.expiresAtMs(), entry);
            proposals.wakeAt(this, entry.message.expiresAtMs());
        }
        if (entry.dueMs > proposals.nowMs()) {
            count(Entry.State.READY, 1);
            delay(entry);
        } else {
            count(Entry.State.READY, 1);
            offer(entry, false);
        }
    }

    private void delay(Entry entry) {
        move(entry, Entry.State.DELAYED);
        delays.add(entry.dueMs, entry);
        proposals.wakeAt(this, entry.dueMs);
    }

    /** Puts a ready entry where each group of consumers that wants it will find it. */
    private void offer(Entry entry, boolean isReturned) {
        MessageInspector.Fields fields = selectorGroups > 0 ? inspector.open(entry.message) : null;
        for (int i = 0; i < groupList.size(); i++) {
            SelectorGroup group = groupList.get(i);
            if (!group.matches(fields)) {
                continue;
            }
            if (isReturned) {
                group.ready.addReturned(entry);
            } else {
                group.ready.addArrival(entry);
            }
        }
        if (!isReturned) {
            for (int i = 0; i < consumers.size(); i++) {
                Consumption consumer = consumers.get(i);
                if (consumer.isBrowser() && consumer.group.matches(fields)) {
                    consumer.browse.add(entry);
                }
            }
        }
    }

    private void move(Entry entry, Entry.State state) {
        count(entry.state, -1);
        count(state, 1);
        entry.state = state;
    }

    private void count(Entry.State state, int delta) {
        switch (state) {
            case READY -> readyCount += delta;
            case DELAYED -> delayedCount += delta;
            case OUT, ENDING -> unsettledCount += delta;
            case DONE -> {} // gone: not counted
        }
    }

    // ---- consumers come and go

    /** Adds a consumer without credit. */
    public Consumption attach(ConsumerRequest request, @Nullable Selector selector, DeliverySink sink) {
        Consumption consumer = new Consumption(request, sink, group(selector));
        consumer.group.consumers++;
        consumers.add(consumer);
        if (consumer.isBrowser()) {
            consumer.browse.addAll(snapshot(consumer.group));
        }
        return consumer;
    }

    /** Whether any consumer takes messages (browsers do not). */
    public boolean hasTakers() {
        return consumers.stream().anyMatch(consumer -> !consumer.isBrowser());
    }

    private SelectorGroup group(@Nullable Selector selector) {
        if (selector == null) {
            return everything;
        }
        SelectorGroup known = groups.get(selector.text());
        if (known != null) {
            return known;
        }
        SelectorGroup group = new SelectorGroup(selector);
        for (Entry entry : inOrder()) {
            if (entry.state == Entry.State.READY && group.matches(inspector.open(entry.message))) {
                group.ready.addArrival(entry);
            }
        }
        groups.put(selector.text(), group);
        groupList.add(group);
        selectorGroups++;
        return group;
    }

    private List<Entry> snapshot(SelectorGroup group) {
        List<Entry> ready = new ArrayList<>();
        for (Entry entry : inOrder()) {
            if (entry.state == Entry.State.READY
                    && (group.selector == null || group.matches(inspector.open(entry.message)))) {
                ready.add(entry);
            }
        }
        ready.sort(Comparator.comparingInt((Entry entry) -> -entry.message.priority())
                .thenComparingLong(entry -> entry.order));
        return ready;
    }

    private List<Entry> inOrder() {
        List<Entry> all = new ArrayList<>(entries.count());
        for (long offset = entries.first(); offset < entries.end(); offset++) {
            Entry entry = entries.get(offset);
            if (entry != null) {
                all.add(entry);
            }
        }
        for (long id = softEntries.first(); id < softEntries.end(); id++) {
            Entry entry = softEntries.get(id);
            if (entry != null) {
                all.add(entry);
            }
        }
        all.sort(Comparator.comparingLong(entry -> entry.order));
        return all;
    }

    /** A consumer goes; what it held is given back as {@code how} says. */
    public void detach(Consumption consumer, Consumer.Close how) {
        if (consumer.isClosed) {
            return;
        }
        consumer.isClosed = true;
        consumers.remove(consumer);
        leaveGroup(consumer.group);
        boolean isOldest = true;
        while (consumer.unsettled.count() > 0) {
            long deliveryId = consumer.unsettled.first();
            Entry entry = Objects.requireNonNull(consumer.unsettled.remove(deliveryId));
            if (how == Consumer.Close.LOST) {
                if (isOldest) {
                    end(consumer, entry, Outcome.FAILED);
                } else {
                    entry.isInDoubt = true;
                    giveBack(entry);
                }
                isOldest = false;
            } else {
                end(consumer, entry, consumer.request.defaultOutcome());
            }
        }
        proposals.wake(this);
    }

    private void leaveGroup(SelectorGroup group) {
        group.consumers--;
        if (group.consumers == 0 && group.selector != null) {
            groups.remove(group.selector.text());
            groupList.remove(group);
            selectorGroups--;
        }
    }

    /** Ends every consumer: the address or subscription is gone, or the log has failed. */
    public void closeAll(Rejection reason) {
        for (Consumption consumer : List.copyOf(consumers)) {
            consumer.isClosed = true;
            consumer.sink.closed(reason);
        }
        consumers.clear();
    }

    /** Drops the messages that are in no log and not with a consumer; returns how many. */
    public long purgeSoft() {
        long count = 0;
        for (long id = softEntries.first(); id < softEntries.end(); id++) {
            Entry entry = softEntries.get(id);
            if (entry != null && (entry.state == Entry.State.READY || entry.state == Entry.State.DELAYED)) {
                finishSoft(entry);
                count++;
            }
        }
        return count;
    }

    /** Offsets with a consumer, or whose end is proposed. */
    public OffsetRanges offsetsOut() {
        OffsetRanges.Builder out = new OffsetRanges.Builder();
        for (long offset = entries.first(); offset < entries.end(); offset++) {
            Entry entry = entries.get(offset);
            if (entry != null && (entry.state == Entry.State.OUT || entry.state == Entry.State.ENDING)) {
                out.add(offset);
            }
        }
        return out.build();
    }

    /** Gives up what it holds: its subscription is gone. */
    public void discard() {
        proposals.softBytes(-softBytes);
        softBytes = 0;
        pendingSettles.build();
        pendingExpiries.build();
    }

    public void credit(Consumption consumer, long limit, boolean drain) {
        consumer.limit = limit;
        consumer.isDraining = drain;
        proposals.wake(this);
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
        entry.isConfirmWanted = confirm;
        end(consumer, entry, outcome);
    }

    private void end(Consumption consumer, Entry entry, Outcome outcome) {
        if (outcome instanceof Outcome.Accepted) {
            counters.acknowledged++;
            totals.acknowledged++;
            if (entry.isDurable()) {
                move(entry, Entry.State.ENDING);
                proposals.settle(this, entry.offset);
            } else {
                finishSoft(entry);
            }
        } else if (outcome instanceof Outcome.Released) {
            confirm(entry);
            giveBack(entry);
        } else if (outcome instanceof Outcome.Rejected rejected) {
            deadLetter(consumer, entry, DeadLetterReason.REJECTED, rejected.condition(), rejected.description(), true);
        } else if (outcome instanceof Outcome.Modified modified) {
            modify(consumer, entry, modified);
        }
    }

    private void modify(Consumption consumer, Entry entry, Outcome.Modified modified) {
        AddressPolicy policy = address.definition().policy();
        boolean isLastAttempt = modified.isDeliveryFailed()
                && policy.maxDeliveryAttempts() > 0
                && entry.attempts + 1 >= policy.maxDeliveryAttempts();
        if (isLastAttempt) {
            deadLetter(consumer, entry, DeadLetterReason.MAX_DELIVERY_ATTEMPTS, null, null, true);
            return;
        }
        if (modified.isUndeliverableHere()) {
            entry.exclude(consumer);
            if (consumers.stream().noneMatch(other -> canTake(other, entry))) {
                deadLetter(consumer, entry, DeadLetterReason.UNDELIVERABLE, null, null, modified.isDeliveryFailed());
                return;
            }
        }
        if (!modified.isDeliveryFailed() && modified.merge().isEmpty()) {
            confirm(entry);
            giveBack(entry);
            return;
        }
        requeue(consumer, entry, modified.isDeliveryFailed(), modified.merge(), policy);
    }

    private boolean canTake(Consumption consumer, Entry entry) {
        return !consumer.isBrowser()
                && !consumer.isClosed
                && !entry.excludes(consumer)
                && (consumer.group.selector == null || consumer.group.matches(inspector.open(entry.message)));
    }

    private void requeue(
            Consumption consumer, Entry entry, boolean countsAsAttempt, Annotations merge, AddressPolicy policy) {
        counters.requeued++;
        totals.requeued++;
        long notBeforeMs =
                countsAsAttempt && policy.redeliveryDelayMs() > 0 ? proposals.nowMs() + policy.redeliveryDelayMs() : 0;
        if (durable != null && entry.isDurable()) {
            pause(consumer, entry);
            proposals.propose(new Command.Requeue(
                    durable.id(), durable.epoch(), entry.offset, countsAsAttempt, merge, notBeforeMs));
            return;
        }
        entry.attempts += countsAsAttempt ? 1 : 0;
        entry.message = entry.message.withAdded(merge);
        entry.dueMs = notBeforeMs;
        confirm(entry);
        giveBack(entry);
    }

    private void deadLetter(
            Consumption consumer,
            Entry entry,
            DeadLetterReason reason,
            @Nullable String condition,
            @Nullable String description,
            boolean countsAsAttempt) {
        if (durable != null && entry.isDurable()) {
            pause(consumer, entry);
            proposals.propose(new Command.DeadLetter(
                    durable.id(), durable.epoch(), entry.offset, reason, condition, description, countsAsAttempt));
            return;
        }
        counters.deadLettered++;
        totals.deadLettered++;
        proposals.letter(
                this, entry.message, reason, entry.attempts + (countsAsAttempt ? 1 : 0), condition, description);
        finishSoft(entry);
    }

    /** Holds back what could overtake until the log has decided: the consumer, or everybody when the consumer is gone. */
    private void pause(Consumption consumer, Entry entry) {
        move(entry, Entry.State.ENDING);
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

    private void confirm(Entry entry) {
        Consumption consumer = entry.owner;
        if (entry.isConfirmWanted && consumer != null && !consumer.isClosed) {
            consumer.sink.settled(entry.deliveryId);
        }
        entry.isConfirmWanted = false;
    }

    /** Back to its place, or to its waiting. */
    private void giveBack(Entry entry) {
        entry.owner = null;
        if (entry.dueMs > proposals.nowMs()) {
            delay(entry);
        } else {
            move(entry, Entry.State.READY);
            offer(entry, true);
        }
        proposals.wake(this);
    }

    private void finishSoft(Entry entry) {
        move(entry, Entry.State.DONE);
        softEntries.remove(entry.softId());
        softBytes -= entry.message.sizeBytes();
        proposals.softBytes(-entry.message.sizeBytes());
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
            consumer.sink.deliver(entry.deliveryId, entry.message, entry.deliveryCount());
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

    public void purged(long offset) {
        finish(offset);
    }

    private @Nullable Entry finish(long offset) {
        Entry entry = entries.remove(offset);
        if (entry == null) {
            return null;
        }
        move(entry, Entry.State.DONE);
        resume(entry);
        confirm(entry);
        return entry;
    }

    /** A requeue was applied: the message is back with its new record. */
    public void requeued(SubscriptionState subscription, long offset) {
        Entry entry = entries.get(offset);
        StoredMessage stored = address.log().get(offset);
        if (entry == null || stored == null) {
            return;
        }
        Redelivery redelivery = subscription.redelivery(offset);
        entry.attempts = redelivery.attempts();
        entry.isInDoubt = false;
        entry.message = subscription.view(offset, stored.message());
        entry.dueMs = redelivery.notBeforeMs();
        resume(entry);
        confirm(entry);
        if (entry.state == Entry.State.ENDING) {
            giveBack(entry);
        }
    }

    // ---- pumping

    /** Hands out what can be handed out. Called at the end of a turn. */
    public void pump() {
        long nowMs = proposals.nowMs();
        runSchedules(nowMs);
        if (pauses == 0) {
            dispatch(nowMs);
        }
        for (int i = 0; i < consumers.size(); i++) {
            answerDrain(consumers.get(i));
        }
    }

    private void runSchedules(long nowMs) {
        if (!delays.isEmpty() && delays.nextMs() <= nowMs) {
            for (Entry entry : delays.due(nowMs)) {
                if (entry.state == Entry.State.DELAYED && entry.dueMs <= nowMs) {
                    entry.order = nextOrder++;
                    move(entry, Entry.State.READY);
                    offer(entry, false);
                }
            }
        }
        if (!expiries.isEmpty() && expiries.nextMs() <= nowMs) {
            for (Entry entry : expiries.due(nowMs)) {
                if (entry.state == Entry.State.READY || entry.state == Entry.State.DELAYED) {
                    expire(entry);
                }
            }
        }
        if (!delays.isEmpty()) {
            proposals.wakeAt(this, delays.nextMs());
        }
        if (!expiries.isEmpty()) {
            proposals.wakeAt(this, expiries.nextMs());
        }
    }

    private void expire(Entry entry) {
        if (entry.isDurable()) {
            move(entry, Entry.State.ENDING);
            proposals.expire(this, entry.offset);
            return;
        }
        counters.expired++;
        totals.expired++;
        proposals.letter(this, entry.message, DeadLetterReason.EXPIRED, entry.attempts, null, null);
        finishSoft(entry);
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
        if (consumer.isBrowser()) {
            return browseOne(consumer, nowMs);
        }
        Entry entry = consumer.group.ready.peek(consumer);
        if (entry == null) {
            return false;
        }
        if (entry.message.isExpiredAt(nowMs)) {
            expire(entry);
            return true;
        }
        hand(consumer, entry);
        return true;
    }

    private void hand(Consumption consumer, Entry entry) {
        long deliveryId = consumer.dispatched++;
        counters.delivered++;
        totals.delivered++;
        entry.owner = consumer;
        entry.deliveryId = deliveryId;
        if (entry.isDurable()) {
            shownUpTo = Math.max(shownUpTo, entry.offset + 1);
        }
        if (consumer.request.mode() == ConsumerRequest.Mode.AT_MOST_ONCE) {
            handAtMostOnce(consumer, entry);
            return;
        }
        move(entry, Entry.State.OUT);
        consumer.unsettled.put(deliveryId, entry);
        consumer.sink.deliver(deliveryId, entry.message, entry.deliveryCount());
    }

    /** At most once: the message is done before it is shown, so that no crash can show it twice. */
    private void handAtMostOnce(Consumption consumer, Entry entry) {
        if (entry.isDurable()) {
            entry.atMostOnceTo = consumer;
            consumer.handovers++;
            move(entry, Entry.State.ENDING);
            proposals.settle(this, entry.offset);
        } else {
            finishSoft(entry);
            consumer.sink.deliver(entry.deliveryId, entry.message, entry.deliveryCount());
        }
    }

    private boolean browseOne(Consumption consumer, long nowMs) {
        Entry entry = consumer.browse.poll();
        if (entry == null) {
            return false;
        }
        if (entry.state == Entry.State.READY && !entry.message.isExpiredAt(nowMs)) {
            consumer.sink.deliver(consumer.dispatched++, entry.message, entry.deliveryCount());
        }
        return true;
    }

    private void answerDrain(Consumption consumer) {
        if (consumer.isDraining && consumer.pauses == 0 && consumer.handovers == 0 && pauses == 0) {
            consumer.isDraining = false;
            consumer.limit = consumer.dispatched;
            consumer.sink.drained();
        }
    }
}
