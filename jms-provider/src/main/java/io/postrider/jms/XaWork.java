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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.transaction.xa.XAException;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.jspecify.annotations.Nullable;

/**
 * The branches of global transactions a session works in, one after the other. Each is a transaction of the broker until it is prepared; from then on
 * the broker knows it by its name. Any thread, as transaction managers please.
 *
 * <p>Its monitor lets one thing at a time be asked of the broker. What the reader thread tells has a lock of its own, because the answer to what is
 * asked comes by the same thread.
 */
final class XaWork implements SessionWork {
    private final String linkName;
    private final long timeoutMs;
    private final Object sends = new Object();
    private final Map<BranchName, Branch> branches = new ConcurrentHashMap<>();
    private volatile WireSession wire;
    private volatile @Nullable WireCoordinator coordinator;
    private volatile @Nullable Branch current;

    /** What is known of a branch that is not prepared. */
    private static final class Branch {
        final BranchName name;
        final TransactionId id;
        int sendsUnderWay;

        @Nullable
        JMSException doubt;

        Branch(BranchName name, TransactionId id) {
            this.name = name;
            this.id = id;
        }
    }

    XaWork(WireSession wire, String sessionId, long timeoutMs) {
        this.wire = wire;
        this.linkName = "postrider:xa:" + sessionId;
        this.timeoutMs = timeoutMs;
    }

    private WireCoordinator coordinator() throws JMSException {
        WireCoordinator open = coordinator;
        if (open == null || !open.isUsable()) {
            open = wire.coordinator(linkName);
            coordinator = open;
        }
        return open;
    }

    // ---- what the session does

    @Override
    public boolean isActive() {
        return current != null;
    }

    @Override
    public @Nullable TransactionId join() {
        Branch branch = current;
        return branch == null || doubt(branch) != null ? null : branch.id;
    }

    private @Nullable JMSException doubt(Branch branch) {
        synchronized (sends) {
            return branch.doubt;
        }
    }

    private void doubt(Branch branch, JMSException reason) {
        synchronized (sends) {
            branch.doubt = branch.doubt == null ? reason : branch.doubt;
            sends.notifyAll();
        }
    }

    @Override
    public Consumer<@Nullable JMSException> sendBegins() {
        Branch branch = current;
        if (branch == null) {
            return failure -> {};
        }
        synchronized (sends) {
            branch.sendsUnderWay++;
        }
        return failure -> sendEnded(branch, failure);
    }

    /** Called on the reader thread: must not wait for anything that waits for an answer. */
    private void sendEnded(Branch branch, @Nullable JMSException failure) {
        synchronized (sends) {
            branch.sendsUnderWay--;
            if (failure != null && branch.doubt == null) {
                branch.doubt = failure;
            }
            sends.notifyAll();
        }
    }

    @Override
    public void lost(JMSException reason) {
        coordinator = null;
        branches.values().forEach(branch -> doubt(branch, reason));
    }

    @Override
    public void reattach(WireSession newWire) {
        wire = newWire;
        coordinator = null;
    }

    @Override
    public synchronized void close(List<Inbound> received, long limitMs) throws JMSException {
        for (Branch branch : branches.values()) {
            WireCoordinator open = coordinator;
            if (doubt(branch) == null && open != null && open.isUsable()) {
                open.end(branch.id, true, limitMs);
            }
        }
        branches.clear();
        current = null;
        if (!received.isEmpty()) {
            wire.settle(received, WireOutcome.FAILED);
        }
    }

    // ---- what the transaction manager asks

    synchronized void start(BranchName name, boolean joins) throws JMSException, XAException {
        Branch underWay = current;
        if (underWay != null) {
            throw XaErrors.of(
                    XAException.XAER_PROTO, "Expected no branch to be under way, but " + underWay.name + " is");
        }
        Branch known = branches.get(name);
        if (joins) {
            if (known == null) {
                throw XaErrors.of(XAException.XAER_NOTA, "There is no branch " + name + " to join or resume");
            }
            current = known;
            return;
        }
        if (known != null) {
            throw XaErrors.of(XAException.XAER_DUPID, "Branch " + name + " has begun already");
        }
        Branch begun = new Branch(name, coordinator().declare(timeoutMs));
        branches.put(name, begun);
        current = begun;
    }

    /** The session leaves a branch: what it received is accepted as part of it. */
    synchronized void end(BranchName name, boolean hasFailed, List<Inbound> received) throws JMSException, XAException {
        Branch branch = find(name);
        current = current == branch ? null : current;
        if (doubt(branch) == null && !received.isEmpty()) {
            wire.settle(received, WireOutcome.ACCEPTED, branch.id);
        }
        if (hasFailed) {
            doubt(branch, new JMSException("The branch was ended as failed"));
        }
    }

    /** @return whether there is anything to decide on */
    synchronized boolean prepare(BranchName name) throws JMSException, XAException {
        Branch branch = whole(name);
        branches.remove(name);
        DeliveryState answer;
        try {
            answer = coordinator().ask("prepare", branch.id, name.bytes(), timeoutMs);
        } catch (LostConnectionException e) {
            throw XaErrors.of(XAException.XAER_RMFAIL, "It is not known whether branch " + name + " is prepared", e);
        }
        return XaErrors.isWaiting(answer, name);
    }

    synchronized void commitOnePhase(BranchName name) throws JMSException, XAException {
        Branch branch = whole(name);
        branches.remove(name);
        JMSException refusal;
        try {
            refusal = coordinator().end(branch.id, false, timeoutMs);
        } catch (LostConnectionException e) {
            throw XaErrors.of(XAException.XAER_RMFAIL, "It is not known whether branch " + name + " is committed", e);
        }
        if (refusal != null) {
            throw XaErrors.of(XAException.XA_RBROLLBACK, "Branch " + name + " was rolled back", refusal);
        }
    }

    /** Rolls back a branch that is not prepared; returns false if there is none. */
    synchronized boolean rollBackOpen(BranchName name) throws JMSException {
        Branch branch = branches.remove(name);
        if (branch == null) {
            return false;
        }
        current = current == branch ? null : current;
        awaitSends(branch);
        WireCoordinator open = coordinator;
        if (open != null && open.isUsable()) {
            open.end(branch.id, true, timeoutMs);
        }
        return true;
    }

    /** Asks the broker about a branch it knows by its name, or about all. */
    synchronized DeliveryState ask(String operation, @Nullable BranchName name) throws JMSException {
        return coordinator().ask(operation, null, name == null ? null : name.bytes(), timeoutMs);
    }

    private Branch find(BranchName name) throws XAException {
        Branch branch = branches.get(name);
        if (branch == null) {
            throw XaErrors.of(XAException.XAER_NOTA, "There is no branch " + name);
        }
        return branch;
    }

    /** A branch of which every send has arrived. One that lost a part is rolled back. */
    private Branch whole(BranchName name) throws JMSException, XAException {
        Branch branch = find(name);
        if (current == branch) {
            throw XaErrors.of(XAException.XAER_PROTO, "Branch " + name + " was not ended");
        }
        awaitSends(branch);
        JMSException doubt = doubt(branch);
        if (doubt != null) {
            rollBackOpen(name);
            throw XaErrors.of(XAException.XA_RBROLLBACK, "Branch " + name + " lost a part and was rolled back", doubt);
        }
        return branch;
    }

    private void awaitSends(Branch branch) throws JMSException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        synchronized (sends) {
            while (branch.sendsUnderWay > 0) {
                long leftMs = timeoutMs < 0 ? 0 : (deadlineNs - System.nanoTime()) / 1_000_000 + 1;
                if (timeoutMs >= 0 && leftMs <= 0) {
                    throw new JMSException("The broker did not answer for " + branch.sendsUnderWay
                            + " messages of branch " + branch.name + " within " + timeoutMs + " ms");
                }
                try {
                    sends.wait(leftMs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw JmsErrors.withCause("Interrupted while waiting for the messages of a branch", e);
                }
            }
        }
    }
}
