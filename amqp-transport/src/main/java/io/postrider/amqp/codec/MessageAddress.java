// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.address.AddressKind;
import io.postrider.api.message.Message;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where a message says it goes: what an anonymous terminus routes by (AMQP 1.0 §3.2.4, and the {@code ANONYMOUS-RELAY}
 * capability). Immutable.
 *
 * @param to address, or null if the message has none
 * @param subject subject, or null if the message has none
 * @param kind the kind a JMS client said {@code to} is, or null
 */
public record MessageAddress(
        @Nullable String to,
        @Nullable String subject,
        @Nullable AddressKind kind) {
    private static final byte[] JMS_DESTINATION = "x-opt-jms-dest".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LEGACY_TO_TYPE = "x-opt-to-type".getBytes(StandardCharsets.US_ASCII);

    private static final int JMS_QUEUE = 0;
    private static final int JMS_TOPIC = 1;
    private static final int JMS_TEMPORARY_QUEUE = 2;
    private static final int JMS_TEMPORARY_TOPIC = 3;

    /** @throws UndecodableMessageException if annotations or properties break AMQP */
    public static MessageAddress of(Message message) {
        SectionIndex sections = new SectionIndex(message);
        return new MessageAddress(
                text(sections, PropertiesFields.TO), text(sections, PropertiesFields.SUBJECT), kind(sections));
    }

    private static @Nullable String text(SectionIndex sections, int field) {
        int at = sections.property(field);
        return at != SectionIndex.ABSENT && sections.scanner().isString(at)
                ? sections.scanner().text(at)
                : null;
    }

    private static @Nullable AddressKind kind(SectionIndex sections) {
        int at = sections.annotation(JMS_DESTINATION);
        if (at != SectionIndex.ABSENT && sections.scanner().isIntegral(at)) {
            return switch ((int) sections.scanner().integral(at)) {
                case JMS_QUEUE, JMS_TEMPORARY_QUEUE -> AddressKind.QUEUE;
                case JMS_TOPIC, JMS_TEMPORARY_TOPIC -> AddressKind.TOPIC;
                default -> null;
            };
        }
        int legacyAt = sections.annotation(LEGACY_TO_TYPE);
        if (legacyAt == SectionIndex.ABSENT || !sections.scanner().isString(legacyAt)) {
            return null;
        }
        String types = "," + sections.scanner().text(legacyAt) + ",";
        if (types.contains(",topic,")) {
            return AddressKind.TOPIC;
        }
        return types.contains(",queue,") ? AddressKind.QUEUE : null;
    }
}
