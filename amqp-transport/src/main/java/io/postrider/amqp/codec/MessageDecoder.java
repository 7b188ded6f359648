// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.message.Annotations;
import io.postrider.api.message.DedupeId;
import io.postrider.api.message.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Turns the payload of a delivery into a {@link Message}. Owned by one thread; reusable.
 *
 * <p>One pass over the section boundaries. The header is read and dropped, delivery annotations are dropped, and
 * everything from the message annotations on is copied once, byte for byte (AMQP 1.0 §3.2: the bare message is
 * immutable). Nothing else is looked into, except the delivery time among the annotations, and the properties'
 * absolute expiry time where the header has no ttl.
 */
public final class MessageDecoder {
    private static final byte[] DELIVERY_TIME = "x-opt-delivery-time".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DELIVERY_DELAY = "x-opt-delivery-delay".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DEDUPE_ID = "x-opt-dedupe-id".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NO_BYTES = {};

    /** Bytes from the first body section on that stay with the head of a large message. */
    private static final int BODY_BEGINNING_BYTES = 4096;

    private final ValueScanner scanner = new ValueScanner();
    private boolean isDurable;
    private int priority;
    private long ttlMs;
    private long absoluteExpiryMs;
    private long deliverAtMs;
    private @Nullable DedupeId dedupeId;

    /**
     * Decodes one message.
     *
     * @param payload from position to limit; left as it is, and not kept
     * @param nowMs wall clock: the time to live and a delivery delay begin here
     * @throws UndecodableMessageException if the bytes are no message; never anything else, whatever they are
     */
    public Message decode(ByteBuffer payload, long nowMs) {
        scanner.reset(payload);
        try {
            return decode(payload, payload.position(), payload.limit(), nowMs, false);
        } finally {
            scanner.clear();
        }
    }

    /**
     * Decodes the beginning of a message of which more is to come: all sections before the body must be in it. What
     * follows is not looked at.
     *
     * @param beginning from position to limit; afterwards its position is behind the bytes that are in the result
     * @return the message as far as it goes, or null if the body does not begin here; whether such bytes are a message at
     *     all is then for {@link #decode} to say
     */
    public @Nullable Message decodeHead(ByteBuffer beginning, long nowMs) {
        int start = beginning.position();
        scanner.reset(beginning);
        try {
            return decode(beginning, start, beginning.limit(), nowMs, true);
        } catch (UndecodableMessageException e) {
            beginning.position(start);
            return null;
        } finally {
            scanner.clear();
        }
    }

    private Message decode(ByteBuffer payload, int start, int limit, long nowMs, boolean isHead) {
        if (start == limit) {
            throw scanner.problem(start, "Expected a message, but the payload is empty");
        }
        isDurable = false;
        priority = Message.PRIORITY_DEFAULT;
        ttlMs = 0;
        absoluteExpiryMs = 0;
        deliverAtMs = Message.NEVER;
        dedupeId = null;
        int storedFrom = limit;
        int storedTo = limit;
        int annotationsLength = 0;
        Section previous = null;
        int at = start;
        while (at < limit) {
            Section section = scanner.section(at);
            checkOrder(section, previous, at);
            if (isHead && section.isBody()) {
                storedFrom = Math.min(storedFrom, at);
                storedTo = Math.min(limit, at + BODY_BEGINNING_BYTES);
                break;
            }
            int valueAt = scanner.valueAt();
            int end = scanner.skip(valueAt);
            if (storedFrom == limit && section.compareTo(Section.DELIVERY_ANNOTATIONS) > 0) {
                storedFrom = at;
            }
            switch (section) {
                case HEADER -> readHeader(valueAt, end);
                case MESSAGE_ANNOTATIONS -> {
                    readAnnotations(valueAt, end, nowMs);
                    annotationsLength = end - at;
                }
                case PROPERTIES -> readProperties(valueAt, end);
                case DELIVERY_ANNOTATIONS, APPLICATION_PROPERTIES, FOOTER -> scanner.count(valueAt);
                case DATA, AMQP_SEQUENCE, AMQP_VALUE -> {
                    // Opaque: the outer size was checked, and nobody here looks inside.
                }
            }
            previous = section;
            at = end;
        }
        if (isHead && (previous == Section.FOOTER || at == limit)) {
            throw scanner.problem(at, "Expected a body, but there is none");
        }
        byte[] encoded = storedFrom == limit ? NO_BYTES : new byte[storedTo - storedFrom];
        payload.get(storedFrom, encoded);
        if (isHead) {
            payload.position(storedTo);
        }
        long expiresAtMs = ttlMs > 0 ? saturatedSum(nowMs, ttlMs) : absoluteExpiryMs;
        return new Message(
                encoded,
                annotationsLength,
                isDurable,
                priority,
                expiresAtMs,
                deliverAtMs,
                Annotations.NONE,
                null,
                dedupeId);
    }

    private void checkOrder(Section section, @Nullable Section previous, int at) {
        if (previous != null && !section.mayFollow(previous)) {
            throw scanner.problem(at, "Expected no section " + section + " after " + previous);
        }
    }

    /** Delivery count and first acquirer are the broker's to say: what a sender claims is ignored. */
    private void readHeader(int listAt, int end) {
        int count = scanner.count(listAt);
        int at = scanner.firstElement(listAt);
        for (int field = 0; field < count; field++) {
            int next = next(at, end);
            if (scanner.code(at) != TypeCodes.NULL) {
                switch (field) {
                    case 0 -> isDurable = scanner.bool(at);
                    case 1 -> priority = (int) Math.min(unsigned(at, TypeCodes.UBYTE), Message.PRIORITY_MAX);
                    // A ttl of 0 is how several clients spell "none"; a message nobody could ever get makes no sense.
                    case 2 -> ttlMs = unsigned(at, TypeCodes.UINT);
                    case 3 -> scanner.bool(at);
                    case 4 -> unsigned(at, TypeCodes.UINT);
                    default -> throw scanner.problem(at, "Expected 5 fields, but found " + count);
                }
            }
            at = next;
        }
    }

    private long unsigned(int at, int code) {
        int found = scanner.code(at);
        boolean isShortForm = code == TypeCodes.UINT && (found == TypeCodes.UINT0 || found == TypeCodes.SMALL_UINT);
        if (found != code && !isShortForm) {
            throw scanner.problem(
                    at, "Expected type 0x" + Integer.toHexString(code) + ", but found 0x" + Integer.toHexString(found));
        }
        return scanner.integral(at);
    }

    /** Every entry is walked over, so that they can be merged later without surprises. */
    private void readAnnotations(int mapAt, int end, long nowMs) {
        long delayMs = 0;
        int count = scanner.count(mapAt);
        int at = scanner.firstElement(mapAt);
        for (int i = 0; i < count; i += 2) {
            int value = next(at, end);
            int next = next(value, end);
            if (scanner.isIntegral(value)) {
                if (scanner.textEquals(at, DELIVERY_TIME)) {
                    deliverAtMs = Math.max(scanner.integral(value), Message.NEVER);
                } else if (scanner.textEquals(at, DELIVERY_DELAY)) {
                    delayMs = scanner.integral(value);
                }
            }
            if (scanner.textEquals(at, DEDUPE_ID)) {
                dedupeId = dedupeId(value);
            }
            at = next;
        }
        if (deliverAtMs == Message.NEVER && delayMs > 0) {
            deliverAtMs = saturatedSum(nowMs, delayMs);
        }
    }

    private DedupeId dedupeId(int at) {
        if (scanner.isString(at) || scanner.isSymbol(at)) {
            return DedupeId.of('s', scanner.content(at));
        }
        if (scanner.isBinary(at)) {
            return DedupeId.of('b', scanner.content(at));
        }
        throw scanner.problem(
                at,
                "Expected x-opt-dedupe-id to be a string, symbol or binary, but found type 0x"
                        + Integer.toHexString(scanner.code(at)));
    }

    private void readProperties(int listAt, int end) {
        int count = scanner.count(listAt);
        if (ttlMs > 0 || count <= PropertiesFields.ABSOLUTE_EXPIRY_TIME) {
            return;
        }
        int at = scanner.firstElement(listAt);
        for (int field = 0; field < PropertiesFields.ABSOLUTE_EXPIRY_TIME; field++) {
            at = next(at, end);
        }
        next(at, end);
        if (scanner.code(at) == TypeCodes.TIMESTAMP) {
            absoluteExpiryMs = Math.max(scanner.integral(at), Message.NEVER);
        }
    }

    /** Position after an element of a section that ends at {@code end}. */
    private int next(int at, int end) {
        int next = at < end ? scanner.skip(at) : Integer.MAX_VALUE;
        if (next > end) {
            throw scanner.problem(at, "Expected another element, but the section ends");
        }
        return next;
    }

    private static long saturatedSum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
