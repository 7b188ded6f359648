// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.jspecify.annotations.Nullable;

/**
 * A link on which the peer sends: credit, assembly of deliveries from frames, settlement (AMQP 1.0 §2.6.7, §2.6.14). Owned
 * by the connection's event loop.
 */
public final class IncomingEndpoint extends EngineLink {
    private static final byte[] NONE = {};

    /** What the link's owner is told. */
    public interface Handler extends LinkHandler {
        /**
         * A whole delivery.
         *
         * @param deliveryId names it in {@link IncomingEndpoint#settle}
         * @param isSettled whether the peer does not want to hear of it
         * @param state as sent with the transfer, usually null
         * @param payload only valid during the call
         */
        void delivery(int deliveryId, boolean isSettled, @Nullable DeliveryState state, ByteBuffer payload);

        /**
         * Much of a delivery has arrived, and more is to come. Whoever takes it gets the rest by {@link #piece} and {@link
         * #streamed}, or {@link #aborted}; an end of the link ends it too.
         *
         * @param state as sent with the first transfer, usually null
         * @param beginning all that has arrived so far; only valid during the call
         * @return whether it is taken; if not, it is collected and comes whole
         */
        default boolean begins(int deliveryId, @Nullable DeliveryState state, ByteBuffer beginning) {
            return false;
        }

        /** More of the delivery that was taken; never the last of it. {@code piece} is only valid during the call. */
        default void piece(ByteBuffer piece) {}

        /** The delivery that was taken is complete with these bytes, of which there may be none. */
        default void streamed(int deliveryId, boolean isSettled, @Nullable DeliveryState state, ByteBuffer last) {}

        /** The peer gave up the delivery that was taken. */
        default void aborted() {}

        /** The peer forgot a delivery before we settled it. */
        void settledByPeer(int deliveryId);
    }

    /** Marks a delivery that is settled at once although the link's mode is second. */
    private static final long SETTLES_FIRST = TagSet.SPARE_BIT;

    private final boolean isSecondMode;
    private final boolean isSettledMode;
    private final TagSet unsettledTags = new TagSet();
    private Handler handler = Unanswered.INCOMING;
    private int deliveryCount;
    private int credit;

    // The delivery of which frames are arriving.
    private boolean isAssembling;
    private int deliveryId;
    private byte[] tag = NONE;
    private long mark;
    private boolean isSettled;

    /** Where the tag of a delivery of one frame lies, while it is handed over. */
    private @Nullable ByteBuffer tagBytes;

    private int tagStart;
    private int tagLength;
    private byte[] handedTag = NONE;

    private @Nullable DeliveryState state;
    private byte[] assembled = NONE;
    private int assembledLength;
    private long receivedBytes;
    /** Whether the owner was offered the delivery in pieces, and took it. */
    private boolean isOffered;

    private boolean isStreaming;

    IncomingEndpoint(EngineSession session, Attach attach, int localHandle) {
        super(session, attach, localHandle);
        UnsignedInteger initial = attach.getInitialDeliveryCount();
        deliveryCount = initial == null ? 0 : initial.intValue();
        isSecondMode = attach.getRcvSettleMode() == ReceiverSettleMode.SECOND;
        isSettledMode = attach.getSndSettleMode() == SenderSettleMode.SETTLED;
    }

    /** Sets who hears of the link before it is answered. */
    public void handler(Handler owner) {
        handler = owner;
    }

    public void accept(Attach reply) {
        sendAttach(reply);
    }

    /** Lets the peer send this many more deliveries from now on. */
    public void grant(int newCredit) {
        credit = newCredit;
        flowDue();
    }

    /** Deliveries the peer may still send. */
    public int credit() {
        return credit;
    }

    /**
     * Ends a delivery with an outcome. Unknown ids are ignored: the peer has settled or the link is gone. On a link in
     * mode second the peer settles after us, and we only tell the outcome (AMQP 1.0 §2.8.3).
     */
    public void settle(int id, DeliveryState outcome) {
        if (!isLive()) {
            return;
        }
        long known = session.incomingMark(id);
        if (known == -1) {
            return;
        }
        boolean settlesNow = !isSecondMode || (known & SETTLES_FIRST) != 0;
        if (settlesNow) {
            session.forgetIncoming(id);
            unsettledTags.remove(known & ~SETTLES_FIRST);
        }
        session.disposeIncoming(id, settlesNow, outcome);
    }

    /** The state sent with a delivery of which frames are still to come; null if there is none. */
    public @Nullable DeliveryState stateUnderWay() {
        return isAssembling ? state : null;
    }

    /** The tag of the delivery being handed over; only during {@link Handler#delivery}. */
    public byte[] deliveryTag() {
        ByteBuffer bytes = tagBytes;
        if (bytes == null) {
            return handedTag;
        }
        byte[] copy = new byte[tagLength];
        bytes.get(tagStart, copy);
        return copy;
    }

    /** One frame. The window was checked by the session. */
    void transfer(TransferFrame frame, ByteBuffer bytes, int frameEnd, PerformativeCodec codec) {
        requireNotReattached();
        if (!isAssembling) {
            begin(frame, bytes, codec);
        } else {
            continued(frame, bytes, codec);
        }
        if (frame.isAborted) {
            abort();
            return;
        }
        int payloadLength = frameEnd - frame.payloadStart;
        receivedBytes += payloadLength;
        if (receivedBytes > session.engine().settings().messageBytesMax()) {
            throw ProtocolException.link(
                    LinkError.MESSAGE_SIZE_EXCEEDED,
                    "Expected a message of at most "
                            + session.engine().settings().messageBytesMax() + " bytes on link '" + name() + "'");
        }
        if (frame.hasMore) {
            more(bytes, frame.payloadStart, payloadLength);
        } else {
            complete(bytes, frame.payloadStart, payloadLength);
        }
    }

    private void begin(TransferFrame frame, ByteBuffer bytes, PerformativeCodec codec) {
        session.beginIncoming(frame, name());
        if (frame.tagLength < 0 || frame.tagLength > 32) {
            throw ProtocolException.session(
                    AmqpError.INVALID_FIELD,
                    "Expected a delivery-tag of at most 32 bytes on the first transfer of a delivery on link '" + name()
                            + "'");
        }
        if (credit <= 0) {
            throw ProtocolException.link(
                    LinkError.TRANSFER_LIMIT_EXCEEDED,
                    "Expected no transfer on link '" + name() + "', because it has no credit");
        }
        credit--;
        deliveryCount++;
        deliveryId = frame.deliveryId;
        isSettled = frame.isSettled;
        state = null;
        if (frame.hasMessageFormat && frame.messageFormat != 0) {
            throw ProtocolException.link(
                    AmqpError.NOT_IMPLEMENTED,
                    "Expected message-format 0, but found " + Integer.toUnsignedString(frame.messageFormat));
        }
        if (frame.isResume) {
            throw ProtocolException.link(AmqpError.NOT_IMPLEMENTED, "Deliveries cannot be resumed");
        }
        if (frame.stateStart >= 0) {
            state = DispositionFrame.state(bytes, frame.stateStart, frame.stateEnd, codec);
        }
        if (frame.receiverSettleMode > 1) {
            throw ProtocolException.session(
                    AmqpError.INVALID_FIELD,
                    "Expected a rcv-settle-mode of 0 or 1, but found " + frame.receiverSettleMode);
        }
        if (frame.receiverSettleMode == 1 && !isSecondMode) {
            throw ProtocolException.link(
                    AmqpError.INVALID_FIELD,
                    "Expected rcv-settle-mode first in a transfer, as negotiated for link '" + name() + "'");
        }
        mark = TagSet.key(bytes, frame.tagEnd - frame.tagLength, frame.tagLength);
        if (!isSettled && unsettledTags.contains(mark)) {
            throw ProtocolException.link(
                    AmqpError.ILLEGAL_STATE,
                    "Expected another delivery-tag on link '" + name()
                            + "' than that of a delivery that is not settled yet");
        }
        if (frame.receiverSettleMode == 0) {
            mark |= SETTLES_FIRST;
        }
        isAssembling = true;
        if (frame.hasMore) {
            tag = tagOf(frame, bytes);
        } else {
            tagBytes = bytes;
            tagStart = frame.tagEnd - frame.tagLength;
            tagLength = frame.tagLength;
        }
    }

    private void continued(TransferFrame frame, ByteBuffer bytes, PerformativeCodec codec) {
        if (frame.hasDeliveryId && frame.deliveryId != deliveryId) {
            throw ProtocolException.session(
                    AmqpError.ILLEGAL_STATE,
                    "Expected delivery " + Integer.toUnsignedString(deliveryId) + " to be continued on link '" + name()
                            + "', but found " + Integer.toUnsignedString(frame.deliveryId));
        }
        if (frame.tagLength >= 0 && !Arrays.equals(tag, tagOf(frame, bytes))) {
            throw ProtocolException.session(
                    AmqpError.ILLEGAL_STATE,
                    "Expected the same delivery-tag in every transfer of a delivery on link '" + name() + "'");
        }
        if (frame.hasMessageFormat && frame.messageFormat != 0) {
            throw ProtocolException.link(
                    AmqpError.INVALID_FIELD,
                    "Expected the same message-format in every transfer of a delivery on link '" + name() + "'");
        }
        isSettled |= frame.isSettled;
        if (frame.stateStart >= 0) {
            continued(DispositionFrame.state(bytes, frame.stateStart, frame.stateEnd, codec));
        }
    }

    /** A transaction that only a later frame names holds for the whole delivery; two cannot (AMQP 1.0 §4.4.2). */
    private void continued(@Nullable DeliveryState later) {
        if (later instanceof TransactionalState next) {
            if (state instanceof TransactionalState first && !first.getTxnId().equals(next.getTxnId())) {
                throw ProtocolException.link(
                        AmqpError.ILLEGAL_STATE,
                        "Expected the same transaction in every transfer of a delivery on link '" + name() + "'");
            }
            state = next;
        }
    }

    private static byte[] tagOf(TransferFrame frame, ByteBuffer bytes) {
        byte[] copy = new byte[frame.tagLength];
        bytes.get(frame.tagEnd - frame.tagLength, copy, 0, copy.length);
        return copy;
    }

    private void more(ByteBuffer bytes, int start, int length) {
        if (isStreaming) {
            handler.piece(slice(bytes, start, length));
            return;
        }
        append(bytes, start, length);
        if (!isOffered && assembledLength > session.engine().settings().wholeBytesMax()) {
            isOffered = true;
            isStreaming = handler.begins(deliveryId, state, ByteBuffer.wrap(assembled, 0, assembledLength));
            if (isStreaming) {
                dropAssembled();
            }
        }
    }

    private static ByteBuffer slice(ByteBuffer bytes, int start, int length) {
        ByteBuffer slice = bytes.duplicate();
        slice.limit(start + length).position(start);
        return slice;
    }

    private void append(ByteBuffer bytes, int start, int length) {
        if (!session.engine().assemble(length)) {
            throw ProtocolException.link(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED,
                    "Expected less to be under way in parts on this connection than "
                            + session.engine().settings().collectedBytesMax() + " bytes");
        }
        if (assembled.length - assembledLength < length) {
            int wanted =
                    Math.max(assembledLength + length, (int) Math.min(Integer.MAX_VALUE - 64, 2L * assembledLength));
            assembled = Arrays.copyOf(assembled, wanted);
        }
        bytes.get(start, assembled, assembledLength, length);
        assembledLength += length;
    }

    private void complete(ByteBuffer bytes, int start, int length) {
        if (isSettledMode && !isSettled) {
            throw ProtocolException.link(
                    AmqpError.INVALID_FIELD,
                    "Expected every delivery to be settled on link '" + name() + "', as its snd-settle-mode says");
        }
        ByteBuffer payload;
        if (assembledLength == 0) {
            payload = slice(bytes, start, length);
        } else {
            append(bytes, start, length);
            payload = ByteBuffer.wrap(assembled, 0, assembledLength);
        }
        int id = deliveryId;
        boolean wasSettled = isSettled;
        DeliveryState sentState = state;
        handedTag = tag;
        boolean wasStreaming = isStreaming;
        over();
        if (!wasSettled) {
            unsettledTags.add(mark & ~SETTLES_FIRST);
            session.putIncoming(id, this, mark);
        }
        if (wasStreaming) {
            handler.streamed(id, wasSettled, sentState, payload);
        } else {
            handler.delivery(id, wasSettled, sentState, payload);
        }
        tagBytes = null;
        handedTag = NONE;
    }

    /** The peer gives the delivery up (AMQP 1.0 §2.7.5, aborted): its bytes are dropped. */
    private void abort() {
        boolean wasStreaming = isStreaming;
        over();
        if (wasStreaming) {
            handler.aborted();
        }
    }

    private void over() {
        isAssembling = false;
        isStreaming = false;
        isOffered = false;
        receivedBytes = 0;
        dropAssembled();
        tag = NONE;
        state = null;
    }

    private void dropAssembled() {
        session.engine().assemble(-assembledLength);
        assembled = NONE;
        assembledLength = 0;
    }

    /** Follows a delivery on a link that we have ended, so that the session's ids stay right. */
    void discard(TransferFrame frame) {
        if (!isAssembling) {
            session.beginIncoming(frame, name());
        }
        isAssembling = frame.hasMore && !frame.isAborted;
    }

    /** The sender's view of the link (AMQP 1.0 §2.6.7): it may have given up credit on its own. */
    @Override
    void flow(Flow flow) {
        UnsignedInteger count = flow.getDeliveryCount();
        if (count != null) {
            int skipped = count.intValue() - deliveryCount;
            if (skipped > 0) {
                deliveryCount = count.intValue();
                credit = Math.max(0, credit - skipped);
            }
        }
        if (flow.getEcho()) {
            flowDue();
        }
    }

    void settledByPeer(int id, long itsMark) {
        unsettledTags.remove(itsMark & ~SETTLES_FIRST);
        handler.settledByPeer(id);
    }

    @Override
    LinkHandler handler() {
        return handler;
    }

    @Override
    void writeFlow() {
        Flow flow = session.newFlow(localHandle);
        flow.setDeliveryCount(UnsignedInteger.valueOf(deliveryCount));
        flow.setLinkCredit(UnsignedInteger.valueOf(credit));
        session.write(flow);
    }

    @Override
    void forgetDeliveries() {
        session.forgetIncomingOf(this);
        unsettledTags.clear();
        dropAssembled();
    }

    /** Until somebody owns the link there is nothing to tell. */
    enum Unanswered implements Handler, OutgoingEndpoint.Handler {
        BOTH;

        static final Handler INCOMING = BOTH;
        static final OutgoingEndpoint.Handler OUTGOING = BOTH;

        @Override
        public void delivery(int deliveryId, boolean isSettled, @Nullable DeliveryState state, ByteBuffer payload) {}

        @Override
        public void settledByPeer(int deliveryId) {}

        @Override
        public void flow() {}

        @Override
        public void disposition(OutgoingDelivery delivery, boolean isSettled, @Nullable DeliveryState state) {}

        @Override
        public void windowOpened() {}

        @Override
        public void remoteDetached(boolean isClosed, @Nullable ErrorCondition error) {}

        @Override
        public void lost(boolean isOrderly) {}
    }
}
