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
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where dead letters and expired messages go, and what is written on them. Stateless. */
public final class DeadLettering {
    /** What a target sets that nobody defined: unlimited attempts and no targets of its own, so that letters never wander. */
    private static final PolicyValues TARGET_SETTINGS = PolicyValues.NONE
            .with(PolicyKey.MAX_ATTEMPTS, "0")
            .with(PolicyKey.DEAD_LETTER_ADDRESS, "")
            .with(PolicyKey.EXPIRY_ADDRESS, "");

    /** What a letter has more than the message had. */
    private static final String[] MARKS = {
        AnnotationKeys.ORIGIN_ADDRESS,
        AnnotationKeys.ORIGIN_QUEUE,
        AnnotationKeys.ORIGIN_SUBSCRIPTION,
        AnnotationKeys.ORIGIN_OFFSET,
        AnnotationKeys.ORIGIN_MESSAGE_ID,
        AnnotationKeys.ACTUAL_EXPIRY,
        AnnotationKeys.FIRST_ATTEMPT_TIME,
        AnnotationKeys.DEAD_LETTER_TIME,
        AnnotationKeys.DEAD_LETTER_REASON,
        AnnotationKeys.DEAD_LETTER_CONDITION,
        AnnotationKeys.DEAD_LETTER_DESCRIPTION,
        AnnotationKeys.DEAD_LETTER_CONTAINER,
        AnnotationKeys.DEAD_LETTER_USER,
        AnnotationKeys.DELIVERY_ATTEMPTS
    };

    private DeadLettering() {}

    /**
     * Where a message goes for a reason; null where the policy drops it.
     *
     * @param subscription the durable subscription it leaves; null for a volatile one, or where that does not matter
     */
    public static @Nullable AddressKey target(
            AddressState source, @Nullable SubscriptionState subscription, DeadLetterReason reason) {
        AddressPolicy policy = source.policy();
        AddressKey origin = source.definition().key();
        String pattern = reason == DeadLetterReason.EXPIRED
                ? policy.name(PolicyKey.EXPIRY_ADDRESS)
                : policy.name(PolicyKey.DEAD_LETTER_ADDRESS);
        if (pattern == null) {
            return null;
        }
        String name = pattern.indexOf('{') < 0 ? pattern : filled(pattern, origin, subscription);
        // A letter that dies in its own dead-letter queue ends there.
        return name.equals(origin.name()) ? null : new AddressKey(origin.virtualHost(), name);
    }

    private static String filled(String pattern, AddressKey origin, @Nullable SubscriptionState subscription) {
        SubscriptionDefinition definition = subscription == null ? null : subscription.definition();
        String name = pattern.replace(
                        "{subscription}",
                        definition == null ? origin.name() : definition.key().name())
                .replace("{address}", origin.name());
        StringBuilder legal = new StringBuilder();
        int bytes = 0;
        for (int point : name.codePoints().toArray()) {
            int kept = Character.isISOControl(point) ? '_' : point;
            bytes += kept < 0x80 ? 1 : kept < 0x800 ? 2 : kept < 0x10000 ? 3 : 4;
            if (bytes > AddressKey.NAME_BYTES_MAX) {
                break;
            }
            legal.appendCodePoint(kept);
        }
        return legal.toString();
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
     * @param messageId its message-id as text; null if it has none
     */
    public static Message letter(
            AddressState source,
            @Nullable SubscriptionState subscription,
            long offset,
            Message message,
            @Nullable String messageId,
            Death death) {
        String origin = source.definition().key().name();
        SubscriptionDefinition definition = subscription == null ? null : subscription.definition();
        TreeMap<String, Object> marks = new TreeMap<>();
        marks.put(AnnotationKeys.ORIGIN_ADDRESS, origin);
        marks.put(
                AnnotationKeys.ORIGIN_QUEUE,
                definition == null ? origin : definition.key().toString());
        put(
                marks,
                AnnotationKeys.ORIGIN_SUBSCRIPTION,
                definition == null ? null : definition.key().name());
        put(marks, AnnotationKeys.ORIGIN_OFFSET, offset < 0 ? null : (Object) offset);
        put(marks, AnnotationKeys.ORIGIN_MESSAGE_ID, messageId);
        marks.put(AnnotationKeys.DEAD_LETTER_TIME, death.timeMs());
        marks.put(AnnotationKeys.DEAD_LETTER_REASON, death.reason().text());
        marks.put(AnnotationKeys.DELIVERY_ATTEMPTS, death.attempts());
        Long firstMs = subscription == null || offset < 0
                ? null
                : subscription.redeliveries().firstFailures().timeMs(offset);
        put(
                marks,
                AnnotationKeys.FIRST_ATTEMPT_TIME,
                firstMs == null && death.attempts() > 0 ? (Object) death.timeMs() : firstMs);
        put(marks, AnnotationKeys.DEAD_LETTER_CONDITION, death.condition());
        put(marks, AnnotationKeys.DEAD_LETTER_DESCRIPTION, death.description());
        Death.Party consumer = death.consumer();
        if (consumer != null) {
            marks.put(AnnotationKeys.DEAD_LETTER_CONTAINER, consumer.container());
            marks.put(AnnotationKeys.DEAD_LETTER_USER, consumer.user());
        }
        if (death.reason() == DeadLetterReason.EXPIRED) {
            marks.put(AnnotationKeys.ACTUAL_EXPIRY, message.expiresAtMs());
        }
        Annotations before = message.added().without(MARKS);
        return message.withoutTimes().withAddedOnly(before.merged(new Annotations(marks)));
    }

    private static void put(Map<String, Object> marks, String key, @Nullable Object value) {
        if (value != null) {
            marks.put(key, value);
        }
    }

    /** The message as it was before it became a letter, as far as the broker put marks on it. */
    public static Message withoutMarks(Message letter) {
        return letter.withAddedOnly(letter.added().without(MARKS));
    }
}
