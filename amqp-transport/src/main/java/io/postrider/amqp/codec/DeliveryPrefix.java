// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.message.Annotations;
import io.postrider.api.message.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What precedes a stored message's own bytes in each delivery: a fresh header and, where the broker added annotations,
 * the message annotations merged with them (AMQP 1.0 §3.2.1, §3.2.3). Owned by one thread; reused for every delivery, so
 * the bytes are valid until the next {@link #encode}.
 *
 * <pre>
 *  on the wire:  [ bytes(): header, merged annotations if any ][ message.encoded() from storedFrom() to its end ]
 * </pre>
 */
public final class DeliveryPrefix {
    /** Position of the header list's size: after the described constructor and the list's own. */
    private static final int HEADER_SIZE_AT = 4;

    private static final int CAPACITY_BYTES = 256;

    private final EncodedBytes encoded = new EncodedBytes(CAPACITY_BYTES);
    private final ValueScanner scanner = new ValueScanner();
    private int storedFrom;

    /**
     * Encodes the prefix of one delivery.
     *
     * @param deliveryCount failed attempts so far
     * @param nowMs wall clock, from which the remaining time to live is counted
     */
    public void encode(Message message, int deliveryCount, long nowMs) {
        encoded.clear();
        header(message, deliveryCount, nowMs);
        storedFrom = 0;
        if (!message.added().isEmpty()) {
            annotations(message);
            storedFrom = message.annotationsLength();
        }
    }

    /** The encoded bytes as a new view. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(encoded.array(), 0, encoded.length());
    }

    /** The encoded bytes are at the start of this array; not to be written, and another array after a longer prefix. */
    public byte[] array() {
        return encoded.array();
    }

    public int length() {
        return encoded.length();
    }

    /** Where in {@link Message#encoded} the part begins that follows this prefix unchanged. */
    public int storedFrom() {
        return storedFrom;
    }

    private void header(Message message, int deliveryCount, long nowMs) {
        boolean isFirst = deliveryCount == 0;
        encoded.int8(TypeCodes.DESCRIBED)
                .int8(TypeCodes.SMALL_ULONG)
                .int8(Section.HEADER.code())
                .int8(TypeCodes.LIST8)
                .int8(0)
                .int8(isFirst ? 4 : 5)
                .int8(message.isDurable() ? TypeCodes.TRUE : TypeCodes.FALSE);
        if (message.priority() == Message.PRIORITY_DEFAULT) {
            encoded.int8(TypeCodes.NULL);
        } else {
            encoded.int8(TypeCodes.UBYTE).int8(message.priority());
        }
        if (message.expiresAtMs() == Message.NEVER) {
            encoded.int8(TypeCodes.NULL);
        } else {
            // Due at this very moment is still delivered with a ttl of 1, as 0 would read as "none" at many clients.
            long remainingMs = Math.max(1, message.expiresAtMs() - nowMs);
            encoded.uint(Math.min(remainingMs, 0xffff_ffffL));
        }
        encoded.int8(isFirst ? TypeCodes.TRUE : TypeCodes.FALSE);
        if (!isFirst) {
            encoded.uint(deliveryCount);
        }
        encoded.int8At(HEADER_SIZE_AT, encoded.length() - HEADER_SIZE_AT - 1);
    }

    /** The message's own annotations, less those the broker replaces, and then the broker's. */
    private void annotations(Message message) {
        Annotations added = message.added();
        encoded.int8(TypeCodes.DESCRIBED)
                .int8(TypeCodes.SMALL_ULONG)
                .int8(Section.MESSAGE_ANNOTATIONS.code())
                .int8(TypeCodes.MAP32);
        int sizeAt = encoded.length();
        encoded.int32(0).int32(0);
        int count = message.annotationsLength() == 0 ? 0 : copyOwn(message, added);
        for (Map.Entry<String, Object> entry : added.values().entrySet()) {
            encoded.symbol(entry.getKey()).simple(entry.getValue());
            count += 2;
        }
        encoded.int32At(sizeAt, encoded.length() - sizeAt - 4);
        encoded.int32At(sizeAt + 4, count);
    }

    private int copyOwn(Message message, Annotations added) {
        byte[] stored = message.encoded();
        scanner.reset(ByteBuffer.wrap(stored, 0, message.annotationsLength()));
        scanner.section(0);
        int mapAt = scanner.valueAt();
        int count = scanner.count(mapAt);
        int at = scanner.firstElement(mapAt);
        int copied = 0;
        for (int i = 0; i < count; i += 2) {
            int value = scanner.skip(at);
            int end = scanner.skip(value);
            if (!isReplaced(at, added)) {
                encoded.raw(stored, at, end - at);
                copied += 2;
            }
            at = end;
        }
        scanner.clear();
        return copied;
    }

    private boolean isReplaced(int keyAt, Annotations added) {
        for (String key : added.values().keySet()) {
            if (scanner.textEquals(keyAt, key.getBytes(StandardCharsets.US_ASCII))) {
                return true;
            }
        }
        return false;
    }
}
