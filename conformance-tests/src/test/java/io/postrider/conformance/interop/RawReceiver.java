// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import io.postrider.conformance.kit.Endpoint;
import io.postrider.conformance.kit.Frame;
import io.postrider.conformance.kit.RawAmqpPeer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/** Takes messages from a queue as bytes. */
final class RawReceiver {
    private RawReceiver() {}

    static List<byte[]> take(Endpoint broker, String queue, int count) {
        try (RawAmqpPeer peer = RawAmqpPeer.connect(broker)) {
            peer.open();
            peer.begin(0);
            peer.send(0, RawAmqpPeer.receiverAttach("raw-" + queue, 0, queue));
            peer.expect(Attach.class);
            peer.send(0, RawAmqpPeer.credit(0, 0, count));
            List<byte[]> messages = new ArrayList<>();
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            while (messages.size() < count) {
                Frame frame = peer.expectFrame(Transfer.class);
                message.writeBytes(frame.payload());
                if (!frame.body(Transfer.class).getMore()) {
                    messages.add(message.toByteArray());
                    message.reset();
                }
            }
            Disposition accept = new Disposition();
            accept.setRole(Role.RECEIVER);
            accept.setFirst(UnsignedInteger.ZERO);
            accept.setLast(UnsignedInteger.valueOf(count - 1L));
            accept.setSettled(true);
            accept.setState(Accepted.getInstance());
            peer.send(0, accept);
            peer.send(0, new Close());
            peer.expect(Close.class);
            return messages;
        }
    }

    /** The part of a message that a broker passes on as it is: all but header and delivery annotations. */
    static byte[] withoutHeader(byte[] message) {
        DecoderImpl decoder = new DecoderImpl();
        AMQPDefinedTypes.registerAllTypes(decoder, new EncoderImpl(decoder));
        ByteBuffer buffer = ByteBuffer.wrap(message);
        decoder.setByteBuffer(buffer);
        int start = 0;
        while (buffer.hasRemaining()) {
            Object section = decoder.readObject();
            if (!(section instanceof Header) && !(section instanceof DeliveryAnnotations)) {
                break;
            }
            start = buffer.position();
        }
        return Arrays.copyOfRange(message, start, message.length);
    }
}
