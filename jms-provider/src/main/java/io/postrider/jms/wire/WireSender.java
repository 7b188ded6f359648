// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.error.RemoteError;
import jakarta.jms.JMSException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Sender;
import org.jspecify.annotations.Nullable;

/** A sending link. Any thread; guarded by the connection's lock. */
public final class WireSender extends WireLink {
    private static final byte[] NO_TAG = {};
    private static final String DELAYED_DELIVERY = "DELAYED_DELIVERY";

    private final Sender sender;
    private final SenderSpec spec;
    private final Signal credit;
    /** Sends that wait for an outcome, oldest first; ended ones leave when they reach the front. */
    private final Deque<Send> outstanding = new ArrayDeque<>();

    private long tags;
    private boolean isCloseWanted;
    private @Nullable Consumer<JMSException> whenDetached;

    WireSender(WireSession session, Sender sender, SenderSpec spec) {
        super(session, sender);
        this.sender = sender;
        this.spec = spec;
        this.credit = new Signal(connection.lock);
        sender.setSource(Termini.senderSource(spec));
        sender.setTarget(Termini.senderTarget(spec));
        sender.setSenderSettleMode(spec.isPresettled() ? SenderSettleMode.SETTLED : SenderSettleMode.UNSETTLED);
        sender.setReceiverSettleMode(ReceiverSettleMode.FIRST);
        if (spec.wantsDelay()) {
            sender.setDesiredCapabilities(new Symbol[] {Symbol.valueOf(DELAYED_DELIVERY)});
        }
    }

    @Override
    String purpose() {
        return spec.isDynamic()
                ? "the maker of a " + spec.capability()
                : "a producer for " + (spec.address() == null ? "any destination" : spec.address());
    }

    @Override
    boolean isRefused() {
        return sender.getRemoteTarget() == null;
    }

    /** Told on the reader thread, under the lock, when the broker ends the link of its own accord. */
    public void whenDetached(Consumer<JMSException> listener) {
        connection.lock.lock();
        try {
            whenDetached = listener;
        } finally {
            connection.lock.unlock();
        }
    }

    /** The address the broker gave a dynamic node. */
    public String remoteAddress() {
        connection.lock.lock();
        try {
            return sender.getRemoteTarget() instanceof Target target ? String.valueOf(target.getAddress()) : "";
        } finally {
            connection.lock.unlock();
        }
    }

    /** Whether the broker said that this link understands delivery times. */
    public boolean offersDelay() {
        connection.lock.lock();
        try {
            Symbol[] offered = sender.getRemoteOfferedCapabilities();
            if (offered != null) {
                for (Symbol symbol : offered) {
                    if (symbol.toString().equals(DELAYED_DELIVERY)) {
                        return true;
                    }
                }
            }
            return false;
        } finally {
            connection.lock.unlock();
        }
    }

    /**
     * Sends a message. Returns when its bytes are on their way; waits before that for credit and for a slow socket.
     *
     * @param encoded all sections; must not change until the send ends
     * @param send hears what becomes of it; a presettled link ends it here
     * @param transaction the message is part of, or null
     * @param timeoutMs for credit; negative waits for ever
     * @throws JMSException if nothing was sent; {@code send} is not told then
     */
    public void send(byte[] encoded, Send send, @Nullable TransactionId transaction, long timeoutMs)
            throws JMSException {
        connection.lock.lock();
        try {
            checkUsable();
            connection.awaitBacklog(timeoutMs);
            if (sender.getCredit() <= 0) {
                awaitCredit(timeoutMs);
            }
            Delivery delivery = sender.delivery(spec.isPresettled() ? NO_TAG : nextTag());
            if (transaction != null) {
                TransactionalState part = new TransactionalState();
                part.setTxnId(transaction.binary());
                delivery.disposition(part);
            }
            sender.sendNoCopy(ReadableBuffer.ByteBufferReader.wrap(encoded));
            if (spec.isPresettled()) {
                delivery.settle();
            } else {
                delivery.setContext(send);
                outstanding.add(send);
            }
            sender.advance();
        } finally {
            connection.unlockAndFlush();
        }
        if (spec.isPresettled()) {
            send.end(null);
        }
    }

    private void awaitCredit(long timeoutMs) throws JMSException {
        boolean isMet = credit.await(
                () -> {
                    checkUsable();
                    return sender.getCredit() > 0;
                },
                timeoutMs);
        if (!isMet) {
            throw new JMSException("The broker gave " + purpose() + " no credit within " + timeoutMs
                    + " ms; the message was not sent");
        }
    }

    private byte[] nextTag() {
        long tag = tags++;
        int length = Math.max(1, (64 - Long.numberOfLeadingZeros(tag) + 7) / 8);
        byte[] bytes = new byte[length];
        for (int i = length - 1; i >= 0; i--) {
            bytes[i] = (byte) tag;
            tag >>= 8;
        }
        return bytes;
    }

    /** Detaches as soon as every message sent has an outcome, without waiting for the broker. */
    public void closeWhenSettled() {
        connection.lock.lock();
        try {
            isCloseWanted = true;
            closeIfSettled();
        } finally {
            connection.unlockAndFlush();
        }
    }

    private void closeIfSettled() {
        if (isCloseWanted && outstanding.isEmpty()) {
            isCloseWanted = false;
            detachWithoutWaiting();
        }
    }

    /** Under the lock: credit came, or the broker wants it back. */
    void flowed() {
        if (sender.getDrain() && sender.getQueued() == 0) {
            sender.drained();
        }
        credit.fire();
    }

    /** Under the lock. */
    void settlement(Delivery delivery) {
        if (!delivery.remotelySettled() && delivery.getRemoteState() == null) {
            return;
        }
        if (delivery.getContext() instanceof Send send) {
            DeliveryState state = delivery.getRemoteState();
            RemoteError error = error(state);
            send.settled(WireOutcome.of(state), error, spec.address() == null ? "its destination" : spec.address());
        }
        delivery.settle();
        while (!outstanding.isEmpty() && outstanding.peekFirst().isDone()) {
            outstanding.removeFirst();
        }
        closeIfSettled();
    }

    private static RemoteError error(@Nullable DeliveryState state) {
        Object outcome = state instanceof TransactionalState part ? part.getOutcome() : state;
        return outcome instanceof Rejected rejected ? RemoteErrors.of(rejected.getError()) : RemoteError.NONE;
    }

    @Override
    void ended(JMSException cause, boolean isByPeer) {
        for (Send send : outstanding) {
            send.end(cause);
        }
        outstanding.clear();
        credit.fire();
        if (isByPeer && whenDetached != null) {
            whenDetached.accept(cause);
        }
    }
}
