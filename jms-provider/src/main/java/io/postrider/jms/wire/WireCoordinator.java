// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.codec.AmqpWriter;
import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.error.RemoteError;
import jakarta.jms.JMSException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Sender;
import org.jspecify.annotations.Nullable;

/**
 * The control link of a session's transactions (AMQP 1.0 §4.2). Any thread; guarded by the connection's lock.
 *
 * <p>The end of one transaction and the beginning of the next travel together, so that a session that works in transactions
 * waits once for each.
 */
public final class WireCoordinator extends WireLink {
    private static final Symbol LOCAL = Symbol.valueOf("amqp:local-transactions");
    private static final int AMQP_VALUE = 0x77;
    private static final int DECLARE = 0x31;
    private static final int DISCHARGE = 0x32;
    private static final int BUFFER_BYTES = 64;

    private final Sender sender;
    private final Signal credit;
    private final List<Request> requests = new ArrayList<>();
    private long tags;

    /** What became of a transaction, and the one that was begun after it. */
    public record Ended(@Nullable JMSException refusal, TransactionId next) {}

    /** One declare or discharge under way. */
    private static final class Request {
        @Nullable
        DeliveryState answer;

        boolean isAnswered;
    }

    WireCoordinator(WireSession session, Sender sender) {
        super(session, sender);
        this.sender = sender;
        this.credit = new Signal(connection.lock);
        Coordinator target = new Coordinator();
        target.setCapabilities(LOCAL);
        sender.setTarget(target);
        sender.setSource(Termini.coordinatorSource());
        sender.setSenderSettleMode(SenderSettleMode.UNSETTLED);
        sender.setReceiverSettleMode(ReceiverSettleMode.FIRST);
    }

    @Override
    String purpose() {
        return "transactions";
    }

    @Override
    boolean isRefused() {
        return sender.getRemoteTarget() == null;
    }

    /** Begins a transaction. */
    public TransactionId declare(long timeoutMs) throws JMSException {
        connection.lock.lock();
        try {
            checkUsable();
            Request declare = request(declareBody(), timeoutMs);
            connection.flushHolding();
            await(declare, timeoutMs, "begin a transaction");
            return declared(declare);
        } finally {
            connection.unlockAndFlush();
        }
    }

    /**
     * Ends a transaction and begins the next.
     *
     * @param hasFailed whether to roll it back
     * @throws JMSException if it is unknown what became of the transaction, or no other could be begun
     */
    public Ended discharge(TransactionId transaction, boolean hasFailed, long timeoutMs) throws JMSException {
        connection.lock.lock();
        try {
            checkUsable();
            Request discharge = request(dischargeBody(transaction, hasFailed), timeoutMs);
            Request declare = request(declareBody(), timeoutMs);
            connection.flushHolding();
            await(discharge, timeoutMs, hasFailed ? "roll a transaction back" : "commit a transaction");
            await(declare, timeoutMs, "begin a transaction");
            return new Ended(refusal(discharge), declared(declare));
        } finally {
            connection.unlockAndFlush();
        }
    }

    /**
     * Ends a transaction without beginning another.
     *
     * @return why it was rolled back although it was to be committed; null when all went as asked
     */
    public @Nullable JMSException end(TransactionId transaction, boolean hasFailed, long timeoutMs)
            throws JMSException {
        DeliveryState answer = ask(
                dischargeBody(transaction, hasFailed),
                hasFailed ? "roll a transaction back" : "commit a transaction",
                timeoutMs);
        return answer instanceof Rejected rejected
                ? JmsErrors.rolledBack("The broker rolled a transaction back", RemoteErrors.of(rejected.getError()))
                : null;
    }

    /**
     * Asks something about a branch of a global transaction (docs/reference/xa-over-amqp.md).
     *
     * @param transaction the open transaction it is about, or null
     * @param branch the branch's name, or null
     */
    public DeliveryState ask(
            String operation, @Nullable TransactionId transaction, byte @Nullable [] branch, long timeoutMs)
            throws JMSException {
        return ask(operationBody(operation, transaction, branch), operation + " a branch", timeoutMs);
    }

    private DeliveryState ask(byte[] body, String what, long timeoutMs) throws JMSException {
        connection.lock.lock();
        try {
            checkUsable();
            Request request = request(body, timeoutMs);
            connection.flushHolding();
            await(request, timeoutMs, what);
            DeliveryState answer = request.answer;
            if (answer == null) {
                throw new JMSException("The broker gave no outcome when it was to " + what);
            }
            return answer;
        } finally {
            connection.unlockAndFlush();
        }
    }

    private static byte[] operationBody(
            String operation, @Nullable TransactionId transaction, byte @Nullable [] branch) {
        AmqpWriter writer = new AmqpWriter(256);
        writer.writeDescriptor(AMQP_VALUE);
        int mark = writer.begin();
        writer.writeString("operation");
        writer.writeString(operation);
        int count = 1;
        if (transaction != null) {
            writer.writeString("txn-id");
            writer.writeBinary(bytes(transaction));
            count++;
        }
        if (branch != null) {
            writer.writeString("branch");
            writer.writeBinary(branch);
            count++;
        }
        writer.endMap(mark, count);
        return writer.toByteArray();
    }

    private static byte[] bytes(TransactionId transaction) {
        byte[] id = new byte[transaction.binary().getLength()];
        transaction.binary().asByteBuffer().get(id);
        return id;
    }

    private Request request(byte[] encoded, long timeoutMs) throws JMSException {
        boolean isMet = credit.await(
                () -> {
                    checkUsable();
                    return sender.getCredit() > 0;
                },
                timeoutMs);
        if (!isMet) {
            throw new JMSException("The broker gave no credit for transactions within " + timeoutMs + " ms");
        }
        Request request = new Request();
        Delivery delivery =
                sender.delivery(ByteBuffer.allocate(Long.BYTES).putLong(tags++).array());
        delivery.setContext(request);
        sender.sendNoCopy(ReadableBuffer.ByteBufferReader.wrap(encoded));
        sender.advance();
        requests.add(request);
        return request;
    }

    private void await(Request request, long timeoutMs, String what) throws JMSException {
        connection.await(
                () -> {
                    if (request.isAnswered) {
                        return true;
                    }
                    checkUsable();
                    return false;
                },
                timeoutMs,
                what);
    }

    private static @Nullable JMSException refusal(Request discharge) {
        return discharge.answer instanceof Rejected rejected
                ? JmsErrors.rolledBack("The broker rolled a transaction back", RemoteErrors.of(rejected.getError()))
                : null;
    }

    private static TransactionId declared(Request declare) throws JMSException {
        if (declare.answer instanceof Declared declared) {
            return new TransactionId(declared.getTxnId());
        }
        RemoteError error =
                declare.answer instanceof Rejected rejected ? RemoteErrors.of(rejected.getError()) : RemoteError.NONE;
        throw JmsErrors.link("The broker did not begin a transaction", error);
    }

    private static byte[] declareBody() {
        AmqpWriter writer = new AmqpWriter(BUFFER_BYTES);
        writer.writeDescriptor(AMQP_VALUE);
        writer.writeDescriptor(DECLARE);
        writer.endList(writer.begin(), 0);
        return writer.toByteArray();
    }

    private static byte[] dischargeBody(TransactionId transaction, boolean hasFailed) {
        AmqpWriter writer = new AmqpWriter(BUFFER_BYTES);
        writer.writeDescriptor(AMQP_VALUE);
        writer.writeDescriptor(DISCHARGE);
        int mark = writer.begin();
        writer.writeBinary(bytes(transaction));
        writer.writeBoolean(hasFailed);
        writer.endList(mark, 2);
        return writer.toByteArray();
    }

    /** Under the lock. */
    void flowed() {
        credit.fire();
    }

    /** Under the lock. */
    void settlement(Delivery delivery) {
        if (!delivery.remotelySettled() && delivery.getRemoteState() == null) {
            return;
        }
        if (delivery.getContext() instanceof Request request && !request.isAnswered) {
            request.answer = delivery.getRemoteState();
            request.isAnswered = true;
            requests.remove(request);
            connection.fireChanged();
        }
        delivery.settle();
    }

    @Override
    void ended(JMSException cause, boolean isByPeer) {
        requests.clear();
        credit.fire();
        connection.fireChanged();
    }
}
