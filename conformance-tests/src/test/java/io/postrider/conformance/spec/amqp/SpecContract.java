// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.conformance.kit.BrokerUnderTest;
import io.postrider.conformance.kit.Frame;
import io.postrider.conformance.kit.RawAmqpPeer;
import io.postrider.conformance.kit.SharedBroker;
import io.postrider.conformance.kit.Transport;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A fresh peer and an address of its own for each test, over every transport. What the peer reads is always the next frame:
 * a frame nobody expected fails the test.
 */
@ExtendWith(SharedBroker.class)
@ParameterizedClass
@EnumSource(Transport.class)
abstract class SpecContract {
    static final String FRAMING_ERROR = "amqp:connection:framing-error";
    static final String DECODE_ERROR = "amqp:decode-error";
    static final String INVALID_FIELD = "amqp:invalid-field";
    static final String ILLEGAL_STATE = "amqp:illegal-state";

    /** An amqp-value section holding the string "x". */
    static final byte[] MESSAGE = message("x");

    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    @Parameter
    Transport transport;

    BrokerUnderTest broker;
    RawAmqpPeer peer;
    String address;

    @BeforeEach
    final void connect(BrokerUnderTest shared) {
        broker = shared;
        address = "spec." + getClass().getSimpleName() + "." + ADDRESSES.incrementAndGet();
        peer = another();
    }

    @AfterEach
    final void disconnect() {
        peer.close();
    }

    final RawAmqpPeer another() {
        return RawAmqpPeer.connect(broker, transport);
    }

    static byte[] message(String text) {
        byte[] value = text.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[5 + value.length];
        bytes[1] = 0x53;
        bytes[2] = 0x77;
        bytes[3] = (byte) 0xa1;
        bytes[4] = (byte) value.length;
        System.arraycopy(value, 0, bytes, 5, value.length);
        return bytes;
    }

    static UnsignedInteger uint(long value) {
        return UnsignedInteger.valueOf(value);
    }

    // ---- steps

    final void openAndBegin() {
        peer.open();
        peer.begin(0);
    }

    static Begin begin() {
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.ONE);
        begin.setIncomingWindow(uint(2048));
        begin.setOutgoingWindow(uint(2048));
        return begin;
    }

    /** Attaches a sender on channel 0 and reads its first credit. */
    final Attach attachSender(int handle) {
        return attachSender(RawAmqpPeer.senderAttach("sender-" + handle, handle, address));
    }

    final Attach attachSender(Attach attach) {
        peer.send(0, attach);
        Attach reply = next(Attach.class);
        Flow flow = next(Flow.class);
        assertTrue(flow.getLinkCredit().longValue() > 0, peer::toString);
        return reply;
    }

    final Attach attachReceiver(int handle) {
        return attachReceiver(RawAmqpPeer.receiverAttach("receiver-" + handle, handle, address));
    }

    final Attach attachReceiver(Attach attach) {
        peer.send(0, attach);
        return next(Attach.class);
    }

    final void send(int handle, int deliveryId, String text) {
        peer.send(0, RawAmqpPeer.transfer(handle, deliveryId), message(text));
    }

    /** Puts messages on the address by another connection, and knows that they are there. */
    final void put(String... texts) {
        try (RawAmqpPeer producer = another()) {
            producer.open();
            producer.begin(0);
            producer.send(0, RawAmqpPeer.senderAttach("producer", 0, address));
            producer.expect(Attach.class);
            for (int i = 0; i < texts.length; i++) {
                producer.send(0, RawAmqpPeer.transfer(0, i), message(texts[i]));
                producer.expect(Disposition.class);
            }
            producer.send(0, new Close());
            producer.expect(Close.class);
        }
    }

    static Disposition disposition(
            Role role, long first, Boolean isSettled, org.apache.qpid.proton.amqp.transport.DeliveryState state) {
        Disposition disposition = new Disposition();
        disposition.setRole(role);
        disposition.setFirst(uint(first));
        disposition.setSettled(isSettled);
        disposition.setState(state);
        return disposition;
    }

    static Detach detach(int handle, boolean isClosed) {
        Detach detach = new Detach();
        detach.setHandle(uint(handle));
        detach.setClosed(isClosed);
        return detach;
    }

    static Flow sessionFlow() {
        Flow flow = RawAmqpPeer.credit(0, 0, 0);
        flow.setHandle(null);
        flow.setDeliveryCount(null);
        flow.setLinkCredit(null);
        return flow;
    }

    // ---- what comes back

    /** The next frame that is not empty, which must have this body. */
    final <T> T next(Class<T> kind) {
        return nextFrame(kind).body(kind);
    }

    final Frame nextFrame(Class<?> kind) {
        Frame frame = peer.readFrame();
        while (frame != null && frame.body() == null) {
            frame = peer.readFrame();
        }
        assertNotNull(frame, () -> "Expected " + kind.getSimpleName() + ", but the stream ended\n" + peer);
        assertEquals(kind, frame.body().getClass(), peer::toString);
        return frame;
    }

    /** The text of the next delivery, which must come in one frame. */
    final String nextText() {
        return text(nextFrame(Transfer.class));
    }

    static String text(Frame transfer) {
        String payload = new String(transfer.payload(), StandardCharsets.ISO_8859_1);
        return payload.substring(payload.indexOf("\0Sw\u00a1") + 5);
    }

    final void assertNoMoreFrames() {
        // An echo of the session's state is answered behind whatever else there was.
        Flow echo = sessionFlow();
        echo.setEcho(true);
        peer.send(0, echo);
        assertNull(next(Flow.class).getHandle(), peer::toString);
    }

    /** Reads past flows and dispositions to the close, which is the last frame; the socket ends behind it. */
    final void assertClosed(String condition) {
        List<Frame> frames = peer.readToEnd();
        assertTrue(!frames.isEmpty(), peer::toString);
        Object last = frames.get(frames.size() - 1).body();
        assertEquals(Close.class, last == null ? null : last.getClass(), peer::toString);
        assertCondition(condition, ((Close) last).getError());
        long opens =
                peer.frames().stream().filter(f -> f.body() instanceof Open).count();
        assertEquals(1, opens, peer::toString);
    }

    /** The session ends with the condition, and the connection goes on. */
    final void assertEnded(String condition) {
        assertCondition(condition, skipTo(End.class).getError());
        peer.send(0, new End());
        assertConnectionLives();
    }

    /** The link is detached for good with the condition; its session goes on. */
    final void assertDetached(String condition) {
        Detach detach = skipTo(Detach.class);
        assertCondition(condition, detach.getError());
        assertTrue(detach.getClosed(), peer::toString);
        peer.send(0, detach(detach.getHandle().intValue(), true));
        assertNoMoreFrames();
    }

    /** The attach is answered with a null terminus and a closing detach. */
    final void assertRefused(String condition, Role peers) {
        Attach reply = next(Attach.class);
        assertNull(peers == Role.SENDER ? reply.getTarget() : reply.getSource(), peer::toString);
        assertDetached(condition);
    }

    final void assertConnectionLives() {
        peer.send(9, begin());
        next(Begin.class);
    }

    final <T> T skipTo(Class<T> kind) {
        while (true) {
            Frame frame = peer.readFrame();
            assertNotNull(frame, () -> "Expected " + kind.getSimpleName() + ", but the stream ended\n" + peer);
            if (kind.isInstance(frame.body())) {
                return frame.body(kind);
            }
            assertTrue(
                    frame.body() == null || frame.body() instanceof Flow || frame.body() instanceof Disposition,
                    peer::toString);
        }
    }

    final void assertCondition(String expected, ErrorCondition actual) {
        assertEquals(Symbol.valueOf(expected), actual == null ? null : actual.getCondition(), peer::toString);
        assertNotNull(actual.getDescription(), peer::toString);
    }
}
