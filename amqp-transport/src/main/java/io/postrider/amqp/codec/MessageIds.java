// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import java.util.HexFormat;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedLong;

/**
 * Message and correlation ids as JMS shows them: a string with prefix {@code ID:}, from which the AMQP value can be had
 * back with its type (AMQP 1.0 §3.2.11–3.2.14). Any thread.
 */
public final class MessageIds {
    private static final String PREFIX = "ID:";
    private static final String NO_PREFIX = "ID:AMQP_NO_PREFIX:";
    private static final String UUID_PREFIX = "ID:AMQP_UUID:";
    private static final String ULONG_PREFIX = "ID:AMQP_ULONG:";
    private static final String BINARY_PREFIX = "ID:AMQP_BINARY:";
    private static final String STRING_PREFIX = "ID:AMQP_STRING:";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private MessageIds() {}

    /** @param id a String, UUID, UnsignedLong or Binary, as in the properties section */
    public static String messageIdText(Object id) {
        return id instanceof String text && !text.startsWith(PREFIX) ? NO_PREFIX + text : idText(id);
    }

    /** As {@link #messageIdText}, but a string without {@code ID:} is an application's own and stays as it is. */
    public static String correlationIdText(Object id) {
        return id instanceof String text && !text.startsWith(PREFIX) ? text : idText(id);
    }

    private static String idText(Object id) {
        if (id instanceof String text) {
            return hasTypePrefix(text) ? STRING_PREFIX + text : text;
        }
        if (id instanceof UUID uuid) {
            return UUID_PREFIX + uuid;
        }
        if (id instanceof UnsignedLong number) {
            return ULONG_PREFIX + number;
        }
        if (id instanceof Binary binary) {
            return BINARY_PREFIX + HEX.formatHex(AmqpValues.bytes(binary));
        }
        throw new IllegalArgumentException("Expected an id of type string, uuid, ulong or binary, but got " + id);
    }

    private static boolean hasTypePrefix(String text) {
        return text.startsWith(NO_PREFIX)
                || text.startsWith(UUID_PREFIX)
                || text.startsWith(ULONG_PREFIX)
                || text.startsWith(BINARY_PREFIX)
                || text.startsWith(STRING_PREFIX);
    }

    /**
     * The AMQP value of an id's text.
     *
     * @throws IllegalArgumentException if the text announces a type and then is no value of it
     */
    public static Object value(String text) {
        if (text.startsWith(STRING_PREFIX)) {
            return text.substring(STRING_PREFIX.length());
        }
        if (text.startsWith(NO_PREFIX)) {
            return text.substring(NO_PREFIX.length());
        }
        if (text.startsWith(UUID_PREFIX)) {
            return UUID.fromString(text.substring(UUID_PREFIX.length()));
        }
        if (text.startsWith(ULONG_PREFIX)) {
            return UnsignedLong.valueOf(text.substring(ULONG_PREFIX.length()));
        }
        if (text.startsWith(BINARY_PREFIX)) {
            return new Binary(HEX.parseHex(text.substring(BINARY_PREFIX.length())));
        }
        return text;
    }
}
