// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.codec;

import io.postrider.api.message.Annotations;
import io.postrider.api.message.DedupeId;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * Bytes of one message. Stateless.
 *
 * <pre>
 * flags(1) priority(1) annotationsLength(4) [expiresAtMs(8)] [deliverAtMs(8)] [added] [body] length(4) encoded(length)
 * flags: 1 durable, 2 expiresAtMs present, 4 deliverAtMs present, 8 added present, 16 body present, 128 reserved for encryption
 * body: id(8) chunks(4) bytes(8)
 * added: count(4) { key: string, type(1), value }*
 * </pre>
 */
public final class MessageCodec {
    private static final int DURABLE = 1;
    private static final int EXPIRES = 2;
    private static final int DELAYED = 4;
    private static final int ADDED = 8;
    private static final int LARGE = 16;
    private static final int NAMED = 32;
    private static final int KNOWN_FLAGS = DURABLE | EXPIRES | DELAYED | ADDED | LARGE | NAMED;

    private MessageCodec() {}

    public static void write(Message message, ByteWriter out) {
        int flags = (message.isDurable() ? DURABLE : 0)
                | (message.expiresAtMs() != Message.NEVER ? EXPIRES : 0)
                | (message.deliverAtMs() != Message.NEVER ? DELAYED : 0)
                | (message.added().isEmpty() ? 0 : ADDED)
                | (message.body() == null ? 0 : LARGE)
                | (message.dedupeId() == null ? 0 : NAMED);
        byte[] encoded = message.encoded();
        ByteBuffer head = out.room(6 + 16);
        head.put((byte) flags).put((byte) message.priority()).putInt(message.annotationsLength());
        if (message.expiresAtMs() != Message.NEVER) {
            head.putLong(message.expiresAtMs());
        }
        if (message.deliverAtMs() != Message.NEVER) {
            head.putLong(message.deliverAtMs());
        }
        if (!message.added().isEmpty()) {
            writeAnnotations(message.added(), out);
        }
        LargeBody body = message.body();
        if (body != null) {
            out.putLong(body.id());
            out.putInt(body.chunks());
            out.putLong(body.bytes());
        }
        DedupeId dedupeId = message.dedupeId();
        if (dedupeId != null) {
            out.putLong(dedupeId.high());
            out.putLong(dedupeId.low());
        }
        out.putBytes(encoded);
    }

    static Message read(ByteReader in) {
        int flags = in.readByte();
        if ((flags & ~KNOWN_FLAGS) != 0) {
            throw new CodecException("Expected message flags within 0x3f, but found 0x" + Integer.toHexString(flags));
        }
        int priority = in.readByte();
        int annotationsLength = in.readInt();
        long expiresAtMs = (flags & EXPIRES) != 0 ? in.readLong() : Message.NEVER;
        long deliverAtMs = (flags & DELAYED) != 0 ? in.readLong() : Message.NEVER;
        Annotations added = (flags & ADDED) != 0 ? readAnnotations(in) : Annotations.NONE;
        try {
            LargeBody body = (flags & LARGE) != 0 ? readBody(in) : null;
            DedupeId dedupeId = (flags & NAMED) != 0 ? new DedupeId(in.readLong(), in.readLong()) : null;
            return new Message(
                    in.readBytes(),
                    annotationsLength,
                    (flags & DURABLE) != 0,
                    priority,
                    expiresAtMs,
                    deliverAtMs,
                    added,
                    body,
                    dedupeId);
        } catch (IllegalArgumentException e) {
            throw new CodecException(String.valueOf(e.getMessage()));
        }
    }

    static LargeBody readBody(ByteReader in) {
        return new LargeBody(in.readLong(), in.readInt(), in.readLong());
    }

    /** Reads a message from a buffer of its own. */
    public static Message read(ByteBuffer bytes) {
        return read(new ByteReader(bytes));
    }

    static void writeAnnotations(Annotations annotations, ByteWriter out) {
        out.putInt(annotations.values().size());
        for (Map.Entry<String, Object> entry : annotations.values().entrySet()) {
            out.putString(entry.getKey());
            writeValue(entry.getValue(), out);
        }
    }

    private static void writeValue(Object value, ByteWriter out) {
        if (value instanceof String text) {
            out.putByte(1);
            out.putString(text);
        } else if (value instanceof Boolean bool) {
            out.putByte(2);
            out.putBoolean(bool);
        } else if (value instanceof Byte
                || value instanceof Short
                || value instanceof Integer
                || value instanceof Long) {
            out.putByte(value instanceof Byte ? 3 : value instanceof Short ? 4 : value instanceof Integer ? 5 : 6);
            out.putLong(((Number) value).longValue());
        } else if (value instanceof Float number) {
            out.putByte(7);
            out.putInt(Float.floatToRawIntBits(number));
        } else if (value instanceof Double number) {
            out.putByte(8);
            out.putLong(Double.doubleToRawLongBits(number));
        } else if (value instanceof byte[] bytes) {
            out.putByte(9);
            out.putBytes(bytes);
        } else {
            throw new IllegalArgumentException("Expected an annotation of a simple type, but got "
                    + value.getClass().getName());
        }
    }

    static Annotations readAnnotations(ByteReader in) {
        int count = in.readCount(6);
        TreeMap<String, Object> values = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            values.put(in.readString(), readValue(in));
        }
        return new Annotations(values);
    }

    private static Object readValue(ByteReader in) {
        int type = in.readByte();
        return switch (type) {
            case 1 -> in.readString();
            case 2 -> in.readBoolean();
            case 3 -> (byte) in.readLong();
            case 4 -> (short) in.readLong();
            case 5 -> (int) in.readLong();
            case 6 -> in.readLong();
            case 7 -> Float.intBitsToFloat(in.readInt());
            case 8 -> Double.longBitsToDouble(in.readLong());
            case 9 -> in.readBytes();
            default -> throw new CodecException("Expected an annotation type of 1 to 9, but found " + type);
        };
    }
}
