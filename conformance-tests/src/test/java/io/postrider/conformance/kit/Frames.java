// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/** Frame layout of AMQP 1.0 §2.3 around Proton's codec. Owned by one thread. */
public final class Frames {
    public static final int AMQP = 0;
    public static final int SASL = 1;

    private static final int ENCODE_BYTES_MAX = 64 * 1024;

    private final DecoderImpl decoder = new DecoderImpl();
    private final EncoderImpl encoder = new EncoderImpl(decoder);

    public Frames() {
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
    }

    byte[] encode(int type, int channel, Object body, byte[] payload) {
        byte[] encoded = encodeBody(body);
        byte[] both = ByteBuffer.allocate(encoded.length + payload.length)
                .put(encoded)
                .put(payload)
                .array();
        return frame(both.length + 8, 2, type, channel, both);
    }

    byte[] encodeBody(Object body) {
        ByteBuffer buffer = ByteBuffer.allocate(ENCODE_BYTES_MAX);
        encoder.setByteBuffer(buffer);
        encoder.writeObject(body);
        byte[] encoded = new byte[buffer.position()];
        buffer.flip().get(encoded);
        return encoded;
    }

    /** A frame with whatever size and data offset it is told to claim. */
    public static byte[] frame(int size, int dataOffset, int type, int channel, byte[] body) {
        return ByteBuffer.allocate(8 + body.length)
                .putInt(size)
                .put((byte) dataOffset)
                .put((byte) type)
                .putShort((short) channel)
                .put(body)
                .array();
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static int size(byte[] head) {
        return ByteBuffer.wrap(head).getInt();
    }

    /** Decodes a frame from its first 8 bytes and the rest. */
    public Frame decode(byte[] head, byte[] rest) {
        ByteBuffer start = ByteBuffer.wrap(head);
        int dataOffset = start.get(4) & 0xff;
        int type = start.get(5) & 0xff;
        int channel = start.getShort(6) & 0xffff;
        int skip = dataOffset * 4 - 8;
        if (rest.length == skip) {
            return new Frame(type, channel, null, new byte[0]);
        }
        ByteBuffer buffer = ByteBuffer.wrap(rest, skip, rest.length - skip);
        decoder.setByteBuffer(buffer);
        Object body = decoder.readObject();
        byte[] payload = new byte[buffer.remaining()];
        buffer.get(payload);
        return new Frame(type, channel, body, payload);
    }
}
