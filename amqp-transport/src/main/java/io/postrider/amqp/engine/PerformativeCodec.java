// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.jspecify.annotations.Nullable;

/**
 * Proton-J's codec for performatives, behind a structural check of what it is given. Not thread-safe: one per event loop,
 * shared by its connections.
 */
public final class PerformativeCodec {
    private static final int SCRATCH_BYTES = 4096;
    private static final int SCRATCH_BYTES_MAX = 1 << 22;

    private final DecoderImpl decoder = new DecoderImpl();
    private final EncoderImpl encoder = new EncoderImpl(decoder);
    private final SymbolBudget symbols = new SymbolBudget();
    private ByteBuffer scratch = ByteBuffer.allocate(SCRATCH_BYTES);

    public PerformativeCodec() {
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
    }

    /** Decodes the one value between two positions. */
    Object decode(ByteBuffer bytes, int start, int end) {
        int valueEnd = WireFormat.skip(bytes, start, end);
        if (valueEnd != end) {
            throw WireFormat.malformed(
                    "Expected the performative to fill its frame, but " + (end - valueEnd) + " bytes follow it");
        }
        symbols.charge(bytes, start);
        ByteBuffer value = bytes.duplicate();
        value.limit(end).position(start);
        decoder.setByteBuffer(value);
        try {
            Object decoded = decoder.readObject();
            if (decoded == null) {
                throw WireFormat.malformed("Expected a performative, but found null");
            }
            return decoded;
        } catch (ProtocolException e) {
            throw e;
        } catch (RuntimeException e) {
            // Proton reports bad values by whatever its casts and checks throw.
            throw WireFormat.malformed("Expected a performative, but it cannot be decoded: " + e.getMessage());
        } finally {
            decoder.setByteBuffer(null);
        }
    }

    /**
     * The value of a message whose body is one AMQP value (AMQP 1.0 §3.2.8), whatever sections stand around it.
     *
     * @throws IllegalArgumentException when the bytes are no such message
     * @throws UnsupportedOperationException when they are well formed, but a field holds what its type does not allow, or an extension
     *     does: a global-id (AMQP 1.0 §4.5.2) has no standard form
     */
    public @Nullable Object bodyValue(ByteBuffer message) {
        Object value = null;
        boolean hasValue = false;
        int at = message.position();
        while (at < message.limit()) {
            int end = sectionEnd(message, at);
            if (section(message, at, end) instanceof AmqpValue body) {
                value = body.getValue();
                hasValue = true;
            }
            at = end;
        }
        if (!hasValue) {
            throw new IllegalArgumentException("Expected a message with an amqp-value section, but it has none");
        }
        return value;
    }

    private static int sectionEnd(ByteBuffer message, int at) {
        try {
            return WireFormat.skip(message, at, message.limit());
        } catch (ProtocolException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private Object section(ByteBuffer message, int at, int end) {
        try {
            return decode(message, at, end);
        } catch (ProtocolException e) {
            throw new UnsupportedOperationException(e.getMessage(), e);
        }
    }

    /** Encodes a value; the result is valid until the next call. */
    ByteBuffer encode(Object value) {
        while (true) {
            scratch.clear();
            encoder.setByteBuffer(scratch);
            try {
                encoder.writeObject(value);
                scratch.flip();
                return scratch;
            } catch (BufferOverflowException e) {
                if (scratch.capacity() >= SCRATCH_BYTES_MAX) {
                    throw e;
                }
                scratch = ByteBuffer.allocate(2 * scratch.capacity());
            }
        }
    }
}
