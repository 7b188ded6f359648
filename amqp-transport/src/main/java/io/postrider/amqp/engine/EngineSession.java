// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.FrameBody;
import org.apache.qpid.proton.amqp.transport.SessionError;
import org.jspecify.annotations.Nullable;

/**
 * One session: windows, delivery ids and unsettled deliveries of both directions (AMQP 1.0 §2.5, §2.6). Owned by the
 * connection's event loop. Its links live in {@link LinkTable}.
 *
 * <p>Invariant: an id is in {@code incoming} or {@code outgoing} exactly while neither side has forgotten that delivery.
 */
public final class EngineSession {
    private static final int OUTGOING_WINDOW = Integer.MAX_VALUE;
    private static final int FIRST_OUTGOING_ID = 1;

    private final AmqpEngine engine;
    private final FrameWriter writer;
    private final int channel;
    private final LinkTable links;
    private final DispositionBatch incomingOutcomes;
    private final DispositionBatch outgoingOutcomes;
    private final List<EngineLink> dueFlows = new ArrayList<>();
    private final DeliveryMap<IncomingEndpoint> incoming = new DeliveryMap<>(true);
    private final DeliveryMap<OutgoingDelivery> outgoing = new DeliveryMap<>();

    private int nextIncomingId;
    private final IncomingWindow incomingWindow = new IncomingWindow();
    private boolean hasIncomingDelivery;
    private int nextIncomingDeliveryId;

    private int nextOutgoingId = FIRST_OUTGOING_ID;
    private int remoteIncomingWindow;
    private int nextOutgoingDeliveryId;

    private boolean isFlowDue;
    private boolean isEndSent;
    private boolean isEnded;

    EngineSession(AmqpEngine engine, FrameWriter writer, int peerChannel, int channel, Begin begin) {
        this.engine = engine;
        this.writer = writer;
        this.channel = channel;
        this.links = new LinkTable(this, begin.getHandleMax(), engine.settings().handleMax());
        this.incomingOutcomes = new DispositionBatch(writer, channel, true);
        this.outgoingOutcomes = new DispositionBatch(writer, channel, false);
        this.nextIncomingId = begin.getNextOutgoingId().intValue();
        this.remoteIncomingWindow = windowOf(begin.getIncomingWindow());
        Begin reply = new Begin();
        reply.setRemoteChannel(UnsignedShort.valueOf((short) peerChannel));
        reply.setNextOutgoingId(UnsignedInteger.valueOf(nextOutgoingId));
        reply.setIncomingWindow(UnsignedInteger.valueOf(incomingWindow.frames()));
        reply.setOutgoingWindow(UnsignedInteger.valueOf(OUTGOING_WINDOW));
        reply.setHandleMax(UnsignedInteger.valueOf(engine.settings().handleMax()));
        write(reply);
    }

    public AmqpEngine engine() {
        return engine;
    }

    /** The channel on which our side sends. */
    public int channel() {
        return channel;
    }

    /** Whether the session has ended on either side. */
    boolean isEnded() {
        return isEnded;
    }

    // ---- frames from the peer

    void attach(org.apache.qpid.proton.amqp.transport.Attach attach) {
        links.attach(attach, engine.listener());
    }

    void detach(Detach detach) {
        links.detach(detach);
    }

    /** The link of a handle if the peer still waits for its attach to be answered. */
    @Nullable
    EngineLink unanswered(int handle) {
        return links.unanswered(handle);
    }

    void transfer(TransferFrame frame, ByteBuffer bytes, int frameEnd, PerformativeCodec codec) {
        if (incomingWindow.frames() <= 0) {
            throw ProtocolException.session(
                    SessionError.WINDOW_VIOLATION,
                    "Expected no transfer on channel " + channel + ", because its incoming-window is 0");
        }
        incomingWindow.received();
        nextIncomingId++;
        IncomingEndpoint link = links.incoming(frame.handle);
        if (link.isDetachSent()) {
            link.discard(frame);
        } else {
            try {
                link.transfer(frame, bytes, frameEnd, codec);
            } catch (ProtocolException e) {
                failLink(link, e);
            }
        }
        if (incomingWindow.isDue()) {
            flowDue(null);
        }
    }

    /** Whether the peer may not send more frames than it was told it may; its flows are answered all the same. */
    public void holdWindow(boolean isHeld) {
        if (incomingWindow.hold(isHeld) && !isEnded) {
            flowDue(null);
        }
    }

    /** The first transfer of a delivery must carry the next id of the session. */
    void beginIncoming(TransferFrame frame, String linkName) {
        if (!frame.hasDeliveryId) {
            throw ProtocolException.session(
                    AmqpError.INVALID_FIELD,
                    "Expected a delivery-id in the first transfer of a delivery on link '" + linkName + "'");
        }
        if (hasIncomingDelivery && frame.deliveryId != nextIncomingDeliveryId) {
            throw ProtocolException.session(
                    AmqpError.ILLEGAL_STATE,
                    "Expected delivery-id " + Integer.toUnsignedString(nextIncomingDeliveryId) + " on link '" + linkName
                            + "', but found " + Integer.toUnsignedString(frame.deliveryId));
        }
        hasIncomingDelivery = true;
        nextIncomingDeliveryId = frame.deliveryId + 1;
    }

    void flow(Flow flow) {
        UnsignedInteger peerNext = flow.getNextIncomingId();
        int base = peerNext == null ? FIRST_OUTGOING_ID : peerNext.intValue();
        if (flow.getHandle() == null && tellsOfALink(flow)) {
            throw ProtocolException.session(
                    AmqpError.INVALID_FIELD,
                    "Expected a flow without a handle to carry no delivery-count, link-credit, available or drain");
        }
        boolean couldSend = remoteIncomingWindow > 0;
        int limit = base + windowOf(flow.getIncomingWindow());
        remoteIncomingWindow = Math.max(0, limit - nextOutgoingId);
        if (flow.getHandle() != null) {
            EngineLink link = links.byRemoteHandle(flow.getHandle().longValue());
            if (!link.isDetachSent()) {
                flowOf(link, flow);
            }
        } else if (flow.getEcho()) {
            flowDue(null);
        }
        if (!couldSend && remoteIncomingWindow > 0) {
            links.windowOpened();
        }
    }

    private static boolean tellsOfALink(Flow flow) {
        return flow.getDeliveryCount() != null
                || flow.getLinkCredit() != null
                || flow.getAvailable() != null
                || flow.getDrain();
    }

    private void flowOf(EngineLink link, Flow flow) {
        try {
            link.flow(flow);
        } catch (ProtocolException e) {
            failLink(link, e);
        }
    }

    /** Every live delivery in the range; never a walk over the numbers of a wide range. */
    void disposition(DispositionFrame frame) {
        int span = frame.last - frame.first;
        if (span < 0 && Integer.compareUnsigned(frame.last, frame.first) < 0) {
            throw ProtocolException.session(
                    AmqpError.INVALID_FIELD,
                    "Expected first <= last in a disposition, but found " + Integer.toUnsignedString(frame.first)
                            + " and " + Integer.toUnsignedString(frame.last));
        }
        DeliveryMap<?> live = frame.isFromReceiver ? outgoing : incoming;
        if (Integer.compareUnsigned(span, 2 * live.size()) <= 0) {
            for (int i = 0; i <= span; i++) {
                disposition(frame.first + i, frame);
            }
        } else {
            for (int id : live.within(frame.first, span)) {
                disposition(id, frame);
            }
        }
    }

    private void disposition(int id, DispositionFrame frame) {
        if (frame.isFromReceiver) {
            OutgoingDelivery delivery = frame.isSettled ? outgoing.remove(id) : outgoing.get(id);
            if (delivery != null) {
                delivery.link.disposition(delivery, frame.isSettled, frame.state);
            }
        } else if (frame.isSettled) {
            IncomingEndpoint link = incoming.remove(id);
            if (link != null) {
                link.settledByPeer(id, incoming.removedMark());
            }
        }
    }

    /** The peer's end. */
    void end() {
        if (isEndSent) {
            return;
        }
        links.lost(true);
        forgetEverything();
        isEndSent = true;
        write(new End());
        engine.listener().sessionEnded(this);
    }

    // ---- what our side does

    /** Ends the session with an error; frames of the peer are dropped until its own end. */
    void fail(ProtocolException reason) {
        if (isEnded) {
            return;
        }
        flushDispositions();
        links.lost(false);
        forgetEverything();
        isEndSent = true;
        End end = new End();
        end.setError(engine.shortened(reason.toCondition()));
        write(end);
        engine.listener().sessionEnded(this);
    }

    /** The connection has ended. */
    void lost(boolean isOrderly) {
        links.lost(isOrderly);
        forgetEverything();
    }

    private void forgetEverything() {
        isEnded = true;
        dueFlows.clear();
    }

    private void failLink(EngineLink link, ProtocolException reason) {
        if (reason.scope() != ProtocolException.Scope.LINK) {
            throw reason;
        }
        link.fail(reason);
    }

    void write(FrameBody body) {
        writer.performative(FrameWriter.AMQP, channel, body);
    }

    void flushDispositions() {
        incomingOutcomes.flush();
        outgoingOutcomes.flush();
    }

    /** @param link null for a flow of the session alone */
    void flowDue(@Nullable EngineLink link) {
        if (link == null) {
            isFlowDue = true;
        } else {
            dueFlows.add(link);
        }
        engine.due(this);
    }

    /** Writes what waited for the end of the turn. */
    void writeDue() {
        if (isEnded) {
            return;
        }
        flushDispositions();
        for (int i = 0; i < dueFlows.size(); i++) {
            dueFlows.get(i).writeDueFlow();
        }
        dueFlows.clear();
        if (isFlowDue) {
            write(newFlow(-1));
        }
    }

    /** A flow with the session's state; every flow tells it and so serves as the session's own. */
    Flow newFlow(int handle) {
        isFlowDue = false;
        Flow flow = new Flow();
        flow.setNextIncomingId(UnsignedInteger.valueOf(nextIncomingId));
        flow.setIncomingWindow(UnsignedInteger.valueOf(incomingWindow.renewed()));
        flow.setNextOutgoingId(UnsignedInteger.valueOf(nextOutgoingId));
        flow.setOutgoingWindow(UnsignedInteger.valueOf(OUTGOING_WINDOW));
        if (handle >= 0) {
            flow.setHandle(UnsignedInteger.valueOf(handle));
        }
        return flow;
    }

    void released(EngineLink link, boolean isDetachReceived) {
        links.released(link, isDetachReceived);
    }

    // ---- deliveries from the peer

    /** @param mark what the link wants to know of the delivery when it ends */
    void putIncoming(int id, IncomingEndpoint link, long mark) {
        incoming.put(id, link, mark);
    }

    /** The mark of a delivery that is not settled, or -1. */
    long incomingMark(int id) {
        return incoming.get(id) == null ? -1 : incoming.mark(id);
    }

    void forgetIncoming(int id) {
        incoming.remove(id);
    }

    void disposeIncoming(int id, boolean isSettled, DeliveryState outcome) {
        if (incomingOutcomes.isEmpty()) {
            engine.due(this);
        }
        incomingOutcomes.add(id, isSettled, outcome);
    }

    void forgetIncomingOf(IncomingEndpoint link) {
        for (int id : incoming.all(nextIncomingDeliveryId)) {
            if (incoming.get(id) == link) {
                incoming.remove(id);
            }
        }
    }

    // ---- deliveries to the peer

    boolean canSend() {
        return remoteIncomingWindow > 0 && engine.canSend();
    }

    int nextDeliveryId() {
        return nextOutgoingDeliveryId++;
    }

    void putOutgoing(OutgoingDelivery delivery) {
        outgoing.put(delivery.id, delivery);
    }

    boolean forgetOutgoing(OutgoingDelivery delivery) {
        return outgoing.remove(delivery.id) != null;
    }

    void disposeOutgoing(int id, DeliveryState outcome) {
        if (outgoingOutcomes.isEmpty()) {
            engine.due(this);
        }
        outgoingOutcomes.add(id, true, outcome);
    }

    void forgetOutgoingOf(OutgoingEndpoint link) {
        for (int id : outgoing.all(nextOutgoingDeliveryId)) {
            OutgoingDelivery delivery = outgoing.get(id);
            if (delivery != null && delivery.link == link) {
                outgoing.remove(id);
            }
        }
    }

    /** One frame; returns how much of the payload it took. */
    int writeTransfer(int handle, OutgoingDelivery delivery, boolean isFirst, OutgoingPayload payload, int offset) {
        remoteIncomingWindow--;
        nextOutgoingId++;
        int room = writer.frameBytesMax() - FrameWriter.TRANSFER_OVERHEAD_BYTES;
        return writer.transfer(channel, handle, delivery, isFirst, payload, offset, room);
    }

    /** The last frame of a delivery that is given up. */
    void writeAborted(int handle, OutgoingDelivery delivery) {
        remoteIncomingWindow--;
        nextOutgoingId++;
        outgoing.remove(delivery.id);
        writer.aborted(channel, handle, delivery);
    }

    /** Windows beyond what signed arithmetic can hold mean no limit in practice. */
    private static int windowOf(UnsignedInteger window) {
        return (int) Math.min(window.longValue(), Integer.MAX_VALUE);
    }
}
