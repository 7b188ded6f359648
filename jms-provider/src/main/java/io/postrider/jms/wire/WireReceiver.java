// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import jakarta.jms.JMSException;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;
import org.jspecify.annotations.Nullable;

/** A receiving link. Any thread; guarded by the connection's lock. */
public final class WireReceiver extends WireLink {
    private static final long DRAIN_AGAIN_MS = 1000;

    private final Receiver receiver;
    private final ReceiverSpec spec;
    private final ReceiverListener listener;
    /** Copy of the credit for callers that only want to know whether it is low. Written under the lock. */
    private volatile int creditLeft;

    WireReceiver(WireSession session, Receiver receiver, ReceiverSpec spec, ReceiverListener listener) {
        super(session, receiver);
        this.receiver = receiver;
        this.spec = spec;
        this.listener = listener;
        Source source = Termini.receiverSource(spec);
        if (source != null) {
            receiver.setSource(source);
        }
        receiver.setTarget(new Target());
        receiver.setSenderSettleMode(spec.isPresettled() ? SenderSettleMode.SETTLED : SenderSettleMode.UNSETTLED);
        receiver.setReceiverSettleMode(ReceiverSettleMode.FIRST);
        if (!spec.desired().isEmpty()) {
            Symbol[] desired = Termini.symbols(spec.desired());
            receiver.setDesiredCapabilities(desired);
        }
    }

    @Override
    String purpose() {
        return spec.address() == null ? "the subscription " + spec.name() : "a consumer of " + spec.address();
    }

    @Override
    boolean isRefused() {
        return receiver.getRemoteSource() == null;
    }

    /** Whether the broker applies the selector that was asked for, if any. */
    public boolean isSelectorApplied() {
        connection.lock.lock();
        try {
            return spec.selector() == null
                    || (receiver.getRemoteSource() instanceof Source source && Termini.hasSelector(source));
        } finally {
            connection.lock.unlock();
        }
    }

    /**
     * Lets the broker send more when it may send at most half of the prefetch.
     *
     * @param prefetch messages that may be on their way or buffered
     * @param buffered messages that wait to be consumed
     */
    public void topUp(int prefetch, int buffered) throws JMSException {
        if (creditLeft + buffered > prefetch / 2) {
            return;
        }
        connection.lock.lock();
        try {
            checkUsable();
            topUpHolding(prefetch, buffered);
        } finally {
            connection.unlockAndFlush();
        }
    }

    private void topUpHolding(int prefetch, int buffered) {
        int expected = receiver.getRemoteCredit() + buffered;
        if (!receiver.getDrain() && expected <= prefetch / 2) {
            receiver.flow(prefetch - expected);
            creditLeft = receiver.getRemoteCredit();
        }
    }

    /** Messages the broker may still send. */
    public int credit() {
        connection.lock.lock();
        try {
            return receiver.getRemoteCredit();
        } finally {
            connection.lock.unlock();
        }
    }

    /**
     * Asks for what there is now and takes the rest of the credit back (AMQP 1.0 §2.6.7). When this returns, everything
     * the broker had was handed to the listener and there is no credit.
     *
     * @param extraCredit added first, so that an idle link can ask for a message
     */
    public void drain(int extraCredit, long timeoutMs) throws JMSException {
        connection.lock.lock();
        try {
            checkUsable();
            if (receiver.getRemoteCredit() + extraCredit <= 0) {
                return;
            }
            receiver.drain(extraCredit);
            connection.flushHolding();
            awaitDrained(timeoutMs);
            receiver.setDrain(false);
            creditLeft = receiver.getRemoteCredit();
        } finally {
            connection.unlockAndFlush();
        }
    }

    /**
     * Some brokers forget a drain that comes while they are busy with one of another link of the session, so it is said again
     * while it has no answer.
     */
    private void awaitDrained(long timeoutMs) throws JMSException {
        long leftMs = timeoutMs;
        while (timeoutMs < 0 || leftMs > DRAIN_AGAIN_MS) {
            if (connection.awaitOrNot(this::isDrained, DRAIN_AGAIN_MS)) {
                return;
            }
            leftMs -= DRAIN_AGAIN_MS;
            receiver.drain(0);
            connection.flushHolding();
        }
        connection.await(this::isDrained, leftMs, "drain " + purpose());
    }

    private boolean isDrained() throws JMSException {
        checkUsable();
        return !receiver.draining();
    }

    /**
     * Settles a delivery and forgets it. A delivery settled before, or lost with the link, is left alone.
     *
     * @param prefetch as for {@link #topUp}; 0 gives no credit
     */
    public void settle(Inbound inbound, WireOutcome outcome, int prefetch, int buffered) throws JMSException {
        connection.lock.lock();
        try {
            checkUsable();
            if (inbound.receiver().connection == connection) {
                settleHolding(inbound, outcome, null);
            }
            if (prefetch > 0) {
                topUpHolding(prefetch, buffered);
            }
        } finally {
            connection.unlockAndFlush();
        }
    }

    /** Under the lock. */
    static void settleHolding(Inbound inbound, WireOutcome outcome, @Nullable TransactionId transaction) {
        Delivery delivery = inbound.delivery();
        if (!delivery.isSettled()) {
            delivery.disposition(outcome.state(transaction, inbound.retryDelayMs()));
            delivery.settle();
        }
    }

    /** Under the lock. */
    void flowed() {
        connection.fireChanged();
    }

    /** Under the lock: bytes of a message, or the broker's settlement of one. */
    void delivery(Delivery delivery) {
        if (delivery.isAborted()) {
            receiver.advance();
            delivery.settle();
            return;
        }
        if (delivery.isReadable()) {
            if (!delivery.isPartial()) {
                take(delivery);
            }
            return;
        }
        if (delivery.remotelySettled() && !delivery.isSettled()) {
            delivery.settle();
            if (delivery.getContext() instanceof Confirmation confirmation) {
                confirmation.countDown();
                connection.fireChanged();
            }
        }
    }

    private void take(Delivery delivery) {
        byte[] encoded = bytes(receiver.recv());
        boolean isPresettled = delivery.remotelySettled();
        receiver.advance();
        creditLeft = receiver.getRemoteCredit();
        Inbound inbound = new Inbound(this, delivery, encoded, isPresettled);
        if (isPresettled) {
            delivery.settle();
        }
        listener.delivered(inbound);
        if (receiver.getDrain()) {
            connection.fireChanged();
        }
    }

    /** The engine keeps a message of one frame in an array of its own, which need not be copied. */
    private static byte[] bytes(ReadableBuffer buffer) {
        if (buffer.hasArray()
                && buffer.arrayOffset() == 0
                && buffer.position() == 0
                && buffer.remaining() == buffer.array().length) {
            return buffer.array();
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(copy);
        return copy;
    }

    @Override
    void ended(JMSException cause, boolean isByPeer) {
        listener.ended(cause, isByPeer);
        connection.fireChanged();
    }
}
