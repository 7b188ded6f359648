// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.codec.AmqpReader;
import io.postrider.jms.codec.AmqpWriter;
import jakarta.jms.JMSException;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotReadableException;
import jakarta.jms.StreamMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A message with a sequence of typed values as its body. A conversion that fails leaves the position where it was. */
final class PostriderStreamMessage extends PostriderMessage implements StreamMessage {
    private static final int NOT_IN_BYTES = -1;

    private final List<@Nullable Object> fields = new ArrayList<>();
    private int next;
    /** How far {@link #readBytes} has come in the byte array at {@code next}. */
    private int bytesRead = NOT_IN_BYTES;

    private interface Conversion<T> {
        @Nullable
        T of(@Nullable Object value) throws JMSException;
    }

    @Override
    byte typeCode() {
        return SectionCodes.TYPE_STREAM;
    }

    @Override
    void writeBody(AmqpWriter writer) {
        writer.writeDescriptor(SectionCodes.SEQUENCE);
        int mark = writer.begin();
        for (Object field : fields) {
            writer.writeObject(field);
        }
        writer.endList(mark, fields.size());
    }

    @Override
    void readBody(Reception received) {
        Sections sections = received.sections();
        if (sections.bodyCode() == SectionCodes.SEQUENCE) {
            Bodies.sequence(sections).forEach(value -> fields.add(Conversions.receivedInBody(value)));
            return;
        }
        AmqpReader reader = sections.body();
        if (reader.readObject() instanceof List<?> list) {
            list.forEach(value -> fields.add(Conversions.receivedInBody(value)));
        }
    }

    @Override
    void emptyBody() {
        fields.clear();
        next = 0;
        bytesRead = NOT_IN_BYTES;
    }

    @Override
    boolean isBodyOf(Class<?> target) {
        return false;
    }

    @Override
    public void reset() throws JMSException {
        loadBody();
        next = 0;
        bytesRead = NOT_IN_BYTES;
        setBodyReadOnly(true);
    }

    private <T> T read(Conversion<T> conversion) throws JMSException {
        return Objects.requireNonNull(readOrNull(conversion));
    }

    private <T> @Nullable T readOrNull(Conversion<T> conversion) throws JMSException {
        Object value = peek();
        if (bytesRead != NOT_IN_BYTES) {
            throw new MessageFormatException("A byte array has not been read to its end by readBytes()");
        }
        T converted = conversion.of(value);
        next++;
        return converted;
    }

    private @Nullable Object peek() throws JMSException {
        if (!isBodyReadOnly()) {
            throw new MessageNotReadableException("The body is being written; reset() makes it readable");
        }
        loadBody();
        if (next >= fields.size()) {
            throw new MessageEOFException("No more values in the message");
        }
        return fields.get(next);
    }

    private void write(@Nullable Object value) throws JMSException {
        checkBodyWritable();
        fields.add(value);
    }

    @Override
    public boolean readBoolean() throws JMSException {
        return read(Conversions::toBoolean);
    }

    @Override
    public byte readByte() throws JMSException {
        return read(Conversions::toByte);
    }

    @Override
    public short readShort() throws JMSException {
        return read(Conversions::toShort);
    }

    @Override
    public char readChar() throws JMSException {
        return read(Conversions::toChar);
    }

    @Override
    public int readInt() throws JMSException {
        return read(Conversions::toInt);
    }

    @Override
    public long readLong() throws JMSException {
        return read(Conversions::toLong);
    }

    @Override
    public float readFloat() throws JMSException {
        return read(Conversions::toFloat);
    }

    @Override
    public double readDouble() throws JMSException {
        return read(Conversions::toDouble);
    }

    @Override
    public @Nullable String readString() throws JMSException {
        return readOrNull(Conversions::toText);
    }

    @Override
    public int readBytes(byte[] value) throws JMSException {
        byte[] bytes = Conversions.toBytes(peek());
        if (bytes == null) {
            next++;
            return -1;
        }
        int from = Math.max(0, bytesRead);
        if (bytesRead != NOT_IN_BYTES && from == bytes.length) {
            // The array was an exact multiple of the caller's buffer: this call only says that it is over.
            bytesRead = NOT_IN_BYTES;
            next++;
            return -1;
        }
        int count = Math.min(value.length, bytes.length - from);
        System.arraycopy(bytes, from, value, 0, count);
        if (count < value.length) {
            bytesRead = NOT_IN_BYTES;
            next++;
        } else {
            bytesRead = from + count;
        }
        return count;
    }

    @Override
    public @Nullable Object readObject() throws JMSException {
        return readOrNull(value -> value instanceof byte[] bytes ? bytes.clone() : value);
    }

    @Override
    public void writeBoolean(boolean value) throws JMSException {
        write(value);
    }

    @Override
    public void writeByte(byte value) throws JMSException {
        write(value);
    }

    @Override
    public void writeShort(short value) throws JMSException {
        write(value);
    }

    @Override
    public void writeChar(char value) throws JMSException {
        write(value);
    }

    @Override
    public void writeInt(int value) throws JMSException {
        write(value);
    }

    @Override
    public void writeLong(long value) throws JMSException {
        write(value);
    }

    @Override
    public void writeFloat(float value) throws JMSException {
        write(value);
    }

    @Override
    public void writeDouble(double value) throws JMSException {
        write(value);
    }

    @Override
    public void writeString(@Nullable String value) throws JMSException {
        write(value);
    }

    @Override
    public void writeBytes(byte @Nullable [] value) throws JMSException {
        write(value == null ? null : value.clone());
    }

    @Override
    public void writeBytes(byte[] value, int offset, int length) throws JMSException {
        write(Arrays.copyOfRange(value, offset, offset + length));
    }

    @Override
    public void writeObject(@Nullable Object value) throws JMSException {
        if (value != null && !Conversions.isBodyValue(value)) {
            throw Conversions.notAValue(value);
        }
        write(value instanceof byte[] bytes ? bytes.clone() : value);
    }
}
