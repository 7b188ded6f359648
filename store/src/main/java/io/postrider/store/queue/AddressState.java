// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.StartPosition;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.DedupeId;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * One address: its definition, its log and the durable subscriptions that read it. Owned by the shard's thread.
 *
 * <p>A queue has exactly one subscription, built in; a topic has any number, in the order they were made.
 */
public final class AddressState {
    /** How often a cursor that moves on looks whether the log may forget something: every 256 offsets. */
    private static final int TRIM_CHECK_BITS = 8;

    private final int id;
    private final MessageLog log = new MessageLog();
    private final Retention retention = new Retention();
    private final DedupeWindow dedupe = new DedupeWindow();
    private final List<SubscriptionState> subscriptions = new ArrayList<>();
    private AddressDefinition definition;
    private AddressPolicy policy;
    private List<Route> routes = List.of();
    private int noLocalCount;
    private long changes;

    /** @param policy what the rules and its own settings come to */
    public AddressState(int id, AddressDefinition definition, AddressPolicy policy) {
        this.id = id;
        this.definition = definition;
        this.policy = policy;
        retention.follow(policy, 0);
    }

    public int id() {
        return id;
    }

    public AddressDefinition definition() {
        return definition;
    }

    /** The settings in force. They change while messages and consumers are there. */
    public AddressPolicy policy() {
        return policy;
    }

    /** Takes over what the rules and its own settings come to; returns whether anything is different. */
    public boolean adopt(AddressPolicy changed) {
        if (policy.equals(changed)) {
            return false;
        }
        policy = changed;
        changes++;
        retention.follow(changed, log.end());
        return true;
    }

    /** Takes over other settings of its own; its key and kind stay. */
    public void redefine(AddressDefinition changed) {
        definition = changed;
        changes++;
    }

    /** Ids of the messages it has taken lately. */
    public DedupeWindow dedupe() {
        return dedupe;
    }

    /** Whether a message is the first of its id, which is remembered from now on. */
    public boolean isFirst(DedupeId id, long nowMs) {
        long windowMs = policy.number(PolicyKey.DEDUPE_WINDOW);
        if (windowMs == 0) {
            return true;
        }
        changes++;
        return dedupe.add(id, nowMs, windowMs, policy.number(PolicyKey.DEDUPE_COUNT));
    }

    /** The first of its durable subscriptions that holds as much as the address allows; null when none does or there is no limit. */
    public @Nullable SubscriptionState full() {
        long messagesMax = policy.number(PolicyKey.LIMIT_MESSAGES);
        long bytesMax = policy.number(PolicyKey.LIMIT_BYTES);
        if (messagesMax == 0 && bytesMax == 0) {
            return null;
        }
        for (int i = 0; i < subscriptions.size(); i++) {
            SubscriptionState subscription = subscriptions.get(i);
            if (subscription.isReader()) {
                continue;
            }
            if ((messagesMax > 0 && subscription.depth() >= messagesMax)
                    || (bytesMax > 0 && subscription.bytes() >= bytesMax)) {
                return subscription;
            }
        }
        return null;
    }

    /** Where its messages go on to. */
    public List<Route> routes() {
        return routes;
    }

    /** Says where its messages go on to from now on. */
    public void route(List<Route> changed) {
        routes = changed;
    }

    /** Whether a durable message to it has to be logged: somebody durable may want it, here or where it goes on to. */
    public boolean isLogged() {
        if (!subscriptions.isEmpty() || retention.isOn()) {
            return true;
        }
        for (int i = 0; i < routes.size(); i++) {
            if (routes.get(i).target().isLogged()) {
                return true;
            }
        }
        return false;
    }

    /** How often anything about it has changed since it was made or restored; tells whether a copy is up to date. */
    public long changes() {
        return changes;
    }

    public boolean isQueue() {
        return definition.kind() == AddressKind.QUEUE;
    }

    public MessageLog log() {
        return log;
    }

    /** From where on messages are kept though they are done. */
    public Retention retention() {
        return retention;
    }

    public List<SubscriptionState> subscriptions() {
        return Collections.unmodifiableList(subscriptions);
    }

    /** The built-in subscription of a queue. */
    public SubscriptionState queue() {
        return subscriptions.get(0);
    }

    /** The durable subscription of a name as text, or the built-in one, whose name is empty; null if there is none. */
    public @Nullable SubscriptionState subscription(String name) {
        for (SubscriptionState subscription : subscriptions) {
            SubscriptionDefinition known = subscription.definition();
            if (name.equals(known == null ? "" : known.key().toString())) {
                return subscription;
            }
        }
        return null;
    }

    /** Whether publishes must name their publisher, because a subscription leaves out its own. */
    public boolean hasNoLocal() {
        return noLocalCount > 0;
    }

    /** Adds a subscription that reads from the end of the log on. */
    public SubscriptionState subscribe(int subscriptionId, @Nullable SubscriptionDefinition subscription) {
        changes++;
        SubscriptionState state = new SubscriptionState(subscriptionId, this, subscription, log.end());
        subscriptions.add(state);
        if (subscription != null && subscription.noLocal()) {
            noLocalCount++;
        }
        return state;
    }

    /** Lets a subscription that was just added begin somewhere in what is there. */
    public void begin(SubscriptionState subscription, StartPosition start, long nowMs) {
        StartPosition asked = start.kind() == StartPosition.Kind.DEFAULT ? defaultStart() : start;
        long first = offset(asked, nowMs);
        if (first < log.end()) {
            changes++;
            subscription.startAt(first, isReadable() && !retention.isOn() ? queue().done() : new Roaring64Bitmap());
        }
    }

    /** Where a subscription begins that does not say. */
    public StartPosition defaultStart() {
        return policy.is(PolicyKey.NON_DESTRUCTIVE) && isQueue()
                ? StartPosition.EARLIEST
                : StartPosition.parse(policy.text(PolicyKey.SUBSCRIPTION_START));
    }

    /** Whether there is a past that somebody new can read. */
    public boolean isReadable() {
        return retention.isOn() || (isQueue() && policy.is(PolicyKey.NON_DESTRUCTIVE));
    }

    /** The offset of a position in what somebody new can read; the end of the log if that is nothing. */
    public long offset(StartPosition position, long nowMs) {
        long end = log.end();
        if (!isReadable()) {
            return end;
        }
        long low = retention.isOn() ? retention.from() : queue().cursor();
        return switch (position.kind()) {
            case DEFAULT, NEW -> end;
            case EARLIEST -> low;
            case OFFSET -> Math.min(end, Math.max(low, position.value()));
            case LAST -> Math.max(low, end - position.value());
            case TIME -> retention.isOn() ? retention.offsetAt(position.value(), end) : low;
            case AGO -> retention.isOn() ? retention.offsetAt(nowMs - position.value(), end) : low;
        };
    }

    /** Removes a subscription and its claim on every message. */
    public void unsubscribe(SubscriptionState subscription) {
        changes++;
        subscriptions.remove(subscription);
        SubscriptionDefinition gone = subscription.definition();
        if (gone != null && gone.noLocal()) {
            noLocalCount--;
        }
        log.unwantedBelow(lowestHeld());
    }

    /** No subscription wants anything below this offset. */
    public long lowestWanted() {
        long lowest = log.end();
        for (int i = 0; i < subscriptions.size(); i++) {
            lowest = Math.min(lowest, subscriptions.get(i).cursor());
        }
        return lowest;
    }

    /** Nothing below this offset is there any more: nobody wants it, and it is not retained. */
    public long lowestHeld() {
        return retention.isOn() ? Math.min(retention.from(), lowestWanted()) : lowestWanted();
    }

    /** Whether the message at an offset is there: some subscription wants it, or it is retained. */
    public boolean isHeld(long offset) {
        return (offset < log.end() && retention.holds(offset)) || isWanted(offset);
    }

    /** It is deleted: it holds nothing but what subscriptions still want. */
    public void retainNothing() {
        retention.stop();
    }

    /** Stops to retain messages below an offset; those that a subscription wants stay. Returns whether anything is different. */
    public boolean trim(long upToExclusive) {
        if (!retention.trim(Math.min(upToExclusive, log.end()))) {
            return false;
        }
        changes++;
        log.unwantedBelow(lowestHeld());
        return true;
    }

    /** Whether any subscription wants the message at an offset. */
    public boolean isWanted(long offset) {
        for (int i = 0; i < subscriptions.size(); i++) {
            if (subscriptions.get(i).wants(offset)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Appends a message and offers it to every subscription.
     *
     * @param publisher container id of the sender, or null when no subscription asks
     * @param nowMs time of the entry that brought it
     * @return its offset
     */
    public long publish(Message message, @Nullable String publisher, MessageInspector inspector, long nowMs) {
        changes++;
        long offset = log.reserve();
        boolean isWanted = retention.isOn();
        retention.appended(offset, message.sizeBytes(), nowMs);
        MessageInspector.@Nullable Fields fields = null;
        for (int i = 0; i < subscriptions.size(); i++) {
            SubscriptionState subscription = subscriptions.get(i);
            if (subscription.selector() != null && fields == null) {
                fields = inspector.open(message);
            }
            if (matches(subscription, publisher, fields)) {
                isWanted = true;
                subscription.take(message);
            } else {
                subscription.skip(offset);
            }
        }
        if (isWanted) {
            log.note(offset, message, nowMs);
        }
        return offset;
    }

    /**
     * Appends a message for one subscription; the others are done with it.
     *
     * @return its offset
     */
    public long publishOnlyTo(SubscriptionState only, Message message, long nowMs) {
        changes++;
        long offset = log.reserve();
        retention.appended(offset, message.sizeBytes(), nowMs);
        for (int i = 0; i < subscriptions.size(); i++) {
            SubscriptionState subscription = subscriptions.get(i);
            if (subscription == only) {
                subscription.take(message);
            } else {
                subscription.skip(offset);
            }
        }
        log.note(offset, message, nowMs);
        return offset;
    }

    /** Whether a message is for a subscription. */
    public static boolean matches(
            SubscriptionState subscription, @Nullable String publisher, MessageInspector.@Nullable Fields fields) {
        SubscriptionDefinition definition = subscription.definition();
        if (definition == null) {
            return true;
        }
        if (definition.noLocal() && definition.key().scope().equals(publisher)) {
            return false;
        }
        return subscription.selector() == null
                || (fields != null && subscription.selector().matches(fields));
    }

    /**
     * A subscription is done with an offset.
     *
     * @return whether this ended its claim; false when it had none
     */
    public boolean finish(SubscriptionState subscription, long offset) {
        long before = subscription.cursor();
        if (!subscription.finish(offset)) {
            return false;
        }
        changes++;
        if (before >> TRIM_CHECK_BITS != subscription.cursor() >> TRIM_CHECK_BITS) {
            log.unwantedBelow(lowestHeld());
        }
        return true;
    }

    /** Marks everything below an offset done for a subscription, except some; returns how many that were. */
    public long finishBelow(
            SubscriptionState subscription, long upToExclusive, OffsetRanges except, long removedBytes) {
        changes++;
        long count = subscription.finishBelow(upToExclusive, except, removedBytes);
        log.unwantedBelow(lowestHeld());
        return count;
    }

    /** Brings retained messages back to a subscription that is done with them; returns how many. */
    public long rewind(SubscriptionState subscription, OffsetRanges offsets) {
        changes++;
        return subscription.rewind(offsets);
    }

    /** A subscription gets a message back. */
    public void requeue(
            SubscriptionState subscription,
            long offset,
            boolean countsAsAttempt,
            Annotations merge,
            long notBeforeMs,
            long nowMs) {
        changes++;
        subscription.requeue(offset, countsAsAttempt, merge, notBeforeMs, nowMs);
    }

    /** A message of a subscription is put aside. */
    public void defer(
            SubscriptionState subscription,
            long offset,
            boolean countsAsAttempt,
            Annotations merge,
            String token,
            long nowMs) {
        changes++;
        subscription.requeue(offset, countsAsAttempt, merge, 0, nowMs);
        subscription.deferrals().add(offset, token);
    }

    /** Nothing is aside any more; returns what was. */
    public Roaring64Bitmap returnDeferred(SubscriptionState subscription) {
        changes++;
        return subscription.deferrals().removeAll();
    }

    /** Offsets up to one may have been shown to a consumer of a subscription. */
    public void dispatched(SubscriptionState subscription, long upToExclusive) {
        changes++;
        subscription.dispatched(upToExclusive);
    }

    /** Takes out the staged body of a message, if it has one and it is not held any more. */
    public @Nullable LargeBody takeUnwantedBody(long offset) {
        if (!log.hasBody(offset) || isHeld(offset)) {
            return null;
        }
        changes++;
        return log.removeBody(offset);
    }

    /** Takes out the staged bodies of all messages that are not held any more. */
    public List<LargeBody> takeUnwantedBodies() {
        List<LargeBody> unwanted = new ArrayList<>();
        for (long offset : List.copyOf(log.bodies().keySet())) {
            LargeBody body = takeUnwantedBody(offset);
            if (body != null) {
                unwanted.add(body);
            }
        }
        return unwanted;
    }
}
