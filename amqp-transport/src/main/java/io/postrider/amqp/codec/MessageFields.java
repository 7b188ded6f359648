// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Decimal128;
import org.apache.qpid.proton.amqp.Decimal32;
import org.apache.qpid.proton.amqp.Decimal64;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one message as selectors name them. Owned by the caller's thread; short-lived.
 *
 * <p>Nothing is decoded until it is asked for, and then only that value. Bytes that break AMQP inside a section read as
 * absent, as all other fields of such a message are still good.
 */
final class MessageFields implements MessageInspector.Fields {
    private static final String AMQP_PREFIX = "amqp.";
    private static final String ANNOTATION_PREFIX = "annotation.";
    private static final String SHORT_ANNOTATION_PREFIX = "m.";

    private final Message message;
    private @Nullable SectionIndex sections;

    MessageFields(Message message) {
        this.message = message;
    }

    @Override
    public @Nullable Object get(String identifier) {
        try {
            if (identifier.startsWith("JMS")) {
                return jmsField(identifier);
            }
            if (identifier.startsWith(AMQP_PREFIX)) {
                return amqpField(identifier.substring(AMQP_PREFIX.length()));
            }
            if (identifier.startsWith(SHORT_ANNOTATION_PREFIX)) {
                return annotation(identifier.substring(SHORT_ANNOTATION_PREFIX.length()));
            }
            return applicationProperty(identifier);
        } catch (UndecodableMessageException e) {
            return null;
        }
    }

    private @Nullable Object jmsField(String identifier) {
        return switch (identifier) {
            case "JMSDeliveryMode" -> message.isDurable() ? "PERSISTENT" : "NON_PERSISTENT";
            case "JMSPriority" -> message.priority();
            case "JMSMessageID" -> messageIdText();
            case "JMSCorrelationID" -> correlationIdText();
            case "JMSTimestamp" -> longProperty(PropertiesFields.CREATION_TIME);
            case "JMSType" -> text(PropertiesFields.SUBJECT);
            case "JMSXGroupID" -> text(PropertiesFields.GROUP_ID);
            case "JMSXGroupSeq" -> intProperty(PropertiesFields.GROUP_SEQUENCE);
            case "JMSXUserID" -> text(PropertiesFields.USER_ID);
            // Headers that JMS does not let selectors see, and a count that is not known before delivery.
            case "JMSDestination",
                    "JMSReplyTo",
                    "JMSExpiration",
                    "JMSRedelivered",
                    "JMSDeliveryTime",
                    "JMSXDeliveryCount" -> null;
            default -> applicationProperty(identifier);
        };
    }

    private @Nullable Object amqpField(String name) {
        if (name.startsWith(ANNOTATION_PREFIX)) {
            return annotation(name.substring(ANNOTATION_PREFIX.length()));
        }
        return switch (name.replace('-', '_')) {
            case "message_id" -> id(PropertiesFields.MESSAGE_ID);
            case "correlation_id" -> id(PropertiesFields.CORRELATION_ID);
            case "user_id" -> text(PropertiesFields.USER_ID);
            case "to" -> text(PropertiesFields.TO);
            case "subject" -> text(PropertiesFields.SUBJECT);
            case "reply_to" -> text(PropertiesFields.REPLY_TO);
            case "content_type" -> text(PropertiesFields.CONTENT_TYPE);
            case "content_encoding" -> text(PropertiesFields.CONTENT_ENCODING);
            case "absolute_expiry_time" -> longProperty(PropertiesFields.ABSOLUTE_EXPIRY_TIME);
            case "creation_time" -> longProperty(PropertiesFields.CREATION_TIME);
            case "group_id" -> text(PropertiesFields.GROUP_ID);
            case "group_sequence" -> longProperty(PropertiesFields.GROUP_SEQUENCE);
            case "reply_to_group_id" -> text(PropertiesFields.REPLY_TO_GROUP_ID);
            case "priority" -> message.priority();
            case "durable" -> message.isDurable();
            default -> null;
        };
    }

    private @Nullable Object annotation(String key) {
        Object added = message.added().values().get(key);
        if (added != null) {
            return added instanceof byte[] ? null : added;
        }
        if (message.annotationsLength() == 0) {
            return null;
        }
        return value(sections().annotation(key.getBytes(StandardCharsets.UTF_8)));
    }

    private @Nullable Object applicationProperty(String name) {
        return value(sections().applicationProperty(name.getBytes(StandardCharsets.UTF_8)));
    }

    private @Nullable String messageIdText() {
        Object id = nativeId(PropertiesFields.MESSAGE_ID);
        return id == null ? null : MessageIds.messageIdText(id);
    }

    private @Nullable String correlationIdText() {
        Object id = nativeId(PropertiesFields.CORRELATION_ID);
        return id == null ? null : MessageIds.correlationIdText(id);
    }

    /** An id under its AMQP name: as it is on the wire, where a selector can name such a value. */
    private @Nullable Object id(int field) {
        Object id = nativeId(field);
        if (id instanceof UnsignedLong number) {
            return number.longValue();
        }
        return id instanceof UUID ? id.toString() : id instanceof String ? id : null;
    }

    private @Nullable Object nativeId(int field) {
        int at = sections().property(field);
        if (at == SectionIndex.ABSENT) {
            return null;
        }
        ValueScanner scanner = sections().scanner();
        return switch (scanner.code(at)) {
            case TypeCodes.STRING8, TypeCodes.STRING32 -> scanner.text(at);
            case TypeCodes.ULONG0, TypeCodes.SMALL_ULONG, TypeCodes.ULONG -> UnsignedLong.valueOf(scanner.integral(at));
            case TypeCodes.UUID -> new UUID(scanner.int64(at), scanner.int64Low(at));
            case TypeCodes.BINARY8, TypeCodes.BINARY32 -> new Binary(scanner.content(at));
            default -> null;
        };
    }

    /** A field of the properties section that is a string, a symbol or, for the user id, binary holding text. */
    private @Nullable String text(int field) {
        int at = sections().property(field);
        if (at == SectionIndex.ABSENT) {
            return null;
        }
        ValueScanner scanner = sections().scanner();
        return scanner.isString(at) || scanner.isSymbol(at) || scanner.isBinary(at) ? scanner.text(at) : null;
    }

    private @Nullable Long longProperty(int field) {
        int at = sections().property(field);
        return at != SectionIndex.ABSENT && sections().scanner().isIntegral(at)
                ? (Long) sections().scanner().integral(at)
                : null;
    }

    private @Nullable Integer intProperty(int field) {
        Long value = longProperty(field);
        return value == null ? null : (Integer) value.intValue();
    }

    /** The value of an annotation or application property; null for types selectors cannot compare. */
    private @Nullable Object value(int at) {
        if (at == SectionIndex.ABSENT) {
            return null;
        }
        ValueScanner scanner = sections().scanner();
        return switch (scanner.code(at)) {
            case TypeCodes.STRING8, TypeCodes.STRING32, TypeCodes.SYMBOL8, TypeCodes.SYMBOL32 -> scanner.text(at);
            case TypeCodes.TRUE, TypeCodes.FALSE, TypeCodes.BOOLEAN -> scanner.bool(at);
            case TypeCodes.FLOAT -> (double) scanner.float32(at);
            case TypeCodes.DOUBLE -> scanner.float64(at);
            case TypeCodes.CHAR -> character(scanner.int32(at));
            case TypeCodes.DECIMAL32 -> new Decimal32(scanner.int32(at)).doubleValue();
            case TypeCodes.DECIMAL64 -> new Decimal64(scanner.int64(at)).doubleValue();
            case TypeCodes.DECIMAL128 -> new Decimal128(scanner.int64(at), scanner.int64Low(at)).doubleValue();
            default -> scanner.isIntegral(at) ? (Long) scanner.integral(at) : null;
        };
    }

    private static @Nullable String character(int codePoint) {
        return Character.isValidCodePoint(codePoint) ? Character.toString(codePoint) : null;
    }

    private SectionIndex sections() {
        if (sections == null) {
            sections = new SectionIndex(message);
        }
        return sections;
    }
}
