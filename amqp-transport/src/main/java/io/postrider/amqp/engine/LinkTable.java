// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.engine;

import java.util.Arrays;
import java.util.BitSet;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SessionError;
import org.jspecify.annotations.Nullable;

/**
 * The links of one session by the peer's handles, and which of our own handles are in use (AMQP 1.0 §2.6.2). Owned by the
 * connection's event loop.
 *
 * <p>The peer's handle is free again once the peer has detached; ours once we have.
 */
final class LinkTable {
    private static final int NAME_LENGTH_MAX = 4096;

    private final EngineSession session;
    private final long peerHandleMax;
    private final int ourHandleMax;
    private @Nullable EngineLink[] byRemoteHandle = new EngineLink[4];
    private final BitSet localHandles = new BitSet();

    LinkTable(EngineSession session, @Nullable UnsignedInteger peerHandleMax, int ourHandleMax) {
        this.session = session;
        this.peerHandleMax = peerHandleMax == null ? 0xffffffffL : peerHandleMax.longValue();
        this.ourHandleMax = ourHandleMax;
    }

    void attach(Attach attach, EngineListener listener) {
        long handle = attach.getHandle().longValue();
        if (handle > ourHandleMax) {
            throw ProtocolException.connection(
                    ConnectionError.FRAMING_ERROR,
                    "Expected a handle of at most " + ourHandleMax + ", but found " + handle);
        }
        if (find(handle) != null) {
            throw ProtocolException.session(
                    SessionError.HANDLE_IN_USE, "Expected a free handle, but " + handle + " is in use");
        }
        int localHandle = localHandles.nextClearBit(0);
        if (localHandle > peerHandleMax) {
            throw ProtocolException.session(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED,
                    "Expected a free handle on our side, but the peer allows only " + (peerHandleMax + 1));
        }
        ErrorCondition refusal = refusalOf(attach);
        localHandles.set(localHandle);
        if (attach.getRole() == Role.SENDER) {
            IncomingEndpoint link = put((int) handle, new IncomingEndpoint(session, attach, localHandle));
            if (refusal == null) {
                listener.attached(link, attach);
            } else {
                link.refuse(refusal);
            }
        } else {
            OutgoingEndpoint link = put((int) handle, new OutgoingEndpoint(session, attach, localHandle));
            if (refusal == null) {
                listener.attached(link, attach);
            } else {
                link.refuse(refusal);
            }
        }
    }

    private static @Nullable ErrorCondition refusalOf(Attach attach) {
        if (attach.getName().length() > NAME_LENGTH_MAX) {
            return new ErrorCondition(
                    AmqpError.INVALID_FIELD, "Expected a link name of at most " + NAME_LENGTH_MAX + " characters");
        }
        if (attach.getUnsettled() != null && !attach.getUnsettled().isEmpty()) {
            return new ErrorCondition(AmqpError.NOT_IMPLEMENTED, "Deliveries cannot be resumed");
        }
        if (attach.getRole() == Role.SENDER && attach.getInitialDeliveryCount() == null) {
            return new ErrorCondition(
                    AmqpError.INVALID_FIELD, "Expected the attach of a sender to carry an initial-delivery-count");
        }
        return null;
    }

    void detach(Detach detach) {
        EngineLink link = byRemoteHandle(detach.getHandle().longValue());
        byRemoteHandle[link.remoteHandle] = null;
        if (link.isDetachSent()) {
            localHandles.clear(link.localHandle);
        }
        link.receivedDetach(detach);
    }

    /** Our side has detached. */
    void released(EngineLink link, boolean isDetachReceived) {
        if (isDetachReceived) {
            localHandles.clear(link.localHandle);
        }
    }

    EngineLink byRemoteHandle(long handle) {
        EngineLink link = find(handle);
        if (link == null) {
            throw ProtocolException.session(
                    SessionError.UNATTACHED_HANDLE, "Expected an attached handle, but found " + handle);
        }
        return link;
    }

    @Nullable
    EngineLink unanswered(int handle) {
        EngineLink link = find(handle & 0xffffffffL);
        return link != null && link.isAwaited() ? link : null;
    }

    IncomingEndpoint incoming(int handle) {
        EngineLink link = byRemoteHandle(handle & 0xffffffffL);
        if (link instanceof IncomingEndpoint incoming) {
            return incoming;
        }
        throw ProtocolException.session(
                AmqpError.NOT_ALLOWED,
                "Expected no transfer on link '" + link.name() + "', on which the peer receives");
    }

    void windowOpened() {
        for (EngineLink link : byRemoteHandle) {
            if (link instanceof OutgoingEndpoint outgoing) {
                outgoing.windowOpened();
            }
        }
    }

    /** Every link is gone with the session. */
    void lost(boolean isOrderly) {
        EngineLink[] all = Arrays.copyOf(byRemoteHandle, byRemoteHandle.length);
        for (EngineLink link : all) {
            if (link != null) {
                link.lost(isOrderly);
            }
        }
        Arrays.fill(byRemoteHandle, null);
    }

    private @Nullable EngineLink find(long handle) {
        return handle < byRemoteHandle.length ? byRemoteHandle[(int) handle] : null;
    }

    private <L extends EngineLink> L put(int handle, L link) {
        if (handle >= byRemoteHandle.length) {
            byRemoteHandle =
                    Arrays.copyOf(byRemoteHandle, Math.min(ourHandleMax + 1, Math.max(handle + 1, 2 * handle)));
        }
        byRemoteHandle[handle] = link;
        return link;
    }
}
