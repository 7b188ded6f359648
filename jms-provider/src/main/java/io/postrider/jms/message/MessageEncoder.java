// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.codec.AmqpFormatException;
import io.postrider.jms.codec.AmqpWriter;
import io.postrider.jms.destination.Destinations;
import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.error.JmsErrors;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes a JMS message as AMQP sections, straight into bytes. Owned by one session's thread at a time; the buffer is
 * reused, the result is a copy.
 */
public final class MessageEncoder {
    private static final int BUFFER_BYTES = 1024;

    private final AmqpWriter writer = new AmqpWriter(BUFFER_BYTES);
    private final Function<PostriderDestination, String> addresses;

    /** @param addresses where the broker has a destination */
    public MessageEncoder(Function<PostriderDestination, String> addresses) {
        this.addresses = addresses;
    }

    /**
     * Encodes a message whose header values are set.
     *
     * @param ttlMs the producer's time to live, 0 for none
     * @param isDelayed whether the delivery time is later than the sending
     * @param dedupeId by which a broker knows a message that is sent again, or null
     */
    public byte[] encode(PostriderMessage message, long ttlMs, boolean isDelayed, @Nullable String dedupeId)
            throws JMSException {
        writer.clear();
        PostriderDestination to = Destinations.from(message.getJMSDestination());
        PostriderDestination replyTo = message.ownReplyTo();
        MessageProperties properties = message.properties();
        writeHeader(message, ttl(properties, ttlMs));
        writeAnnotations(message, to, replyTo, isDelayed, dedupeId);
        writeProperties(message, properties, to, replyTo);
        writeApplicationProperties(properties);
        writeBody(message);
        return writer.toByteArray();
    }

    private static long ttl(MessageProperties properties, long ttlMs) {
        return properties.get(PropertyNames.TTL) instanceof Long override ? override : Math.min(ttlMs, 0xffff_ffffL);
    }

    private void writeHeader(PostriderMessage message, long ttlMs) {
        writer.writeDescriptor(SectionCodes.HEADER);
        int mark = writer.begin();
        int fields = 1;
        writer.writeBoolean(message.getJMSDeliveryMode() == DeliveryMode.PERSISTENT);
        int priority = message.getJMSPriority();
        if (priority != Message.DEFAULT_PRIORITY || ttlMs > 0) {
            if (priority == Message.DEFAULT_PRIORITY) {
                writer.writeNull();
            } else {
                writer.writeUbyte(priority);
            }
            fields = 2;
        }
        if (ttlMs > 0) {
            writer.writeUint(ttlMs);
            fields = 3;
        }
        writer.endList(mark, fields);
    }

    private void writeAnnotations(
            PostriderMessage message,
            PostriderDestination to,
            @Nullable PostriderDestination replyTo,
            boolean isDelayed,
            @Nullable String dedupeId) {
        writer.writeDescriptor(SectionCodes.MESSAGE_ANNOTATIONS);
        int mark = writer.begin();
        int entries = 2;
        writer.writeSymbol(SectionCodes.MESSAGE_TYPE);
        writer.writeByte(message.typeCode());
        writer.writeSymbol(SectionCodes.DESTINATION_TYPE);
        writer.writeByte(to.kind().code());
        if (replyTo != null) {
            writer.writeSymbol(SectionCodes.REPLY_TO_TYPE);
            writer.writeByte(replyTo.kind().code());
            entries++;
        }
        if (isDelayed) {
            writer.writeSymbol(SectionCodes.DELIVERY_TIME);
            writer.writeLong(message.getJMSDeliveryTime());
            entries++;
        }
        if (dedupeId != null) {
            writer.writeSymbol(SectionCodes.DEDUPE_ID);
            writer.writeString(dedupeId);
            entries++;
        }
        writer.endMap(mark, entries);
    }

    /** Fields in the order of AMQP 1.0 §3.2.4; nulls at the end are left out. */
    private void writeProperties(
            PostriderMessage message,
            MessageProperties properties,
            PostriderDestination to,
            @Nullable PostriderDestination replyTo)
            throws JMSException {
        Object user = properties.get(PropertyNames.USER_ID);
        Object group = properties.get(PropertyNames.GROUP_ID);
        Object groupSequence = properties.get(PropertyNames.GROUP_SEQ);
        Object replyGroup = properties.get(PropertyNames.REPLY_TO_GROUP_ID);
        String id = message.getJMSMessageID();
        byte[] contentType = message.contentType();

        writer.writeDescriptor(SectionCodes.PROPERTIES);
        int mark = writer.begin();
        writeId(id == null ? null : MessageIds.toWire(id));
        if (user instanceof String name) {
            writer.writeBinary(name.getBytes(StandardCharsets.UTF_8));
        } else {
            writer.writeNull();
        }
        writer.writeString(addresses.apply(to));
        writer.writeStringOrNull(message.getJMSType());
        writer.writeStringOrNull(replyTo == null ? null : addresses.apply(replyTo));
        writeId(message.wireCorrelationId());
        if (contentType == null) {
            writer.writeNull();
        } else {
            writer.writeSymbol(contentType);
        }
        writer.writeNull();
        writeTimestampOrNull(message.getJMSExpiration());
        writeTimestampOrNull(message.getJMSTimestamp());
        int fields = 10;
        if (group != null || groupSequence != null || replyGroup != null) {
            writer.writeStringOrNull((String) group);
            if (groupSequence instanceof Integer sequence) {
                writer.writeUint(sequence & 0xffff_ffffL);
            } else {
                writer.writeNull();
            }
            writer.writeStringOrNull((String) replyGroup);
            fields = 13;
        }
        writer.endList(mark, fields);
    }

    private void writeTimestampOrNull(long ms) {
        if (ms == 0) {
            writer.writeNull();
        } else {
            writer.writeTimestamp(ms);
        }
    }

    private void writeId(@Nullable Object id) {
        if (id == null) {
            writer.writeNull();
        } else if (id instanceof String text) {
            writer.writeString(text);
        } else if (id instanceof byte[] bytes) {
            writer.writeBinary(bytes);
        } else if (id instanceof UUID uuid) {
            writer.writeUuid(uuid);
        } else {
            writer.writeUlong((Long) id);
        }
    }

    private void writeApplicationProperties(MessageProperties properties) {
        if (properties.isEmpty()) {
            return;
        }
        int start = writer.position();
        writer.writeDescriptor(SectionCodes.APPLICATION_PROPERTIES);
        int mark = writer.begin();
        int entries = 0;
        for (Map.Entry<String, Object> entry : properties.all().entrySet()) {
            if (!PropertyNames.isElsewhere(entry.getKey())) {
                writer.writeString(entry.getKey());
                writer.writeObject(entry.getValue());
                entries++;
            }
        }
        if (entries == 0) {
            writer.truncate(start);
        } else {
            writer.endMap(mark, entries);
        }
    }

    private void writeBody(PostriderMessage message) throws JMSException {
        Reception reception = message.reception();
        if (message.isBodyAsReceived() && reception != null) {
            Sections sections = reception.sections();
            writer.writeEncoded(sections.bytes, sections.bodyStart(), sections.bodyEnd() - sections.bodyStart());
            return;
        }
        message.loadBody();
        try {
            message.writeBody(writer);
        } catch (AmqpFormatException e) {
            throw JmsErrors.withCause(new MessageFormatException("The body cannot be written: " + e.getMessage()), e);
        }
    }
}
