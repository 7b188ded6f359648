// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Descriptors of message sections (AMQP 1.0 §3.2) and the annotations that carry JMS types. */
final class SectionCodes {
    static final int HEADER = 0x70;
    static final int DELIVERY_ANNOTATIONS = 0x71;
    static final int MESSAGE_ANNOTATIONS = 0x72;
    static final int PROPERTIES = 0x73;
    static final int APPLICATION_PROPERTIES = 0x74;
    static final int DATA = 0x75;
    static final int SEQUENCE = 0x76;
    static final int VALUE = 0x77;
    static final int FOOTER = 0x78;

    /** The other, rarely used spelling of the descriptors. */
    static final Map<String, Integer> BY_SYMBOL = Map.of(
            "amqp:header:list", HEADER,
            "amqp:delivery-annotations:map", DELIVERY_ANNOTATIONS,
            "amqp:message-annotations:map", MESSAGE_ANNOTATIONS,
            "amqp:properties:list", PROPERTIES,
            "amqp:application-properties:map", APPLICATION_PROPERTIES,
            "amqp:data:binary", DATA,
            "amqp:amqp-sequence:list", SEQUENCE,
            "amqp:amqp-value:*", VALUE,
            "amqp:footer:map", FOOTER);

    static final byte[] MESSAGE_TYPE = ascii("x-opt-jms-msg-type");
    static final byte[] DESTINATION_TYPE = ascii("x-opt-jms-dest");
    static final byte[] REPLY_TO_TYPE = ascii("x-opt-jms-reply-to");
    static final byte[] DELIVERY_TIME = ascii("x-opt-delivery-time");
    static final byte[] DEDUPE_ID = ascii("x-opt-dedupe-id");
    static final byte[] LEGACY_DESTINATION_TYPE = ascii("x-opt-to-type");
    static final byte[] LEGACY_REPLY_TO_TYPE = ascii("x-opt-reply-type");

    static final byte[] OCTET_STREAM = ascii("application/octet-stream");
    static final byte[] JAVA_OBJECT = ascii("application/x-java-serialized-object");

    static final byte TYPE_MESSAGE = 0;
    static final byte TYPE_OBJECT = 1;
    static final byte TYPE_MAP = 2;
    static final byte TYPE_BYTES = 3;
    static final byte TYPE_STREAM = 4;
    static final byte TYPE_TEXT = 5;
    /** No annotation: the sender was no JMS client. */
    static final byte TYPE_ABSENT = -1;

    private SectionCodes() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
