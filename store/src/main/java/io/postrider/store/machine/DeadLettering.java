// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.command.Command;
import io.postrider.api.command.DeadLetterReason;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import io.postrider.store.queue.SubscriptionState;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where dead letters and expired messages go, and what is written on them. Owned by the shard's thread; changes nothing. */
public final class DeadLettering {
    /** Policy of a target that nobody defined: unlimited attempts and no targets of its own, so that letters never wander. */
    private static final AddressPolicy TARGET_POLICY = new AddressPolicy(true, 0, null, null, 0);

    private final ShardState state;

    DeadLettering(ShardState state) {
        this.state = state;
    }

    /** Definition of the dead-letter address of a subscription; null where letters are dropped. */
    @Nullable
    AddressDefinition deadLetterTarget(SubscriptionState source) {
        return target(source, source.address().definition().policy().deadLetterAddress());
    }

    /** Definition of the expiry address of a subscription; null where expired messages are dropped. */
    @Nullable
    AddressDefinition expiryTarget(SubscriptionState source) {
        return target(source, source.address().definition().policy().expiryAddress());
    }

    private static @Nullable AddressDefinition target(SubscriptionState source, @Nullable String name) {
        AddressKey origin = source.address().definition().key();
        if (name == null || name.equals(origin.name())) {
            return null; // a letter that dies in its own dead-letter queue ends there
        }
        return targetDefinition(new AddressKey(origin.virtualHost(), name));
    }

    /** A queue for letters, where nobody defined it before. */
    public static AddressDefinition targetDefinition(AddressKey key) {
        return AddressDefinition.permanent(key, AddressKind.QUEUE, TARGET_POLICY);
    }

    Message letter(SubscriptionState source, Command.DeadLetter command, Message message) {
        int attempts = source.redelivery(command.offset()).attempts() + (command.countsAsAttempt() ? 1 : 0);
        Annotations marks = marks(
                nameOf(source),
                source.address().definition().key().name(),
                command.offset(),
                command.reason(),
                attempts,
                state.lastTimeMs(),
                command.condition(),
                command.description());
        return source.view(command.offset(), message).withoutTimes().withAdded(marks);
    }

    Message expired(SubscriptionState source, long offset, Message message) {
        Annotations marks = marks(
                nameOf(source),
                source.address().definition().key().name(),
                offset,
                DeadLetterReason.EXPIRED,
                source.redelivery(offset).attempts(),
                state.lastTimeMs(),
                null,
                null);
        return source.view(offset, message).withoutTimes().withAdded(marks);
    }

    private static String nameOf(SubscriptionState source) {
        SubscriptionDefinition definition = source.definition();
        return definition == null
                ? source.address().definition().key().name()
                : definition.key().toString();
    }

    /** What is written on a letter; an offset below 0 is left out. */
    public static Annotations marks(
            String queue,
            String address,
            long offset,
            DeadLetterReason reason,
            int attempts,
            long timeMs,
            @Nullable String condition,
            @Nullable String description) {
        TreeMap<String, Object> values = new TreeMap<>();
        values.put(AnnotationKeys.ORIGIN_ADDRESS, address);
        values.put(AnnotationKeys.ORIGIN_QUEUE, queue);
        if (offset >= 0) {
            values.put(AnnotationKeys.ORIGIN_OFFSET, offset);
        }
        values.put(AnnotationKeys.DEAD_LETTER_TIME, timeMs);
        values.put(AnnotationKeys.DEAD_LETTER_REASON, reason.text());
        values.put(AnnotationKeys.DELIVERY_ATTEMPTS, attempts);
        if (condition != null) {
            values.put(AnnotationKeys.DEAD_LETTER_CONDITION, condition);
        }
        if (description != null) {
            values.put(AnnotationKeys.DEAD_LETTER_DESCRIPTION, description);
        }
        return new Annotations(values);
    }
}
