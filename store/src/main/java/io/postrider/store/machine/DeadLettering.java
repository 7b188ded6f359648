// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPolicy;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.command.DeadLetterReason;
import io.postrider.api.message.AnnotationKeys;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where dead letters and expired messages go, and what is written on them. Stateless. */
public final class DeadLettering {
    /** What a target sets that nobody defined: unlimited attempts and no targets of its own, so that letters never wander. */
    private static final PolicyValues TARGET_SETTINGS = PolicyValues.NONE
            .with(PolicyKey.MAX_ATTEMPTS, "0")
            .with(PolicyKey.DEAD_LETTER_ADDRESS, "")
            .with(PolicyKey.EXPIRY_ADDRESS, "");

    private DeadLettering() {}

    /** Where a message of an address goes for a reason; null where the policy drops it. */
    public static @Nullable AddressKey target(AddressState source, DeadLetterReason reason) {
        AddressPolicy policy = source.policy();
        AddressKey origin = source.definition().key();
        String name = reason == DeadLetterReason.EXPIRED
                ? policy.name(PolicyKey.EXPIRY_ADDRESS)
                : policy.name(PolicyKey.DEAD_LETTER_ADDRESS);
        // A letter that dies in its own dead-letter queue ends there.
        return name == null || name.equals(origin.name()) ? null : new AddressKey(origin.virtualHost(), name);
    }

    /** A queue for letters, where nobody defined it before. */
    public static AddressDefinition targetDefinition(AddressKey key) {
        return AddressDefinition.permanent(key, AddressKind.QUEUE, TARGET_SETTINGS);
    }

    /**
     * The message as its target gets it.
     *
     * @param subscription the durable subscription it leaves; null for a volatile one
     * @param offset in the log of the address; below 0 for a message that is in no log
     * @param attempts failed attempts, the last one included
     */
    public static Message letter(
            AddressState source,
            @Nullable SubscriptionState subscription,
            long offset,
            Message message,
            DeadLetterReason reason,
            int attempts,
            long timeMs,
            @Nullable String condition,
            @Nullable String description) {
        String origin = source.definition().key().name();
        SubscriptionDefinition definition = subscription == null ? null : subscription.definition();
        TreeMap<String, Object> marks = new TreeMap<>();
        marks.put(AnnotationKeys.ORIGIN_ADDRESS, origin);
        marks.put(
                AnnotationKeys.ORIGIN_QUEUE,
                definition == null ? origin : definition.key().toString());
        if (offset >= 0) {
            marks.put(AnnotationKeys.ORIGIN_OFFSET, offset);
        }
        marks.put(AnnotationKeys.DEAD_LETTER_TIME, timeMs);
        marks.put(AnnotationKeys.DEAD_LETTER_REASON, reason.text());
        marks.put(AnnotationKeys.DELIVERY_ATTEMPTS, attempts);
        if (condition != null) {
            marks.put(AnnotationKeys.DEAD_LETTER_CONDITION, condition);
        }
        if (description != null) {
            marks.put(AnnotationKeys.DEAD_LETTER_DESCRIPTION, description);
        }
        return message.withoutTimes().withAdded(new Annotations(marks));
    }
}
