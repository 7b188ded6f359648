// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.jspecify.annotations.Nullable;

/**
 * What both kinds of link share: identity, handles, attach and detach (AMQP 1.0 §2.6). Owned by the connection's event
 * loop.
 *
 * <p>A link is answered once, by {@code accept} or {@link #refuse}, and ended once on each side. Its owner hears of the end
 * once, whoever caused it: {@link LinkHandler#remoteDetached} if the peer did, {@link LinkHandler#lost} otherwise.
 */
public abstract class EngineLink {
    final EngineSession session;
    final int remoteHandle;
    final int localHandle;
    private final String name;
    private final boolean isPeerSender;
    private boolean isAttachSent;
    private boolean isDetachSent;
    private boolean isDetachReceived;
    private boolean isOwnerTold;
    private boolean isFlowDue;

    EngineLink(EngineSession session, Attach attach, int localHandle) {
        this.session = session;
        this.name = attach.getName();
        this.isPeerSender = attach.getRole() == Role.SENDER;
        this.remoteHandle = attach.getHandle().intValue();
        this.localHandle = localHandle;
    }

    public final EngineSession session() {
        return session;
    }

    /** Whether our side has detached. */
    public final boolean isDetached() {
        return isDetachSent;
    }

    public final String name() {
        return name;
    }

    /** Whether the link has been answered and nobody has ended it. */
    public final boolean isOpen() {
        return isAttachSent && !isDetachSent && !isDetachReceived && !session.isEnded();
    }

    /** Whether the peer still waits for its attach to be answered. */
    public final boolean isAwaited() {
        return !isAttachSent && !isDetachSent && !isDetachReceived && !session.isEnded();
    }

    /** Whether the peer may still be told something about this link. */
    final boolean isLive() {
        return !isDetachSent && !session.isEnded();
    }

    final boolean isPeerSender() {
        return isPeerSender;
    }

    final boolean isDetachSent() {
        return isDetachSent;
    }

    /** Answers the attach; the engine fills in name, handle and role. */
    final void sendAttach(Attach reply) {
        if (!isLive() || isAttachSent) {
            return;
        }
        isAttachSent = true;
        reply.setName(name);
        reply.setHandle(UnsignedInteger.valueOf(localHandle));
        reply.setRole(isPeerSender ? Role.RECEIVER : Role.SENDER);
        if (!isPeerSender) {
            reply.setInitialDeliveryCount(UnsignedInteger.ZERO);
        }
        session.write(reply);
    }

    /** Refuses the attach in the form every client understands: null terminus, then a closing detach with the error. */
    public final void refuse(ErrorCondition error) {
        detach(true, error);
    }

    /** Ends our side. Safe to call at any time; only the first call has an effect. */
    public final void detach(boolean isClosed, @Nullable ErrorCondition error) {
        if (!isLive()) {
            return;
        }
        if (!isAttachSent) {
            // Granting nothing: there is no terminus on either side (AMQP 1.0 §2.6.3).
            sendAttach(new Attach());
        }
        session.flushDispositions();
        isDetachSent = true;
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.valueOf(localHandle));
        detach.setClosed(isClosed);
        if (error != null) {
            detach.setError(session.engine().shortened(error));
        }
        session.write(detach);
        forgetDeliveries();
        session.released(this, isDetachReceived);
        tellLost(true);
    }

    /** A rule of the link was broken: ends it with an error. */
    final void fail(ProtocolException reason) {
        detach(true, reason.toCondition());
    }

    final void receivedDetach(Detach detach) {
        isDetachReceived = true;
        if (isDetachSent) {
            return;
        }
        if (!isOwnerTold) {
            isOwnerTold = true;
            handler().remoteDetached(detach.getClosed(), detach.getError());
        }
    }

    /** The session or the connection has ended under the link. */
    final void lost(boolean isOrderly) {
        forgetDeliveries();
        tellLost(isOrderly);
    }

    private void tellLost(boolean isOrderly) {
        if (!isOwnerTold) {
            isOwnerTold = true;
            handler().lost(isOrderly);
        }
    }

    final void requireNotReattached() {
        if (isDetachReceived) {
            throw ProtocolException.session(
                    AmqpError.ILLEGAL_STATE, "Expected nothing more on link '" + name + "' after its detach");
        }
    }

    /** Makes the link's state part of the frames written at the end of the turn. */
    final void flowDue() {
        if (!isFlowDue && isOpen()) {
            isFlowDue = true;
            session.flowDue(this);
        }
    }

    final void writeDueFlow() {
        if (isFlowDue) {
            isFlowDue = false;
            if (isOpen()) {
                writeFlow();
            }
        }
    }

    abstract LinkHandler handler();

    /** The peer's view of the link's credit. */
    abstract void flow(Flow flow);

    abstract void writeFlow();

    /** Ends every unsettled delivery of the link without telling anybody. */
    abstract void forgetDeliveries();
}
