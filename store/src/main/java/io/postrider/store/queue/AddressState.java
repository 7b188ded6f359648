// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.queue;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One address: its definition, its log and the durable subscriptions that read it. Owned by the shard's thread.
 *
 * <p>A queue has exactly one subscription, built in; a topic has any number, in the order they were made.
 */
public final class AddressState {
    private final int id;
    private final AddressDefinition definition;
    private final MessageLog log;
    private final List<SubscriptionState> subscriptions = new ArrayList<>();
    private int noLocalCount;

    public AddressState(int id, AddressDefinition definition, ByteCount shardBytes) {
        this.id = id;
        this.definition = definition;
        this.log = new MessageLog(shardBytes);
    }

    public int id() {
        return id;
    }

    public AddressDefinition definition() {
        return definition;
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

    /** Whether publishes must name their publisher, because a subscription leaves out its own. */
    public boolean hasNoLocal() {
        return noLocalCount > 0;
    }

    /** Adds a subscription that reads from the end of the log on. */
    public SubscriptionState subscribe(int subscriptionId, @Nullable SubscriptionDefinition subscription) {
        SubscriptionState state = new SubscriptionState(subscriptionId, this, subscription, log.end());
        subscriptions.add(state);
        if (subscription != null && subscription.noLocal()) {
            noLocalCount++;
        }
        return state;
    }

    /** Removes a subscription and its claim on every message. */
    public void unsubscribe(SubscriptionState subscription) {
        for (long offset = Math.max(subscription.cursor(), log.first()); offset < log.end(); offset++) {
            if (!subscription.isDone(offset)) {
                log.release(offset);
            }
        }
        subscriptions.remove(subscription);
        SubscriptionDefinition gone = subscription.definition();
        if (gone != null && gone.noLocal()) {
            noLocalCount--;
        }
    }

    /**
     * Appends a message and offers it to every subscription.
     *
     * @param publisher container id of the sender, or null when no subscription asks
     * @return its offset
     */
    public long publish(Message message, @Nullable String publisher, MessageInspector inspector) {
        long offset = log.reserve();
        StoredMessage stored = null;
        MessageInspector.@Nullable Fields fields = null;
        for (int i = 0; i < subscriptions.size(); i++) {
            SubscriptionState subscription = subscriptions.get(i);
            if (subscription.selector() != null && fields == null) {
                fields = inspector.open(message);
            }
            if (matches(subscription, publisher, fields)) {
                if (stored == null) {
                    stored = log.keep(offset, message);
                }
                stored.retain();
                subscription.take(message);
            } else {
                subscription.skip(offset);
            }
        }
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
     * @return the message when this ended the subscription's claim, null when it had none
     */
    public @Nullable StoredMessage finish(SubscriptionState subscription, long offset) {
        StoredMessage stored = log.get(offset);
        if (stored == null || !subscription.finish(offset, stored.message())) {
            return null;
        }
        log.release(offset);
        return stored;
    }

    /**
     * Puts a message of a checkpoint back, for the subscriptions that still want it.
     *
     * @return null if none does
     */
    public @Nullable StoredMessage restore(long offset, Message message) {
        StoredMessage stored = null;
        for (SubscriptionState subscription : subscriptions) {
            if (!subscription.isDone(offset)) {
                if (stored == null) {
                    stored = log.keep(offset, message);
                }
                stored.retain();
                subscription.take(message);
            }
        }
        return stored;
    }

    /** Ends the restoring: the log goes on at this offset. */
    public void restoreEnd(long end) {
        log.restoreEnd(end);
    }
}
