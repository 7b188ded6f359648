// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.error.LostConnectionException;
import io.postrider.jms.wire.Inbound;
import io.postrider.jms.wire.TransactionId;
import io.postrider.jms.wire.WireCoordinator;
import io.postrider.jms.wire.WireOutcome;
import io.postrider.jms.wire.WireSession;
import jakarta.jms.JMSException;
import jakarta.jms.TransactionRolledBackException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a transacted session, of which one is always open (AMQP 1.0 part 4). Used by the session's thread;
 * what becomes of its sends comes from the reader thread.
 *
 * <p>Sends go out at once and are not waited for. A commit first waits for the word on each of them, because the broker
 * would commit the rest of a transaction of which it refused a part. Messages received are accepted, as part of the
 * transaction, just before it ends.
 *
 * <p>When the connection or the control link is lost, so is the transaction: it is in doubt until the application ends it.
 */
final class SessionTransaction implements SessionWork {
    private final String linkName;
    private final long timeoutMs;
    private final Object monitor = new Object();

    private volatile WireSession wire;
    private WireCoordinator coordinator;

    // Guarded by the monitor.
    private @Nullable TransactionId id;
    private int sendsUnderWay;
    private boolean hasWork;
    private @Nullable JMSException doubt;

    SessionTransaction(WireSession wire, String sessionId, long timeoutMs) throws JMSException {
        this.wire = wire;
        this.linkName = "postrider:coordinator:" + sessionId;
        this.timeoutMs = timeoutMs;
        this.coordinator = wire.coordinator(linkName);
        this.id = coordinator.declare(timeoutMs);
    }

    @Override
    public boolean isActive() {
        return true;
    }

    /** Null if it is lost already, so that nothing more needs to be done for it. */
    @Override
    public @Nullable TransactionId join() {
        synchronized (monitor) {
            hasWork = true;
            if (id == null && doubt == null) {
                doubt = new LostConnectionException("The connection was lost before a transaction could begin", null);
            }
            return doubt == null ? id : null;
        }
    }

    @Override
    public Consumer<@Nullable JMSException> sendBegins() {
        synchronized (monitor) {
            sendsUnderWay++;
            TransactionId own = id;
            return failure -> sendEnded(own, failure);
        }
    }

    private void sendEnded(@Nullable TransactionId own, @Nullable JMSException failure) {
        synchronized (monitor) {
            sendsUnderWay--;
            if (failure != null && Objects.equals(own, id) && doubt == null) {
                doubt = failure;
            }
            monitor.notifyAll();
        }
    }

    private void awaitSends(long limitMs) throws JMSException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        synchronized (monitor) {
            while (sendsUnderWay > 0) {
                long leftMs = limitMs < 0 ? 0 : (deadlineNs - System.nanoTime()) / 1_000_000 + 1;
                if (limitMs >= 0 && leftMs <= 0) {
                    throw new JMSException("The broker did not answer for " + sendsUnderWay
                            + " messages of a transaction within " + limitMs + " ms");
                }
                try {
                    monitor.wait(leftMs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw JmsErrors.withCause("Interrupted while waiting for the messages of a transaction", e);
                }
            }
        }
    }

    /**
     * Commits, and begins the next transaction.
     *
     * @param received messages to accept with it
     * @throws TransactionRolledBackException if it was not committed, or it is unknown whether it was; the text says which
     */
    void commit(List<Inbound> received) throws JMSException {
        awaitSends(timeoutMs);
        JMSException reason;
        synchronized (monitor) {
            reason = doubt;
        }
        if (reason != null) {
            rollback(received);
            throw rolledBack("The transaction was rolled back, because a part of it failed: ", reason);
        }
        try {
            end(received, false, timeoutMs);
        } catch (LostConnectionException e) {
            lost(e);
            renew();
            throw rolledBack("The outcome of the commit is unknown: ", e);
        }
    }

    private static TransactionRolledBackException rolledBack(String what, JMSException reason) {
        return JmsErrors.withCause(
                new TransactionRolledBackException(what + reason.getMessage(), reason.getErrorCode()), reason);
    }

    /** Rolls back, and begins the next transaction. A transaction that is lost is rolled back by the broker. */
    void rollback(List<Inbound> received) throws JMSException {
        if (!rollBackIfOpen(received, timeoutMs)) {
            renew();
        }
    }

    @Override
    public void close(List<Inbound> received, long limitMs) throws JMSException {
        rollBackIfOpen(received, limitMs);
    }

    /** @return false if the transaction was lost before, or is now */
    private boolean rollBackIfOpen(List<Inbound> received, long limitMs) throws JMSException {
        try {
            awaitSends(limitMs);
            if (coordinator.isUsable()) {
                end(received, true, limitMs);
                return true;
            }
        } catch (LostConnectionException e) {
            lost(e);
        }
        return false;
    }

    private void end(List<Inbound> received, boolean hasFailed, long limitMs) throws JMSException {
        TransactionId current;
        synchronized (monitor) {
            current = id;
        }
        if (current == null) {
            throw new LostConnectionException("The transaction is lost", null);
        }
        List<Inbound> delayed =
                hasFailed ? received.stream().filter(Inbound::hasRetryDelay).toList() : List.of();
        List<Inbound> others = delayed.isEmpty()
                ? received
                : received.stream().filter(each -> !each.hasRetryDelay()).toList();
        if (!others.isEmpty()) {
            wire.settle(others, WireOutcome.ACCEPTED, current);
        }
        if (!delayed.isEmpty()) {
            wire.settle(delayed, WireOutcome.FAILED, current);
        }
        WireCoordinator.Ended ended;
        try {
            ended = coordinator.discharge(current, hasFailed, limitMs);
        } catch (JMSException e) {
            if (coordinator.isUsable()) {
                throw e;
            }
            throw JmsErrors.withCause(new LostConnectionException(String.valueOf(e.getMessage()), e.getErrorCode()), e);
        }
        next(ended.next());
        JMSException refusal = ended.refusal();
        if (refusal != null && !hasFailed) {
            throw refusal;
        }
    }

    private void next(@Nullable TransactionId next) {
        synchronized (monitor) {
            id = next;
            doubt = null;
            hasWork = false;
        }
    }

    /** Begins a transaction after one that was lost; without a connection that is left to the next one. */
    private void renew() throws JMSException {
        next(null);
        try {
            if (!coordinator.isUsable()) {
                coordinator = wire.coordinator(linkName);
            }
            next(coordinator.declare(timeoutMs));
        } catch (LostConnectionException e) {
            lost(e);
        }
    }

    @Override
    public void lost(JMSException reason) {
        synchronized (monitor) {
            id = null;
            doubt = doubt == null && hasWork ? reason : doubt;
            monitor.notifyAll();
        }
    }

    /** A transaction with nothing in it is replaced without anybody noticing. */
    @Override
    public void reattach(WireSession newWire) throws JMSException {
        wire = newWire;
        WireCoordinator fresh = newWire.coordinator(linkName);
        TransactionId begun = fresh.declare(timeoutMs);
        synchronized (monitor) {
            coordinator = fresh;
            id = begun;
        }
    }
}
