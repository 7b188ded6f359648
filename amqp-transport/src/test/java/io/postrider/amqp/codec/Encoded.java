// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.message.Message;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.proton.codec.WritableBuffer;

/** Makes payloads with Proton-J's codec, and reads them with it: the oracle of the codec's tests. */
final class Encoded {
    private static final int PAYLOAD_BYTES_MAX = 1 << 20;

    private Encoded() {}

    /** The message as Proton encodes it. */
    static byte[] message(org.apache.qpid.proton.message.Message message) {
        byte[] bytes = new byte[PAYLOAD_BYTES_MAX];
        int length = message.encode(WritableBuffer.ByteBufferWrapper.wrap(bytes));
        return Arrays.copyOf(bytes, length);
    }

    /** Sections, or any values, one after the other. */
    static byte[] values(Object... values) {
        DecoderImpl decoder = new DecoderImpl();
        EncoderImpl encoder = new EncoderImpl(decoder);
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        ByteBuffer buffer = ByteBuffer.allocate(PAYLOAD_BYTES_MAX);
        encoder.setByteBuffer(buffer);
        for (Object value : values) {
            encoder.writeObject(value);
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    static byte[] concatenated(byte[]... parts) {
        ByteBuffer all =
                ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    static Message stored(byte[] payload) {
        return new MessageDecoder().decode(ByteBuffer.wrap(payload), 0);
    }

    static Message stored(Object... sections) {
        return stored(values(sections));
    }

    static org.apache.qpid.proton.message.Message proton(byte[] payload) {
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.decode(payload, 0, payload.length);
        return message;
    }
}
