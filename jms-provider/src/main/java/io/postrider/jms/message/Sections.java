// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.codec.AmqpFormatException;
import io.postrider.jms.codec.AmqpReader;
import io.postrider.jms.destination.DestinationKind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the sections of a received message lie, and the few values every delivery needs at once. The rest is read when
 * somebody asks. Immutable after {@link #scan}.
 */
final class Sections {
    private static final byte[][] ANNOTATIONS = {
        SectionCodes.MESSAGE_TYPE,
        SectionCodes.DESTINATION_TYPE,
        SectionCodes.REPLY_TO_TYPE,
        SectionCodes.DELIVERY_TIME,
        SectionCodes.LEGACY_DESTINATION_TYPE,
        SectionCodes.LEGACY_REPLY_TO_TYPE
    };
    private static final int ABSENT = -1;
    /** Index of absolute-expiry-time in the properties section. */
    private static final int EXPIRY_FIELD = 8;

    final byte[] bytes;
    private int properties = ABSENT;
    private int applicationProperties = ABSENT;
    /** First byte of the first body section's descriptor. */
    private int bodyStart = ABSENT;

    private int bodyEnd;
    private int bodyCode;

    boolean isDurable;
    int priority = 4;
    /** Milliseconds, or -1 if absent. */
    long ttlMs = -1;

    long deliveryCount;
    byte messageType = SectionCodes.TYPE_ABSENT;
    long deliveryTimeMs;
    /** Milliseconds since the epoch, or 0 if absent. Only read when there is a time to live. */
    long expiryMs;

    private @Nullable DestinationKind destinationKind;
    private @Nullable DestinationKind replyToKind;

    private Sections(byte[] bytes) {
        this.bytes = bytes;
        this.bodyEnd = bytes.length;
    }

    /**
     * Finds the sections and checks that each lies within the message.
     *
     * @throws AmqpFormatException if the bytes are not an AMQP message
     */
    static Sections scan(byte[] bytes) {
        Sections sections = new Sections(bytes);
        AmqpReader reader = new AmqpReader(bytes, 0, bytes.length);
        @Nullable String[] symbol = new String[1];
        while (reader.hasRemaining()) {
            int start = reader.position();
            int code = code(reader, symbol);
            if (code == SectionCodes.FOOTER) {
                sections.bodyEnd = start;
                break;
            }
            sections.section(code, start, reader);
        }
        if (sections.ttlMs >= 0 && sections.properties != ABSENT) {
            sections.readExpiry();
        }
        return sections;
    }

    private static int code(AmqpReader reader, @Nullable String[] symbol) {
        long code = reader.readDescriptor(symbol);
        if (code >= 0) {
            return code > 0xff ? 0 : (int) code;
        }
        Integer known = SectionCodes.BY_SYMBOL.get(String.valueOf(symbol[0]));
        return known == null ? 0 : known;
    }

    private void section(int code, int start, AmqpReader reader) {
        int value = reader.position();
        switch (code) {
            case SectionCodes.HEADER -> readHeader(reader);
            case SectionCodes.MESSAGE_ANNOTATIONS -> readAnnotations(reader);
            case SectionCodes.PROPERTIES -> properties = value;
            case SectionCodes.APPLICATION_PROPERTIES -> applicationProperties = value;
            case SectionCodes.DATA, SectionCodes.SEQUENCE, SectionCodes.VALUE -> {
                if (bodyStart == ABSENT) {
                    bodyStart = start;
                    bodyCode = code;
                }
            }
            case SectionCodes.DELIVERY_ANNOTATIONS -> {}
            default -> throw new AmqpFormatException("Expected a message section at byte " + start);
        }
        reader.moveTo(value);
        reader.skip();
    }

    private void readHeader(AmqpReader reader) {
        int fields = reader.enterList();
        for (int field = 0; field < fields; field++) {
            switch (field) {
                case 0 -> isDurable = reader.readBoolean(false);
                case 1 -> priority = (int) Math.min(9, reader.readLong(4));
                case 2 -> ttlMs = reader.readLong(-1);
                case 4 -> deliveryCount = reader.readLong(0);
                default -> reader.skip();
            }
        }
    }

    private void readAnnotations(AmqpReader reader) {
        int count = reader.enterMap();
        for (int i = 0; i < count; i += 2) {
            switch (reader.readSymbol(ANNOTATIONS)) {
                case 0 -> messageType = (byte) reader.readLong(SectionCodes.TYPE_ABSENT);
                case 1 ->
                    destinationKind =
                            DestinationKind.ofCode((int) reader.readLong(-1)).orElse(null);
                case 2 ->
                    replyToKind =
                            DestinationKind.ofCode((int) reader.readLong(-1)).orElse(null);
                case 3 -> deliveryTimeMs = reader.readLong(0);
                case 4 -> destinationKind = legacyKind(reader, destinationKind);
                case 5 -> replyToKind = legacyKind(reader, replyToKind);
                default -> reader.skip();
            }
        }
    }

    private static @Nullable DestinationKind legacyKind(AmqpReader reader, @Nullable DestinationKind known) {
        String text = reader.readString();
        return known != null || text == null
                ? known
                : DestinationKind.ofLegacyText(text).orElse(null);
    }

    private void readExpiry() {
        AmqpReader reader = new AmqpReader(bytes, properties, bytes.length);
        if (reader.skipNull() || reader.enterList() <= EXPIRY_FIELD) {
            return;
        }
        for (int field = 0; field < EXPIRY_FIELD; field++) {
            reader.skip();
        }
        expiryMs = reader.readLong(0);
    }

    Optional<DestinationKind> destinationKind() {
        return Optional.ofNullable(destinationKind);
    }

    Optional<DestinationKind> replyToKind() {
        return Optional.ofNullable(replyToKind);
    }

    /** A reader at the properties list, or null if there is none. */
    @Nullable
    AmqpReader properties() {
        return at(properties);
    }

    @Nullable
    AmqpReader applicationProperties() {
        return at(applicationProperties);
    }

    boolean hasBody() {
        return bodyStart != ABSENT;
    }

    /** {@link SectionCodes#DATA}, {@code SEQUENCE} or {@code VALUE}; 0 if there is no body. */
    int bodyCode() {
        return bodyCode;
    }

    int bodyStart() {
        return bodyStart;
    }

    int bodyEnd() {
        return bodyEnd;
    }

    /** A reader over the body sections, descriptors included. */
    AmqpReader body() {
        return new AmqpReader(bytes, bodyStart, bodyEnd);
    }

    private @Nullable AmqpReader at(int position) {
        if (position == ABSENT) {
            return null;
        }
        AmqpReader reader = new AmqpReader(bytes, position, bytes.length);
        return reader.skipNull() ? null : reader;
    }
}
