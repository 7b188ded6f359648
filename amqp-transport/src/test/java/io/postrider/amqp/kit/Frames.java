// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.kit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/** Frames as bytes and back, with Proton-J's codec alone, and short forms of the performatives tests send. */
public final class Frames {
    public static final byte[] AMQP_HEADER = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    public static final byte[] SASL_HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};

    private static final ThreadLocal<DecoderImpl> DECODER = ThreadLocal.withInitial(() -> {
        DecoderImpl decoder = new DecoderImpl();
        AMQPDefinedTypes.registerAllTypes(decoder, new EncoderImpl(decoder));
        return decoder;
    });

    private Frames() {}

    /**
     * One frame as it was read.
     *
     * @param body null for an empty frame
     */
    public record Frame(int type, int channel, Object body, byte[] payload) {
        public <T> T as(Class<T> expected) {
            if (!expected.isInstance(body)) {
                throw new AssertionError("Expected " + expected.getSimpleName() + ", but found " + body);
            }
            return expected.cast(body);
        }
    }

    public static byte[] frame(int channel, Object body) {
        return frame(0, channel, body, new byte[0]);
    }

    public static byte[] frame(int type, int channel, Object body, byte[] payload) {
        byte[] encoded = body == null ? new byte[0] : encode(body);
        ByteBuffer frame = ByteBuffer.allocate(8 + encoded.length + payload.length);
        frame.putInt(frame.capacity()).put((byte) 2).put((byte) type).putShort((short) channel);
        frame.put(encoded).put(payload);
        return frame.array();
    }

    public static byte[] encode(Object... values) {
        DecoderImpl decoder = new DecoderImpl();
        EncoderImpl encoder = new EncoderImpl(decoder);
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        encoder.setByteBuffer(buffer);
        for (Object value : values) {
            encoder.writeObject(value);
        }
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
    }

    /** The frame between the size field and the end, whole. */
    public static Frame parse(byte[] frame) {
        ByteBuffer buffer = ByteBuffer.wrap(frame);
        int bodyStart = 4 * frame[4];
        int channel = buffer.getShort(6) & 0xffff;
        buffer.position(bodyStart);
        if (!buffer.hasRemaining()) {
            return new Frame(frame[5], channel, null, new byte[0]);
        }
        DecoderImpl decoder = DECODER.get();
        decoder.setByteBuffer(buffer);
        Object body = decoder.readObject();
        byte[] payload = new byte[buffer.remaining()];
        buffer.get(payload);
        return new Frame(frame[5], channel, body, payload);
    }

    /** All whole frames in a stretch of bytes. */
    public static List<Frame> parseAll(byte[] bytes) {
        List<Frame> frames = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            byte[] frame = new byte[buffer.getInt(buffer.position())];
            buffer.get(frame);
            frames.add(parse(frame));
        }
        return frames;
    }

    public static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    // ---- performatives

    public static Open open(String containerId) {
        Open open = new Open();
        open.setContainerId(containerId);
        open.setHostname("localhost");
        return open;
    }

    public static Begin begin() {
        return begin(1, 2048);
    }

    public static Begin begin(int nextOutgoingId, int incomingWindow) {
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.valueOf(nextOutgoingId));
        begin.setIncomingWindow(UnsignedInteger.valueOf(incomingWindow));
        begin.setOutgoingWindow(UnsignedInteger.valueOf(2048));
        return begin;
    }

    public static Attach sender(String name, int handle, String address) {
        Target target = new Target();
        target.setAddress(address);
        return attach(name, handle, Role.SENDER, new Source(), target);
    }

    public static Attach receiver(String name, int handle, String address) {
        Source source = new Source();
        source.setAddress(address);
        return attach(name, handle, Role.RECEIVER, source, new Target());
    }

    public static Attach attach(String name, int handle, Role role, Source source, Target target) {
        Attach attach = new Attach();
        attach.setName(name);
        attach.setHandle(UnsignedInteger.valueOf(handle));
        attach.setRole(role);
        attach.setSndSettleMode(SenderSettleMode.MIXED);
        attach.setRcvSettleMode(ReceiverSettleMode.FIRST);
        attach.setSource(source);
        attach.setTarget(target);
        if (role == Role.SENDER) {
            attach.setInitialDeliveryCount(UnsignedInteger.ZERO);
        }
        return attach;
    }

    public static Flow credit(int handle, int deliveryCount, int credit) {
        Flow flow = sessionFlow(1, 2048);
        flow.setHandle(UnsignedInteger.valueOf(handle));
        flow.setDeliveryCount(UnsignedInteger.valueOf(deliveryCount));
        flow.setLinkCredit(UnsignedInteger.valueOf(credit));
        return flow;
    }

    public static Flow sessionFlow(int nextIncomingId, int incomingWindow) {
        Flow flow = new Flow();
        flow.setNextIncomingId(UnsignedInteger.valueOf(nextIncomingId));
        flow.setIncomingWindow(UnsignedInteger.valueOf(incomingWindow));
        flow.setNextOutgoingId(UnsignedInteger.valueOf(1));
        flow.setOutgoingWindow(UnsignedInteger.valueOf(2048));
        return flow;
    }

    public static Transfer transfer(int handle, int deliveryId, boolean isSettled) {
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.valueOf(handle));
        transfer.setDeliveryId(UnsignedInteger.valueOf(deliveryId));
        transfer.setDeliveryTag(
                new Binary(ByteBuffer.allocate(4).putInt(deliveryId).array()));
        transfer.setMessageFormat(UnsignedInteger.ZERO);
        transfer.setSettled(isSettled);
        return transfer;
    }

    public static Transfer continuation(int handle, boolean hasMore) {
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.valueOf(handle));
        transfer.setMore(hasMore);
        return transfer;
    }

    public static Disposition disposition(Role role, int first, int last, boolean isSettled, DeliveryState state) {
        Disposition disposition = new Disposition();
        disposition.setRole(role);
        disposition.setFirst(UnsignedInteger.valueOf(first));
        disposition.setLast(UnsignedInteger.valueOf(last));
        disposition.setSettled(isSettled);
        disposition.setState(state);
        return disposition;
    }

    public static org.apache.qpid.proton.amqp.transport.Detach detach(int handle, boolean isClosed) {
        var detach = new org.apache.qpid.proton.amqp.transport.Detach();
        detach.setHandle(UnsignedInteger.valueOf(handle));
        detach.setClosed(isClosed);
        return detach;
    }

    public static org.apache.qpid.proton.amqp.security.SaslInit saslInit(String mechanism, byte[] response) {
        var init = new org.apache.qpid.proton.amqp.security.SaslInit();
        init.setMechanism(Symbol.valueOf(mechanism));
        init.setInitialResponse(response == null ? null : new Binary(response));
        return init;
    }

    public static byte[] plain(String user, String password) {
        return ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8);
    }

    /** A message with a string body. */
    public static byte[] message(String text) {
        return encode(new AmqpValue(text));
    }

    /** A message with a data section of some size. */
    public static byte[] message(int bytes) {
        return encode(new org.apache.qpid.proton.amqp.messaging.Data(new Binary(new byte[bytes])));
    }

    public static UnsignedShort ushort(int value) {
        return UnsignedShort.valueOf((short) value);
    }

    public static UnsignedByte ubyte(int value) {
        return UnsignedByte.valueOf((byte) value);
    }
}
