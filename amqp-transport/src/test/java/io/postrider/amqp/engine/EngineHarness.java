// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import io.postrider.amqp.kit.Frames;
import io.postrider.amqp.kit.Frames.Frame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.security.SaslFrameBody;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Open;

/** An engine fed with scripted bytes: accepts every link, grants ten credits, and notes what it is told. */
final class EngineHarness implements EngineListener, Output {
    static final int CREDIT = 10;
    static final int FRAME_BYTES_MAX = 4096;
    static final int MESSAGE_BYTES_MAX = 20_000;

    final AmqpEngine engine;
    final List<String> events = new ArrayList<>();
    final List<IncomingEndpoint> incoming = new ArrayList<>();
    final List<OutgoingEndpoint> outgoing = new ArrayList<>();
    final List<OutgoingDelivery> dispositions = new ArrayList<>();
    final List<DeliveryState> states = new ArrayList<>();
    boolean isWritable = true;
    boolean answersLinks = true;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    EngineHarness() {
        this(new EngineSettings("harness", FRAME_BYTES_MAX, 7, 15, MESSAGE_BYTES_MAX, 0));
    }

    EngineHarness(EngineSettings settings) {
        engine = new AmqpEngine(settings, this, this, new PerformativeCodec());
    }

    /** Open, with a session on channel 0, and nothing left to read. */
    static EngineHarness begun() {
        EngineHarness harness = new EngineHarness();
        harness.feed(Frames.AMQP_HEADER, Frames.frame(0, Frames.open("peer")), Frames.frame(0, Frames.begin(1, 100)));
        harness.take();
        harness.events.clear();
        return harness;
    }

    /** Bytes in, in one piece, and the end of the turn. */
    EngineHarness feed(byte[]... parts) {
        engine.input(ByteBuffer.wrap(Frames.join(parts)));
        engine.turnEnd();
        return this;
    }

    EngineHarness send(Object body) {
        return feed(Frames.frame(0, body));
    }

    EngineHarness send(Object body, byte[] payload) {
        return feed(Frames.frame(0, 0, body, payload));
    }

    byte[] takeBytes() {
        engine.turnEnd();
        byte[] bytes = written.toByteArray();
        written.reset();
        return bytes;
    }

    /** Frames written since the last call, a protocol header at the start left out. */
    List<Frame> take() {
        byte[] bytes = takeBytes();
        while (bytes.length >= 8 && bytes[0] == 'A' && bytes[1] == 'M') {
            bytes = java.util.Arrays.copyOfRange(bytes, 8, bytes.length);
        }
        return Frames.parseAll(bytes);
    }

    <T> T takeOne(Class<T> body) {
        List<Frame> frames = take();
        if (frames.size() != 1) {
            throw new AssertionError("Expected one " + body.getSimpleName() + ", but found " + frames);
        }
        return frames.get(0).as(body);
    }

    /** The condition of the end that is the only thing written. */
    String takeEndCondition() {
        return takeOne(End.class).getError().getCondition().toString();
    }

    /** The condition of the close that is the last thing written. */
    String takeCloseCondition() {
        List<Frame> frames = take();
        return frames.get(frames.size() - 1)
                .as(Close.class)
                .getError()
                .getCondition()
                .toString();
    }

    @Override
    public boolean allowsPlainHeader() {
        return true;
    }

    @Override
    public void saslStarted() {
        events.add("sasl");
    }

    @Override
    public void saslFrame(SaslFrameBody frame) {
        events.add(frame.getClass().getSimpleName());
    }

    @Override
    public void inputHeld(boolean isHeld) {
        events.add("held " + isHeld);
    }

    @Override
    public void opened(Open open) {
        events.add("open " + open.getContainerId());
        Open reply = new Open();
        reply.setContainerId("harness");
        engine.open(reply);
    }

    @Override
    public void attached(IncomingEndpoint link, Attach attach) {
        incoming.add(link);
        link.handler(new Incoming(link));
        if (answersLinks) {
            Attach reply = new Attach();
            reply.setTarget(attach.getTarget());
            reply.setSource(new Source());
            link.accept(reply);
            link.grant(CREDIT);
        }
    }

    @Override
    public void attached(OutgoingEndpoint link, Attach attach) {
        outgoing.add(link);
        link.handler(new Outgoing());
        if (answersLinks) {
            Attach reply = new Attach();
            reply.setSource(attach.getSource());
            reply.setTarget(new Target());
            link.accept(reply);
        }
    }

    @Override
    public void sessionEnded(EngineSession session) {
        events.add("session ended");
    }

    @Override
    public void ended(ErrorCondition error, boolean isStreamLost) {
        events.add("ended " + (error == null ? "orderly" : error.getCondition().toString()));
    }

    @Override
    public void closeAnswered() {
        events.add("close answered");
    }

    @Override
    public ByteBuffer take(int bytesMin) {
        return ByteBuffer.allocate(Math.max(bytesMin, 256));
    }

    @Override
    public void give(ByteBuffer buffer) {
        written.write(buffer.array(), 0, buffer.position());
    }

    @Override
    public boolean isWritable() {
        return isWritable;
    }

    /** Sends a delivery of so many bytes on an outgoing link. */
    static void deliver(OutgoingEndpoint link, long token, boolean isSettled, byte[] bytes) {
        link.send(token, isSettled, new byte[] {1, 2}, 2, bytes, 0);
    }

    private final class Incoming implements IncomingEndpoint.Handler {
        private final IncomingEndpoint link;

        Incoming(IncomingEndpoint link) {
            this.link = link;
        }

        @Override
        public void delivery(int deliveryId, boolean isSettled, DeliveryState state, ByteBuffer payload) {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            events.add("delivery " + deliveryId + (isSettled ? " settled " : " ")
                    + new String(bytes, StandardCharsets.US_ASCII));
        }

        @Override
        public void settledByPeer(int deliveryId) {
            events.add("settled by peer " + deliveryId);
        }

        @Override
        public void remoteDetached(boolean isClosed, ErrorCondition error) {
            events.add("detached " + isClosed);
            link.detach(isClosed, null);
        }

        @Override
        public void lost(boolean isOrderly) {
            events.add("incoming lost " + isOrderly);
        }
    }

    private final class Outgoing implements OutgoingEndpoint.Handler {
        @Override
        public void flow() {
            events.add("flow");
        }

        @Override
        public void disposition(OutgoingDelivery delivery, boolean isSettled, DeliveryState state) {
            dispositions.add(delivery);
            states.add(state);
            events.add("disposition " + delivery.token() + (isSettled ? " settled" : ""));
        }

        @Override
        public void windowOpened() {
            events.add("window");
        }

        @Override
        public void remoteDetached(boolean isClosed, ErrorCondition error) {
            events.add("detached " + isClosed);
        }

        @Override
        public void lost(boolean isOrderly) {
            events.add("outgoing lost " + isOrderly);
        }
    }
}
