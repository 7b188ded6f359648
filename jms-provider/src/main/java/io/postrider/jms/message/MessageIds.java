// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.error.JmsErrors;
import jakarta.jms.JMSException;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The text forms of message and correlation ids, which on the wire are strings, uuids, ulongs or binary. What JMS shows
 * can be turned back into exactly the id it came from, so a reply carries the type its requester expects.
 */
final class MessageIds {
    static final String PREFIX = "ID:";
    private static final String NO_PREFIX = "ID:AMQP_NO_PREFIX:";
    private static final String STRING = "ID:AMQP_STRING:";
    private static final String ULONG = "ID:AMQP_ULONG:";
    private static final String UUID_TEXT = "ID:AMQP_UUID:";
    private static final String BINARY = "ID:AMQP_BINARY:";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private MessageIds() {}

    static String hex(byte[] bytes) {
        return HEX.formatHex(bytes);
    }

    /** JMSMessageID of a wire id. */
    static @Nullable String toMessageId(@Nullable Object id) {
        if (id instanceof String text) {
            if (!text.startsWith(PREFIX)) {
                return NO_PREFIX + text;
            }
            return isEncoded(text) ? STRING + text : text;
        }
        return toEncoded(id);
    }

    /** JMSCorrelationID of a wire id: as a message id, but plain strings stay as they are. */
    static @Nullable String toCorrelationId(@Nullable Object id) {
        if (id instanceof String text) {
            return isEncoded(text) ? STRING + text : text;
        }
        return toEncoded(id);
    }

    /**
     * The wire id behind a text: String, Long for a ulong, UUID or byte[].
     *
     * @throws JMSException if the text claims a type that its rest is not
     */
    static Object toWire(String text) throws JMSException {
        if (!isEncoded(text)) {
            return text;
        }
        try {
            if (text.startsWith(NO_PREFIX)) {
                return text.substring(NO_PREFIX.length());
            }
            if (text.startsWith(STRING)) {
                return text.substring(STRING.length());
            }
            if (text.startsWith(ULONG)) {
                return Long.parseUnsignedLong(text.substring(ULONG.length()));
            }
            if (text.startsWith(UUID_TEXT)) {
                return UUID.fromString(text.substring(UUID_TEXT.length()));
            }
            return HEX.parseHex(text.substring(BINARY.length()));
        } catch (IllegalArgumentException e) {
            throw JmsErrors.withCause("The id is not what it says it is: " + text, e);
        }
    }

    private static boolean isEncoded(String text) {
        return text.startsWith("ID:AMQP_")
                && (text.startsWith(NO_PREFIX)
                        || text.startsWith(STRING)
                        || text.startsWith(ULONG)
                        || text.startsWith(UUID_TEXT)
                        || text.startsWith(BINARY));
    }

    private static @Nullable String toEncoded(@Nullable Object id) {
        if (id == null) {
            return null;
        }
        if (id instanceof Long ulong) {
            return ULONG + Long.toUnsignedString(ulong);
        }
        if (id instanceof UUID uuid) {
            return UUID_TEXT + uuid;
        }
        if (id instanceof byte[] bytes) {
            return BINARY + hex(bytes);
        }
        return NO_PREFIX + id;
    }
}
