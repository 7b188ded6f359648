// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.error.JmsErrors;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Session;
import org.jspecify.annotations.Nullable;

/** One AMQP session. Any thread; guarded by the connection's lock. */
public final class WireSession {
    final WireConnection connection;
    final Session session;
    private final List<WireLink> links = new ArrayList<>();
    private boolean isOpen;
    /** Links that ended so far, so that who waits for one notices. */
    private int linkLosses;

    private @Nullable JMSException failure;

    WireSession(WireConnection connection, Session session) {
        this.connection = connection;
        this.session = session;
        session.setContext(this);
        // The window counts frames: this much lets the broker fill every link's credit.
        session.setIncomingCapacity(Integer.MAX_VALUE);
    }

    /** Under the lock. */
    void begin() throws JMSException {
        session.open();
        connection.flushHolding();
        connection.await(
                () -> {
                    checkUsable();
                    return isOpen;
                },
                connection.settings().requestTimeoutMs(),
                "begin a session");
    }

    /** Attaches a sender and waits for the broker's answer. */
    public WireSender sender(SenderSpec spec) throws JMSException {
        connection.lock.lock();
        try {
            checkUsable();
            WireSender sender = new WireSender(this, session.sender(spec.name()), spec);
            links.add(sender);
            sender.attach();
            return sender;
        } finally {
            connection.unlockAndFlush();
        }
    }

    /** Attaches a receiver, without credit, and waits for the broker's answer. */
    public WireReceiver receiver(ReceiverSpec spec, ReceiverListener listener) throws JMSException {
        connection.lock.lock();
        try {
            checkUsable();
            WireReceiver receiver = new WireReceiver(this, session.receiver(spec.name()), spec, listener);
            links.add(receiver);
            receiver.attach();
            return receiver;
        } finally {
            connection.unlockAndFlush();
        }
    }

    /** Attaches the control link of the session's transactions. */
    public WireCoordinator coordinator(String name) throws JMSException {
        connection.lock.lock();
        try {
            checkUsable();
            WireCoordinator coordinator = new WireCoordinator(this, session.sender(name));
            links.add(coordinator);
            coordinator.attach();
            return coordinator;
        } finally {
            connection.unlockAndFlush();
        }
    }

    /** Settles deliveries of any receivers of this connection, without waiting for an answer. */
    public void settle(List<Inbound> inbounds, WireOutcome outcome) throws JMSException {
        settle(inbounds, outcome, null);
    }

    /**
     * Settles deliveries of any receivers of this connection, without waiting for an answer. Those of an earlier connection
     * are left alone: the broker has taken them back.
     *
     * @param transaction that decides whether the outcome holds, or null
     */
    public void settle(List<Inbound> inbounds, WireOutcome outcome, @Nullable TransactionId transaction)
            throws JMSException {
        connection.lock.lock();
        try {
            checkUsable();
            for (Inbound inbound : inbounds) {
                if (inbound.receiver().connection == connection) {
                    WireReceiver.settleHolding(inbound, outcome, transaction);
                }
            }
        } finally {
            connection.unlockAndFlush();
        }
    }

    /**
     * Says an outcome without settling, and waits until the broker has settled: then it has made the outcome durable.
     *
     * @param timeoutMs negative waits for ever
     */
    public void confirm(List<Inbound> inbounds, WireOutcome outcome, long timeoutMs) throws JMSException {
        connection.lock.lock();
        try {
            checkUsable();
            Confirmation confirmation = new Confirmation(inbounds.size());
            for (Inbound inbound : inbounds) {
                Delivery delivery = inbound.delivery();
                if (inbound.receiver().connection != connection
                        || delivery.isSettled()
                        || !inbound.receiver().isAlive()) {
                    confirmation.countDown();
                } else {
                    delivery.setContext(confirmation);
                    delivery.disposition(outcome.state());
                }
            }
            connection.flushHolding();
            int lossesBefore = linkLosses;
            connection.await(
                    () -> {
                        checkUsable();
                        if (linkLosses != lossesBefore && !confirmation.isComplete()) {
                            throw new JMSException("A link was lost while its messages were acknowledged;"
                                    + " some of them may be delivered again");
                        }
                        return confirmation.isComplete();
                    },
                    timeoutMs,
                    "confirm an acknowledgement");
        } finally {
            connection.unlockAndFlush();
        }
    }

    /** Ends the session and waits for the broker's answer a while. */
    public void end() throws JMSException {
        connection.lock.lock();
        try {
            if (failure != null || !connection.isUsable()) {
                fail(new IllegalStateException("The session is closed"));
                return;
            }
            session.close();
            connection.flushHolding();
            connection.await(
                    () -> session.getRemoteState() == EndpointState.CLOSED || failure != null,
                    connection.settings().closeTimeoutMs(),
                    "end a session");
            fail(new IllegalStateException("The session is closed"));
            session.free();
            connection.forget(this);
        } finally {
            connection.unlockAndFlush();
        }
    }

    /** Whether links can be attached. */
    public boolean isUsable() {
        connection.lock.lock();
        try {
            return failure == null && connection.isUsable();
        } finally {
            connection.lock.unlock();
        }
    }

    public WireConnection connection() {
        return connection;
    }

    /** Under the lock. */
    void checkUsable() throws JMSException {
        connection.checkUsable();
        if (failure != null) {
            throw JmsErrors.copy(failure);
        }
    }

    /** Under the lock. */
    void forget(WireLink link) {
        links.remove(link);
        linkLosses++;
    }

    /** Under the lock. */
    void remotelyOpened() {
        isOpen = true;
        connection.fireChanged();
    }

    /** Under the lock. */
    void remotelyClosed() {
        if (session.getLocalState() != EndpointState.CLOSED) {
            session.close();
            fail(JmsErrors.link("The broker ended a session", RemoteErrors.of(session.getRemoteCondition())));
            connection.forget(this);
        }
        connection.fireChanged();
    }

    /** Under the lock. */
    void fail(JMSException cause) {
        if (failure == null) {
            failure = cause;
            for (WireLink link : List.copyOf(links)) {
                link.fail(cause);
            }
            links.clear();
        }
    }
}
