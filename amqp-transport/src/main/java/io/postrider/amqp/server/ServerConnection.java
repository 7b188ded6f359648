// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.Capabilities;
import io.postrider.amqp.codec.DeliveryPrefix;
import io.postrider.amqp.codec.MessageDecoder;
import io.postrider.amqp.engine.AmqpEngine;
import io.postrider.amqp.engine.EngineListener;
import io.postrider.amqp.engine.EngineSession;
import io.postrider.amqp.engine.IncomingEndpoint;
import io.postrider.amqp.engine.OutgoingEndpoint;
import io.postrider.amqp.sasl.SaslSettings;
import io.postrider.api.address.AddressKey;
import io.postrider.api.port.Authenticator.Identity;
import io.postrider.api.port.BodyStore;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.security.SaslFrameBody;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Open;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a peer: its handshake, its timers, and the turns in which its links' deliveries are sent. Owned by its
 * event loop; {@link #hand} and {@link #id} may be used from any thread.
 */
final class ServerConnection implements EngineListener {
    private static final long NS_PER_MS = 1_000_000;
    /** A peer that wants to hear from us more often than this cannot be served. */
    private static final int PEER_IDLE_TIMEOUT_MS_MIN = 1000;

    private static final int CLOSE_TIMEOUT_MS = 5000;
    private static final int LINGER_MS = 1000;
    private static final int BYTES_BEFORE_OPEN_MAX = 1 << 20;
    private static final Symbol SOLE_CONNECTION_ENFORCEMENT = Symbol.valueOf("sole-connection-enforcement");
    private static final Symbol INVALID_FIELD_KEY = Symbol.valueOf("invalid-field");

    private final ListenerScope listener;
    private final LoopScope loop;
    private final ChannelBridge bridge;
    private final String id;
    private String peer;
    private final AmqpEngine engine;
    private final SaslHandshake handshake;
    private final LinkOpener opener;
    private final ConnectionTermini termini;
    private final UploadBudget uploads = new UploadBudget(this::uploadsPaused);
    private final PeerTransactions transactions = new PeerTransactions();

    private Identity identity = Identity.ANONYMOUS;
    private String virtualHost = AddressKey.DEFAULT_VIRTUAL_HOST;
    private String containerId = "";
    private boolean holdsContainer;
    private boolean isKnownToGateway;
    private boolean isCounted;
    private boolean isSecure;
    private @Nullable String certificateUser;
    private long bytesBeforeOpen;

    private final Set<OutgoingLink> outgoing = new LinkedHashSet<>();
    private final ArrayDeque<OutgoingLink> ready = new ArrayDeque<>();

    private boolean isInputHeld;
    private boolean isInTurn;
    private boolean isTouched;
    private boolean isReleased;
    private long nowMs;
    private final long acceptedNs;
    private long lastReadNs;
    private long lastWriteNs;
    private long peerIdleNs;
    /** When the socket is closed whatever the peer does; 0 while the connection lives. */
    private long closeDeadlineNs;

    ServerConnection(ListenerScope listener, LoopScope loop, ChannelBridge bridge, String peer) {
        this.listener = listener;
        this.loop = loop;
        this.bridge = bridge;
        this.peer = peer;
        this.id = listener.nextConnectionId();
        this.engine = new AmqpEngine(listener.engineSettings(), this, bridge, loop.codec());
        this.handshake = new SaslHandshake(this, engine, listener.authenticator());
        this.opener = new LinkOpener(this, listener);
        this.termini = new ConnectionTermini(listener.termini(), loop);
        this.acceptedNs = System.nanoTime();
        this.lastReadNs = acceptedNs;
        this.lastWriteNs = acceptedNs;
        loop.add(this);
    }

    /** Broker-wide unique. */
    String id() {
        return id;
    }

    String peer() {
        return peer;
    }

    String user() {
        return identity.user();
    }

    String containerId() {
        return containerId;
    }

    String virtualHost() {
        return virtualHost;
    }

    /** Wall clock, read once per turn. */
    long nowMs() {
        return isInTurn ? nowMs : System.currentTimeMillis();
    }

    MessageDecoder decoder() {
        return loop.decoder();
    }

    BodyStore bodies() {
        return listener.gateway().bodies();
    }

    UploadBudget uploads() {
        return uploads;
    }

    DeliveryPrefix prefix() {
        return loop.prefix();
    }

    PeerTransactions transactions() {
        return transactions;
    }

    /** The value a message of a control link carries. */
    @Nullable
    Object bodyValue(ByteBuffer message) {
        return loop.codec().bodyValue(message);
    }

    ConnectionTermini termini() {
        return termini;
    }

    /**
     * A link is gone.
     *
     * @param isClosed whether nothing of it is to be kept
     * @param then run on this loop when what is not kept has been deleted
     */
    void left(Terminus terminus, boolean isClosed, Runnable then) {
        DynamicNode node = terminus.node();
        if (isClosed && node != null) {
            node.creatorGone(() -> hand(then));
            return;
        }
        if (!isClosed && terminus.canExpire()) {
            termini.suspend(terminus);
            if (isReleased) {
                termini.connectionEnded();
            }
        }
        then.run();
    }

    boolean isReleased() {
        return isReleased;
    }

    // ---- how the peer came

    /** Where the peer is, as the socket or a proxy in front of us says. */
    void cameBy(String address) {
        peer = address;
        isCounted = true;
        if (!listener.addresses().entered(address)) {
            refused("Too many connections are open from this address");
            bridge.closeNow();
        }
    }

    /** @param user the one of the client's certificate, or null */
    void secured(@Nullable String user) {
        isSecure = true;
        certificateUser = user;
    }

    /** The peer is turned away before a word of AMQP. */
    void refused(String reason) {
        AmqpLog.refused(id, peer, reason);
        engine.dropInput();
        closeWithin(LINGER_MS);
    }

    SaslSettings saslSettings() {
        ListenerSecurity security = listener.security();
        return new SaslSettings(isSecure || security.offersSecretsInClear(), true, certificateUser, security.tokens());
    }

    int frameBytesMax() {
        return listener.engineSettings().frameBytesMax();
    }

    // ---- the channel

    void input(ByteBuffer bytes) {
        if (!engine.isOpenReceived()) {
            bytesBeforeOpen += bytes.remaining();
            if (bytesBeforeOpen > BYTES_BEFORE_OPEN_MAX && closeDeadlineNs == 0) {
                refused("Expected an open within the first " + BYTES_BEFORE_OPEN_MAX + " bytes");
            }
        }
        lastReadNs = System.nanoTime();
        nowMs = System.currentTimeMillis();
        isInTurn = true;
        try {
            engine.input(bytes);
        } catch (RuntimeException e) {
            crashed(e);
        }
    }

    /** Sends deliveries as far as they go, then writes everything out in one piece. */
    void turnEnd() {
        isTouched = false;
        try {
            pump();
            engine.turnEnd();
        } catch (RuntimeException e) {
            crashed(e);
        }
        if (engine.takeWritten()) {
            lastWriteNs = System.nanoTime();
        }
        isInTurn = false;
        bridge.flush();
    }

    void writable() {
        for (OutgoingLink link : outgoing) {
            if (link.hasWork()) {
                ready(link);
            }
        }
        touch();
    }

    void disconnected() {
        try {
            engine.disconnected();
        } catch (RuntimeException e) {
            crashed(e);
        }
        release();
        if (isCounted) {
            listener.addresses().left(peer);
        }
        loop.remove(this);
        listener.openConnections().decrementAndGet();
    }

    /** Something threw inside this connection: it ends, the others go on. */
    void crashed(Throwable cause) {
        AmqpLog.internalError(id, peer, cause);
        try {
            engine.close(new ErrorCondition(AmqpError.INTERNAL_ERROR, "The broker hit a defect"), false);
            engine.turnEnd();
            bridge.flush();
            bridge.halfCloseAfterFlush();
        } catch (RuntimeException e) {
            AmqpLog.internalError(id, peer, e);
            bridge.closeNow();
        }
        release();
        closeWithin(LINGER_MS);
    }

    void autoRead(boolean isOn) {
        isInputHeld = !isOn;
        bridge.autoRead(isOn && !uploads.isPaused());
    }

    /** While we do not read, the peer's silence is our doing. */
    private void uploadsPaused(boolean isPaused) {
        lastReadNs = System.nanoTime();
        bridge.autoRead(!isPaused && !isInputHeld);
    }

    // ---- work from elsewhere

    boolean isCurrent() {
        return loop.isCurrent();
    }

    /** Runs a task on the connection's loop, with its faults kept inside the connection. Any thread. */
    void hand(Runnable task) {
        loop.hand(() -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                crashed(e);
            }
            touch();
        });
    }

    /** Makes sure that a turn ends after the present burst of work. */
    void touch() {
        if (!isInTurn && !isTouched) {
            isTouched = true;
            loop.touched(this);
        }
    }

    // ---- deliveries to the peer

    void add(OutgoingLink link) {
        outgoing.add(link);
    }

    void remove(OutgoingLink link) {
        outgoing.remove(link);
    }

    /** A link has something to send. */
    void ready(OutgoingLink link) {
        if (link.markReady()) {
            ready.add(link);
        }
    }

    private void pump() {
        OutgoingLink link = ready.poll();
        while (link != null) {
            if (link.pump()) {
                ready(link);
            }
            link = ready.poll();
        }
    }

    // ---- the engine

    @Override
    public boolean allowsPlainHeader() {
        return listener.authenticator().allowsAnonymous();
    }

    @Override
    public void saslStarted() {
        handshake.start();
    }

    @Override
    public void saslFrame(SaslFrameBody frame) {
        handshake.frame(frame);
    }

    @Override
    public void inputHeld(boolean isHeld) {
        autoRead(!isHeld);
    }

    void authenticated(Identity who) {
        identity = who;
    }

    /** The outcome has been written: nothing more is expected from the peer. */
    void authenticationFailed(String reason) {
        AmqpLog.authenticationFailed(id, peer, reason);
        engine.dropInput();
        lingerClose();
    }

    @Override
    public void opened(Open open) {
        containerId = open.getContainerId();
        long idleMs = open.getIdleTimeOut() == null ? 0 : open.getIdleTimeOut().longValue();
        ErrorCondition refusal = refusalOf(open, idleMs);
        String ours = listener.settings().containerId();
        if (refusal != null) {
            engine.open(OpenReply.refusing(ours, open));
            engine.close(refusal, false);
            return;
        }
        peerIdleNs = idleMs * NS_PER_MS;
        isKnownToGateway = true;
        engine.open(OpenReply.accepting(ours, open));
    }

    private @Nullable ErrorCondition refusalOf(Open open, long idleMs) {
        if (listener.openConnections().get() > listener.settings().connectionsMax()) {
            AmqpLog.connectionsExhausted(listener.settings().connectionsMax(), peer);
            return new ErrorCondition(AmqpError.RESOURCE_LIMIT_EXCEEDED, "Too many connections are open");
        }
        if (idleMs != 0 && idleMs < PEER_IDLE_TIMEOUT_MS_MIN) {
            return new ErrorCondition(
                    AmqpError.NOT_ALLOWED,
                    "Expected an idle-time-out of at least " + PEER_IDLE_TIMEOUT_MS_MIN + " ms, but found " + idleMs);
        }
        if (AttachTerms.contains(open.getDesiredCapabilities(), Capabilities.SOLE_CONNECTION)) {
            if (!listener.containers().claim(virtualHost, containerId, this, OpenReply.closesExisting(open))) {
                ErrorCondition error = new ErrorCondition(
                        AmqpError.INVALID_FIELD, "Another connection uses the container-id '" + containerId + "'");
                error.setInfo(Map.of(INVALID_FIELD_KEY, Symbol.valueOf("container-id")));
                return error;
            }
            holdsContainer = true;
        }
        return null;
    }

    @Override
    public void attached(IncomingEndpoint link, Attach attach) {
        opener.open(link, attach);
    }

    @Override
    public void attached(OutgoingEndpoint link, Attach attach) {
        opener.open(link, attach);
    }

    @Override
    public void sessionEnded(EngineSession session) {
        termini.sessionEnded(session);
    }

    @Override
    public void ended(@Nullable ErrorCondition error, boolean isStreamLost) {
        if (isStreamLost && error != null && !ConnectionError.CONNECTION_FORCED.equals(error.getCondition())) {
            AmqpLog.connectionFailed(id, peer, error);
        }
        release();
        if (isStreamLost) {
            lingerClose();
        } else if (engine.isEnded()) {
            hand(this::closeAfterTurn);
        } else {
            closeWithin(CLOSE_TIMEOUT_MS);
        }
    }

    @Override
    public void closeAnswered() {
        hand(this::closeAfterTurn);
    }

    private void closeAfterTurn() {
        turnEnd();
        bridge.closeAfterFlush();
    }

    private void lingerClose() {
        hand(() -> {
            turnEnd();
            bridge.halfCloseAfterFlush();
        });
        closeWithin(LINGER_MS);
    }

    private void closeWithin(int timeoutMs) {
        if (closeDeadlineNs == 0) {
            closeDeadlineNs = System.nanoTime() + timeoutMs * NS_PER_MS;
        }
    }

    /** Everything the connection held in the broker is given back. Its links were told before. */
    private void release() {
        if (isReleased) {
            return;
        }
        isReleased = true;
        ready.clear();
        termini.connectionEnded();
        if (holdsContainer) {
            listener.containers().release(virtualHost, containerId, this);
        }
        if (isKnownToGateway) {
            listener.gateway().connectionClosed(id);
        }
    }

    // ---- time

    void tick(long nowNs) {
        if (closeDeadlineNs != 0) {
            if (nowNs - closeDeadlineNs >= 0) {
                bridge.closeNow();
            }
        } else if (!engine.isOpenReceived()) {
            if (nowNs - acceptedNs > listener.settings().openTimeoutMs() * NS_PER_MS) {
                bridge.closeNow();
            }
        } else {
            tickOpen(nowNs);
        }
    }

    private void tickOpen(long nowNs) {
        long idleTimeoutMs = listener.settings().idleTimeoutMs();
        if (idleTimeoutMs > 0 && !uploads.isPaused() && nowNs - lastReadNs > idleTimeoutMs * NS_PER_MS) {
            AmqpLog.connectionIdle(id, peer, (nowNs - lastReadNs) / NS_PER_MS);
            forceClose(new ErrorCondition(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED, "Nothing was received for " + idleTimeoutMs + " ms"));
            closeWithin(LINGER_MS);
        } else if (peerIdleNs > 0 && nowNs - lastWriteNs > peerIdleNs / 2) {
            engine.keepAlive();
            touch();
        }
    }

    private void forceClose(ErrorCondition error) {
        try {
            engine.close(error, false);
        } catch (RuntimeException e) {
            crashed(e);
        }
        touch();
    }

    /** Another connection took the container-id, and asked for this one to go. Any thread. */
    void displaced() {
        ErrorCondition error = new ErrorCondition(
                AmqpError.RESOURCE_LOCKED,
                "Another connection of the container '" + containerId + "' replaced this one");
        error.setInfo(Map.of(SOLE_CONNECTION_ENFORCEMENT, true));
        hand(() -> engine.close(error, true));
    }

    /** The listener stops. */
    void shutDown() {
        try {
            engine.close(new ErrorCondition(ConnectionError.CONNECTION_FORCED, "The broker is shutting down"), true);
        } catch (RuntimeException e) {
            crashed(e);
        }
        touch();
    }

    void closeNow() {
        bridge.closeNow();
    }
}
