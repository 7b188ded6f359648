// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyKey;
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
        if (!subscriptions.isEmpty()) {
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

    /** Removes a subscription and its claim on every message. */
    public void unsubscribe(SubscriptionState subscription) {
        changes++;
        subscriptions.remove(subscription);
        SubscriptionDefinition gone = subscription.definition();
        if (gone != null && gone.noLocal()) {
            noLocalCount--;
        }
        log.unwantedBelow(lowestWanted());
    }

    /** No subscription wants anything below this offset. */
    public long lowestWanted() {
        long lowest = log.end();
        for (int i = 0; i < subscriptions.size(); i++) {
            lowest = Math.min(lowest, subscriptions.get(i).cursor());
        }
        return lowest;
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
        boolean isWanted = false;
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
            log.unwantedBelow(lowestWanted());
        }
        return true;
    }

    /** Marks everything below an offset done for a subscription, except some; returns how many that were. */
    public long finishBelow(
            SubscriptionState subscription, long upToExclusive, OffsetRanges except, long removedBytes) {
        changes++;
        long count = subscription.finishBelow(upToExclusive, except, removedBytes);
        log.unwantedBelow(lowestWanted());
        return count;
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

    /** Takes out the staged body of a message, if it has one and nobody wants it any more. */
    public @Nullable LargeBody takeUnwantedBody(long offset) {
        if (!log.hasBody(offset) || isWanted(offset)) {
            return null;
        }
        changes++;
        return log.removeBody(offset);
    }

    /** Takes out the staged bodies of all messages nobody wants any more. */
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
