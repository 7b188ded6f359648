// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.message;

import io.postrider.jms.codec.AmqpReader;
import io.postrider.jms.codec.AmqpWriter;
import io.postrider.jms.error.JmsErrors;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotReadableException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A message with a stream of bytes as its body: written, then {@link #reset} and read. A received body is read where it
 * lies in the message.
 */
final class PostriderBytesMessage extends PostriderMessage implements BytesMessage {
    private static final int INITIAL_BYTES = 64;

    private Bodies.Slice content = Bodies.Slice.EMPTY;
    private @Nullable DataInputStream in;
    private @Nullable Growing buffer;
    private @Nullable DataOutputStream out;

    /** Gives out what was written without copying it. */
    private static final class Growing extends ByteArrayOutputStream {
        Growing(int capacity) {
            super(capacity);
        }

        Bodies.Slice slice() {
            return new Bodies.Slice(buf, 0, count);
        }
    }

    private interface Read<T> {
        T from(DataInputStream in) throws IOException;
    }

    private interface Write {
        void to(DataOutputStream out) throws IOException;
    }

    @Override
    byte typeCode() {
        return SectionCodes.TYPE_BYTES;
    }

    @Override
    byte @Nullable [] contentType() {
        return SectionCodes.OCTET_STREAM;
    }

    @Override
    void writeBody(AmqpWriter writer) {
        Bodies.Slice written = written();
        writer.writeDescriptor(SectionCodes.DATA);
        writer.writeBinary(written.bytes, written.offset, written.length);
    }

    @Override
    void readBody(Reception received) {
        Sections sections = received.sections();
        switch (sections.bodyCode()) {
            case SectionCodes.DATA -> content = Bodies.data(sections);
            case SectionCodes.VALUE -> {
                AmqpReader reader = sections.body();
                if (reader.readObject() instanceof byte[] bytes) {
                    content = new Bodies.Slice(bytes, 0, bytes.length);
                }
            }
            default -> {}
        }
    }

    @Override
    void emptyBody() {
        content = Bodies.Slice.EMPTY;
        in = null;
        buffer = null;
        out = null;
    }

    @Override
    @Nullable
    Object body() throws JMSException {
        reset();
        return content.length == 0 ? null : content.copy();
    }

    @Override
    boolean isBodyOf(Class<?> target) {
        return written().length == 0 || target.isAssignableFrom(byte[].class);
    }

    /** The bytes as they are now, whether being written or read. */
    private Bodies.Slice written() {
        if (buffer != null) {
            return buffer.slice();
        }
        return content;
    }

    @Override
    public void reset() throws JMSException {
        loadBody();
        content = written();
        buffer = null;
        out = null;
        in = null;
        setBodyReadOnly(true);
    }

    @Override
    public long getBodyLength() throws JMSException {
        checkReadable();
        return content.length;
    }

    private void checkReadable() throws JMSException {
        if (!isBodyReadOnly()) {
            throw new MessageNotReadableException("The body is being written; reset() makes it readable");
        }
        loadBody();
    }

    private DataInputStream input() throws JMSException {
        checkReadable();
        if (in == null) {
            in = new DataInputStream(new ByteArrayInputStream(content.bytes, content.offset, content.length));
        }
        return in;
    }

    private <T> T read(Read<T> read) throws JMSException {
        try {
            return read.from(input());
        } catch (EOFException e) {
            throw JmsErrors.withCause(new MessageEOFException("No more bytes in the message"), e);
        } catch (IOException e) {
            throw JmsErrors.withCause(new MessageFormatException("The bytes are not what was asked for: " + e), e);
        }
    }

    private void write(int bytesExpected, Write write) throws JMSException {
        checkBodyWritable();
        if (buffer == null || out == null) {
            Growing fresh = new Growing(Math.max(INITIAL_BYTES, content.length + bytesExpected));
            fresh.write(content.bytes, content.offset, content.length);
            buffer = fresh;
            out = new DataOutputStream(fresh);
        }
        try {
            write.to(out);
        } catch (IOException e) {
            throw JmsErrors.withCause(new MessageFormatException("The value cannot be written: " + e), e);
        }
    }

    @Override
    public boolean readBoolean() throws JMSException {
        return read(DataInputStream::readBoolean);
    }

    @Override
    public byte readByte() throws JMSException {
        return read(DataInputStream::readByte);
    }

    @Override
    public int readUnsignedByte() throws JMSException {
        return read(DataInputStream::readUnsignedByte);
    }

    @Override
    public short readShort() throws JMSException {
        return read(DataInputStream::readShort);
    }

    @Override
    public int readUnsignedShort() throws JMSException {
        return read(DataInputStream::readUnsignedShort);
    }

    @Override
    public char readChar() throws JMSException {
        return read(DataInputStream::readChar);
    }

    @Override
    public int readInt() throws JMSException {
        return read(DataInputStream::readInt);
    }

    @Override
    public long readLong() throws JMSException {
        return read(DataInputStream::readLong);
    }

    @Override
    public float readFloat() throws JMSException {
        return read(DataInputStream::readFloat);
    }

    @Override
    public double readDouble() throws JMSException {
        return read(DataInputStream::readDouble);
    }

    @Override
    public String readUTF() throws JMSException {
        return read(from -> from.readUTF());
    }

    @Override
    public int readBytes(byte[] value) throws JMSException {
        return readBytes(value, value.length);
    }

    @Override
    public int readBytes(byte[] value, int length) throws JMSException {
        if (length < 0 || length > value.length) {
            throw new IndexOutOfBoundsException("Expected a length of 0 to " + value.length + ", but got " + length);
        }
        return read(from -> from.read(value, 0, length));
    }

    @Override
    public void writeBoolean(boolean value) throws JMSException {
        write(0, to -> to.writeBoolean(value));
    }

    @Override
    public void writeByte(byte value) throws JMSException {
        write(0, to -> to.writeByte(value));
    }

    @Override
    public void writeShort(short value) throws JMSException {
        write(0, to -> to.writeShort(value));
    }

    @Override
    public void writeChar(char value) throws JMSException {
        write(0, to -> to.writeChar(value));
    }

    @Override
    public void writeInt(int value) throws JMSException {
        write(0, to -> to.writeInt(value));
    }

    @Override
    public void writeLong(long value) throws JMSException {
        write(0, to -> to.writeLong(value));
    }

    @Override
    public void writeFloat(float value) throws JMSException {
        write(0, to -> to.writeFloat(value));
    }

    @Override
    public void writeDouble(double value) throws JMSException {
        write(0, to -> to.writeDouble(value));
    }

    @Override
    public void writeUTF(String value) throws JMSException {
        write(0, to -> to.writeUTF(value));
    }

    @Override
    public void writeBytes(byte[] value) throws JMSException {
        write(value.length, to -> to.write(value));
    }

    @Override
    public void writeBytes(byte[] value, int offset, int length) throws JMSException {
        write(length, to -> to.write(value, offset, length));
    }

    @Override
    public void writeObject(@Nullable Object value) throws JMSException {
        if (value == null) {
            throw new NullPointerException("A bytes message cannot hold null");
        }
        if (value instanceof Boolean v) {
            writeBoolean(v);
        } else if (value instanceof Byte v) {
            writeByte(v);
        } else if (value instanceof Short v) {
            writeShort(v);
        } else if (value instanceof Character v) {
            writeChar(v);
        } else if (value instanceof Integer v) {
            writeInt(v);
        } else if (value instanceof Long v) {
            writeLong(v);
        } else if (value instanceof Float v) {
            writeFloat(v);
        } else if (value instanceof Double v) {
            writeDouble(v);
        } else if (value instanceof String v) {
            writeUTF(v);
        } else if (value instanceof byte[] v) {
            writeBytes(v);
        } else {
            checkBodyWritable();
            throw Conversions.notAValue(value);
        }
    }
}
