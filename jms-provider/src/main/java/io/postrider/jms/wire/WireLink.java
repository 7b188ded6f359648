// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.error.RemoteError;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Link;
import org.jspecify.annotations.Nullable;

/** What senders and receivers share: attach, refusal, detach, loss. Guarded by the connection's lock. */
abstract class WireLink {
    final WireSession session;
    final WireConnection connection;
    private final Link link;
    private @Nullable JMSException failure;
    private boolean isAttached;
    private boolean isLocallyClosed;
    private boolean isDetached;

    WireLink(WireSession session, Link link) {
        this.session = session;
        this.connection = session.connection;
        this.link = link;
        link.setContext(this);
    }

    /** What the link is for, in words. */
    abstract String purpose();

    /** Whether the broker's attach carries no terminus, which announces a refusal (AMQP 1.0 §2.6.3). */
    abstract boolean isRefused();

    /** Under the lock: everything that waits on the link ends with the cause. */
    abstract void ended(JMSException cause, boolean isByPeer);

    /** Under the lock: attaches and waits until the broker agrees or refuses. */
    void attach() throws JMSException {
        link.open();
        connection.flushHolding();
        try {
            awaitAttached();
        } catch (JMSException e) {
            session.forget(this);
            throw e;
        }
    }

    private void awaitAttached() throws JMSException {
        connection.await(
                () -> {
                    checkUsable();
                    return link.getRemoteState() != EndpointState.UNINITIALIZED;
                },
                connection.settings().requestTimeoutMs(),
                "attach " + purpose());
        if (!isRefused()) {
            isAttached = true;
            return;
        }
        connection.await(
                () -> {
                    checkUsable();
                    return false;
                },
                connection.settings().closeTimeoutMs(),
                "say why it refused " + purpose());
    }

    /**
     * Detaches and waits for the broker's answer a while. Closing again does nothing.
     *
     * @param isFinal false leaves the terminus, and with it a durable subscription, with the broker
     */
    public void close(boolean isFinal) throws JMSException {
        connection.lock.lock();
        try {
            if (isLocallyClosed || failure != null) {
                return;
            }
            isLocallyClosed = true;
            if (isFinal) {
                link.close();
            } else {
                link.detach();
            }
            connection.flushHolding();
            connection.await(
                    () -> link.getRemoteState() == EndpointState.CLOSED || failure != null || isDetached,
                    connection.settings().closeTimeoutMs(),
                    "detach " + purpose());
            RemoteError error = RemoteErrors.of(link.getRemoteCondition());
            finish(new IllegalStateException("The link is closed"), false);
            link.free();
            if (!error.condition().isEmpty()) {
                throw JmsErrors.link("The broker reported a problem while it detached " + purpose(), error);
            }
        } finally {
            connection.unlockAndFlush();
        }
    }

    /** Under the lock: detaches for good; the broker's answer is not waited for. */
    void detachWithoutWaiting() {
        if (!isLocallyClosed && failure == null) {
            isLocallyClosed = true;
            link.close();
            finish(new IllegalStateException("The link is closed"), false);
            link.free();
        }
    }

    /** Under the lock: whether deliveries of the link can still be settled. */
    boolean isAlive() {
        return failure == null;
    }

    public WireSession session() {
        return session;
    }

    /** Whether the link still works. */
    public boolean isUsable() {
        connection.lock.lock();
        try {
            return failure == null && !isLocallyClosed;
        } finally {
            connection.lock.unlock();
        }
    }

    /** Under the lock. */
    void checkUsable() throws JMSException {
        if (failure != null) {
            throw JmsErrors.copy(failure);
        }
        session.checkUsable();
    }

    /** Under the lock. */
    void remotelyOpened() {
        connection.fireChanged();
    }

    /** Under the lock: the broker's detach, whether an answer to ours or of its own accord. */
    void remotelyClosed() {
        isDetached = true;
        if (!isLocallyClosed) {
            isLocallyClosed = true;
            RemoteError error = RemoteErrors.of(link.getRemoteCondition());
            link.close();
            JMSException cause;
            if (!isAttached && error.condition().isEmpty()) {
                cause = new InvalidDestinationException("The broker refused " + purpose() + " and gave no reason");
            } else {
                String verb = isAttached ? "The broker detached " : "The broker refused ";
                cause = JmsErrors.link(verb + purpose(), error);
            }
            finish(cause, isAttached);
            link.free();
        }
        connection.fireChanged();
    }

    /** Under the lock: the session or connection is gone. */
    void fail(JMSException cause) {
        finish(cause, false);
    }

    private void finish(JMSException cause, boolean isByPeer) {
        if (failure == null) {
            failure = cause;
            session.forget(this);
            ended(cause, isByPeer);
        }
    }
}
