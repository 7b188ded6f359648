// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A link on which we send: credit, drain, splitting deliveries into frames, settlement (AMQP 1.0 §2.6.7, §2.6.14). Owned by
 * the connection's event loop.
 *
 * <p>A delivery is sent in one go as far as the session window and the socket allow; the rest follows by {@link #proceed}.
 */
public final class OutgoingEndpoint extends EngineLink {

    /** What the link's owner is told. */
    public interface Handler extends LinkHandler {
        /** The peer changed credit or asks to drain: see {@link OutgoingEndpoint#credit} and {@code isDraining}. */
        void flow();

        /**
         * The peer's word on a delivery.
         *
         * @param isSettled whether the peer has forgotten it; if not, the owner settles it
         * @param state null if the peer did not say
         */
        void disposition(OutgoingDelivery delivery, boolean isSettled, @Nullable DeliveryState state);

        /** The session may send again. */
        void windowOpened();
    }

    private Handler handler = IncomingEndpoint.Unanswered.OUTGOING;
    private int deliveryCount;
    private int credit;
    private boolean isDraining;
    private int available;

    // The delivery being sent, while it does not fit.
    private final OutgoingPayload payload = new OutgoingPayload();
    private @Nullable OutgoingDelivery current;
    private int offset;
    private boolean isFirst;
    private boolean isGivenUp;

    OutgoingEndpoint(EngineSession session, Attach attach, int localHandle) {
        super(session, attach, localHandle);
    }

    /** Sets who hears of the link before it is answered. */
    public void handler(Handler owner) {
        handler = owner;
    }

    public void accept(Attach reply) {
        sendAttach(reply);
    }

    /** Deliveries the peer lets us send from now on. */
    public int credit() {
        return credit;
    }

    public boolean isDraining() {
        return isDraining;
    }

    /** How many deliveries would be sent if there were credit: told to the peer in flows. */
    public void available(int count) {
        available = count;
    }

    /** Whether a new delivery may be started now. */
    public boolean canSend() {
        return credit > 0 && current == null && isOpen() && session.canSend();
    }

    /** Whether a delivery is under way. */
    public boolean isSending() {
        return current != null;
    }

    /**
     * Sends a delivery. Only when {@link #canSend}.
     *
     * @param token see {@link OutgoingDelivery#token}
     * @param prefix bytes that go first; copied
     * @param stored bytes that follow, from {@code storedFrom} to the end; shared
     */
    public void send(long token, boolean isSettled, byte[] prefix, int prefixLength, byte[] stored, int storedFrom) {
        begin(token, isSettled, prefix, prefixLength, stored, storedFrom, false);
    }

    /** Sends the beginning of a delivery, as {@link #send} does all of one; the rest follows by {@link #append}. */
    public void sendBeginning(
            long token, boolean isSettled, byte[] prefix, int prefixLength, byte[] stored, int storedFrom) {
        begin(token, isSettled, prefix, prefixLength, stored, storedFrom, true);
    }

    private void begin(
            long token,
            boolean isSettled,
            byte[] prefix,
            int prefixLength,
            byte[] stored,
            int storedFrom,
            boolean hasMore) {
        OutgoingDelivery delivery = new OutgoingDelivery(this, session.nextDeliveryId(), isSettled, token);
        if (!isSettled) {
            session.putOutgoing(delivery);
        }
        credit--;
        deliveryCount++;
        payload.set(prefix, prefixLength, stored, storedFrom);
        payload.hasMore(hasMore);
        current = delivery;
        offset = 0;
        isFirst = true;
        isGivenUp = false;
        proceed();
    }

    /** Whether all there was of the delivery under way has been written and {@link #append} may be called. */
    public boolean wantsMore() {
        return current != null && !isGivenUp && payload.hasMore() && offset == payload.length() && isOpen();
    }

    /** Goes on with a delivery. Only when {@link #wantsMore}; {@code bytes} is shared. */
    public void append(byte[] bytes, boolean isLast) {
        payload.set(bytes, 0, bytes, 0);
        payload.hasMore(!isLast);
        offset = 0;
        proceed();
    }

    /** Gives the delivery under way up: the peer is told as soon as the window allows, and forgets it. */
    public void giveUp() {
        isGivenUp = current != null;
        proceed();
    }

    /** Goes on with the delivery under way, if any. */
    public void proceed() {
        OutgoingDelivery delivery = current;
        if (delivery == null || !isOpen()) {
            return;
        }
        if (isGivenUp) {
            if (session.canSend()) {
                session.writeAborted(localHandle, delivery);
                ended();
            }
            return;
        }
        int length = payload.length();
        while ((offset < length || isFirst) && session.canSend()) {
            offset += session.writeTransfer(localHandle, delivery, isFirst, payload, offset);
            isFirst = false;
            if (offset == length && !payload.hasMore()) {
                ended();
                return;
            }
        }
    }

    private void ended() {
        current = null;
        isGivenUp = false;
        payload.clear();
    }

    /** Tells the peer that a delivery it gave an outcome for, without settling it, is settled. */
    public void settle(OutgoingDelivery delivery, DeliveryState outcome) {
        if (isLive() && session.forgetOutgoing(delivery)) {
            session.disposeOutgoing(delivery.id, outcome);
        }
    }

    /** Everything there was has been sent: uses the remaining credit up and says so (AMQP 1.0 §2.6.7). */
    public void drained() {
        if (!isDraining || !isOpen()) {
            return;
        }
        deliveryCount += credit;
        credit = 0;
        writeFlow();
        isDraining = false;
    }

    @Override
    void flow(Flow flow) {
        UnsignedInteger linkCredit = flow.getLinkCredit();
        if (linkCredit != null) {
            UnsignedInteger count = flow.getDeliveryCount();
            int limit = (count == null ? 0 : count.intValue()) + linkCredit.intValue();
            // Serial arithmetic; a limit behind what was sent leaves nothing.
            credit = Math.max(0, limit - deliveryCount);
            if (linkCredit.longValue() > Integer.MAX_VALUE) {
                credit = Integer.MAX_VALUE;
            }
        }
        isDraining = flow.getDrain();
        if (flow.getEcho()) {
            flowDue();
        }
        handler.flow();
    }

    void disposition(OutgoingDelivery delivery, boolean isSettled, @Nullable DeliveryState state) {
        handler.disposition(delivery, isSettled, state);
    }

    void windowOpened() {
        if (isOpen()) {
            handler.windowOpened();
        }
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
        flow.setAvailable(UnsignedInteger.valueOf(available));
        flow.setDrain(isDraining);
        session.write(flow);
    }

    @Override
    void forgetDeliveries() {
        session.forgetOutgoingOf(this);
        ended();
    }
}
