// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.error.LostConnectionException;
import io.postrider.jms.error.RedirectedException;
import io.postrider.jms.error.RemoteError;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.engine.EndpointState;
import org.jspecify.annotations.Nullable;

/**
 * One AMQP connection over one {@link Pipe}. Any thread may use it.
 *
 * <p><b>Threads.</b> The engine is guarded by one lock. A calling thread takes it, tells the engine what it wants, moves the
 * frames this makes to the {@link Outbox}, and writes them to the socket after letting the lock go. One reader thread reads
 * the socket, feeds the engine under the lock, and wakes whoever waits. The read timeout of the socket doubles as the
 * clock for idle timeouts, so there is no timer thread.
 *
 * <p><b>Life.</b> {@link #dial} connects and authenticates; {@link #open} makes it an AMQP connection; {@link #close} ends
 * it. When it fails by itself, everything that waits gets the reason and the listener is told once.
 */
public final class WireConnection {
    private static final int READ_BYTES = 64 * 1024;
    /** Beyond this many unwritten bytes senders wait for the socket. */
    private static final int BACKLOG_BYTES_MAX = 1024 * 1024;

    private static final String[] DESIRED = {
        "sole-connection-for-container", "DELAYED_DELIVERY", "ANONYMOUS-RELAY", "SHARED-SUBS"
    };

    private final WireSettings settings;
    private final WireListener listener;
    private final Pipe pipe;
    private final Outbox outbox;
    private final Engine engine;
    final ReentrantLock lock = new ReentrantLock();
    private final Signal changed = new Signal(lock);
    private final Signal written = new Signal(lock);
    private final Thread reader;

    // Guarded by the lock.
    private final List<WireSession> sessions = new ArrayList<>();
    private @Nullable RemotePeer peer;
    private @Nullable JMSException failure;
    private boolean isClosing;
    private boolean isRemotelyClosed;
    /** Why the broker closed the connection; the reader ends with it. */
    private @Nullable JMSException closeReason;

    private long nextTickMs;

    private WireConnection(WireSettings settings, WireListener listener, Pipe pipe) {
        this.settings = settings;
        this.listener = listener;
        this.pipe = pipe;
        this.outbox = new Outbox(pipe);
        this.engine = new Engine(settings);
        this.reader = new Thread(this::read, "postrider-reader-" + pipe.localName());
        this.reader.setDaemon(settings.transport().isDaemon());
    }

    /** Connects and authenticates; nothing of AMQP beyond SASL is said yet. */
    public static WireConnection dial(WireSettings settings, WireListener listener) throws JMSException {
        Pipe pipe = null;
        boolean isReady = false;
        try {
            pipe = settings.server().scheme().isWebSocket()
                    ? WebSocketPipe.connect(settings)
                    : SocketPipe.connect(settings);
            WireConnection connection = new WireConnection(settings, listener, pipe);
            connection.authenticate();
            connection.reader.start();
            isReady = true;
            return connection;
        } catch (IOException e) {
            throw JmsErrors.withCause("Cannot connect to " + settings + ": " + e.getMessage(), e);
        } finally {
            if (!isReady && pipe != null) {
                closeQuietly(pipe);
            }
        }
    }

    private void authenticate() throws IOException, JMSException {
        if (engine.sasl() == null) {
            return;
        }
        SaslExchange exchange = new SaslExchange(engine.sasl(), settings);
        byte[] buffer = new byte[READ_BYTES];
        long deadlineMs = nowMs() + settings.connectTimeoutMs();
        lock.lock();
        try {
            writeAll();
            while (!exchange.advance()) {
                writeAll();
                int leftMs = settings.connectTimeoutMs() == 0 ? 0 : (int) Math.max(1, deadlineMs - nowMs());
                int count = pipe.read(buffer, leftMs);
                if (count < 0) {
                    throw new JMSException(settings + " closed the connection during authentication");
                }
                if (count == 0) {
                    throw new JMSException(
                            settings + " did not authenticate us within " + settings.connectTimeoutMs() + " ms");
                }
                engine.input(buffer, count);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Only while there is no reader thread and so no other user. */
    private void writeAll() throws IOException {
        engine.output(outbox);
        if (outbox.tryBecomeWriter()) {
            for (int length = outbox.take(); length > 0; length = outbox.take()) {
                outbox.write(length);
            }
        }
    }

    /** Opens the AMQP connection and waits for the broker's word. */
    public RemotePeer open(String containerId) throws JMSException {
        lock.lock();
        try {
            checkUsable();
            engine.connection.setContainer(containerId);
            engine.connection.setHostname(settings.hostname());
            engine.connection.setDesiredCapabilities(Termini.symbols(List.of(DESIRED)));
            Map<Symbol, Object> properties = new HashMap<>();
            properties.put(Symbol.valueOf("product"), "PostriderJMS");
            properties.put(Symbol.valueOf("version"), version());
            properties.put(Symbol.valueOf("platform"), "JVM: " + Runtime.version());
            engine.connection.setProperties(properties);
            engine.connection.open();
            flushHolding();
            await(() -> peer != null, settings.requestTimeoutMs(), "open the connection");
            RemotePeer opened = peer;
            if (opened == null || opened.hasFailed()) {
                await(() -> false, settings.closeTimeoutMs(), "say why it refused the connection");
            }
            return Objects.requireNonNull(opened);
        } finally {
            unlockAndFlush();
        }
    }

    private static String version() {
        String version = WireConnection.class.getPackage().getImplementationVersion();
        return version == null ? "0" : version;
    }

    /** Begins a session and waits for the broker's answer. */
    public WireSession session() throws JMSException {
        lock.lock();
        try {
            checkUsable();
            WireSession session = new WireSession(this, engine.connection.session());
            sessions.add(session);
            session.begin();
            return session;
        } finally {
            unlockAndFlush();
        }
    }

    /** Whether the broker can still be talked to. */
    public boolean isUsable() {
        lock.lock();
        try {
            return failure == null && !isClosing;
        } finally {
            lock.unlock();
        }
    }

    /** Says goodbye, waits for the answer a while, and closes the socket. Closing again does nothing. */
    public void close() {
        lock.lock();
        try {
            if (isClosing) {
                return;
            }
            isClosing = true;
            if (failure == null) {
                engine.connection.close();
                flushHolding();
                changed.await(() -> isRemotelyClosed || failure != null, settings.closeTimeoutMs());
            }
            fail(new IllegalStateException("The connection is closed"));
        } catch (JMSException e) {
            // Interrupted: the socket is closed without the broker's goodbye.
            fail(e);
        } finally {
            lock.unlock();
            closeQuietly(pipe);
        }
    }

    // ---- for sessions and links

    WireSettings settings() {
        return settings;
    }

    /** Under the lock. */
    void checkUsable() throws JMSException {
        if (failure != null) {
            throw JmsErrors.copy(failure);
        }
        if (isClosing) {
            throw new IllegalStateException("The connection is closed");
        }
    }

    /** Under the lock: waits for a change that the reader brings. */
    void await(Signal.Check check, long timeoutMs, String what) throws JMSException {
        if (!awaitOrNot(check, timeoutMs)) {
            throw new JMSException(settings + " did not " + what + " within " + timeoutMs + " ms");
        }
    }

    /**
     * Under the lock: waits for a change that the reader brings.
     *
     * @return false if the time ran out
     */
    boolean awaitOrNot(Signal.Check check, long timeoutMs) throws JMSException {
        return changed.await(
                () -> {
                    if (failure != null) {
                        throw JmsErrors.copy(failure);
                    }
                    return check.isTrue();
                },
                timeoutMs);
    }

    /** Under the lock. */
    void fireChanged() {
        changed.fire();
    }

    /** Under the lock: lets a sender wait while the socket is slower than it. */
    void awaitBacklog(long timeoutMs) throws JMSException {
        if (outbox.backlogBytes() < BACKLOG_BYTES_MAX) {
            return;
        }
        boolean isMet = written.await(
                () -> {
                    checkUsable();
                    return outbox.backlogBytes() < BACKLOG_BYTES_MAX;
                },
                timeoutMs);
        if (!isMet) {
            throw new JMSException(settings + " took no bytes for " + timeoutMs + " ms");
        }
    }

    /** Lets the lock go and writes what the holder has caused. */
    void unlockAndFlush() {
        boolean isWriter = false;
        try {
            engine.output(outbox);
            isWriter = failure == null && outbox.tryBecomeWriter();
        } finally {
            lock.unlock();
        }
        if (isWriter) {
            write();
        }
    }

    /** Under the lock, which the caller gets back: writes now, because the holder is about to wait for the answer. */
    @SuppressWarnings("LockNotBeforeTry")
    void flushHolding() {
        unlockAndFlush();
        lock.lock();
    }

    /** By the writer, without the lock. */
    private void write() {
        try {
            while (true) {
                int length;
                lock.lock();
                try {
                    length = outbox.take();
                    written.fire();
                } finally {
                    lock.unlock();
                }
                if (length == 0) {
                    return;
                }
                outbox.write(length);
            }
        } catch (IOException e) {
            failed(JmsErrors.withCause("The connection to " + settings + " is lost: " + e.getMessage(), e));
        }
    }

    // ---- reader thread

    private void read() {
        byte[] buffer = new byte[READ_BYTES];
        try {
            while (true) {
                int count = readSome(buffer);
                lock.lock();
                try {
                    if (count < 0) {
                        engine.inputClosed();
                    } else if (count > 0) {
                        engine.input(buffer, count);
                    }
                    tick();
                    engine.dispatch(this);
                    if (closeReason != null) {
                        throw closeReason;
                    }
                } finally {
                    unlockAndFlush();
                }
                if (count < 0) {
                    throw new JMSException("The connection to " + settings + " was closed by the broker");
                }
            }
        } catch (IOException e) {
            failed(JmsErrors.withCause("The connection to " + settings + " is lost: " + e.getMessage(), e));
        } catch (JMSException e) {
            failed(e);
        } catch (RuntimeException e) {
            failed(JmsErrors.withCause("The client failed while reading from " + settings, e));
        }
    }

    /** @return bytes read, 0 if it is time to tick, -1 at the end */
    private int readSome(byte[] buffer) throws IOException {
        long dueMs;
        lock.lock();
        try {
            dueMs = nextTickMs;
        } finally {
            lock.unlock();
        }
        return pipe.read(buffer, dueMs == 0 ? 0 : (int) Math.max(1, dueMs - nowMs()));
    }

    /** Under the lock: sends heartbeats and notices the broker's silence, when it is time to. */
    private void tick() throws JMSException {
        long now = nowMs();
        if (nextTickMs == 0 || now < nextTickMs) {
            return;
        }
        nextTickMs = engine.transport.tick(now);
        if (engine.transport.isClosed()) {
            throw new JMSException(
                    settings + " was silent for " + settings.transport().idleTimeoutMs() + " ms");
        }
    }

    private static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }

    /** Under the lock. */
    void remotelyOpened() {
        peer = RemotePeer.of(engine.connection);
        nextTickMs = engine.transport.tick(nowMs());
        changed.fire();
    }

    /** Under the lock. */
    void remotelyClosed() {
        isRemotelyClosed = true;
        if (!isClosing) {
            RemoteError error = RemoteErrors.of(engine.connection.getRemoteCondition());
            if (engine.connection.getLocalState() != EndpointState.CLOSED) {
                engine.connection.close();
            }
            closeReason = redirected(error);
            if (closeReason == null) {
                closeReason = JmsErrors.connection(settings + " closed the connection", error);
            }
        }
        changed.fire();
    }

    private @Nullable JMSException redirected(RemoteError error) {
        String host = error.info().getOrDefault("network-host", "");
        if (!error.condition().equals("amqp:connection:redirect") || host.isEmpty()) {
            return null;
        }
        String port = error.info().getOrDefault("port", "");
        return new RedirectedException(
                settings + " sends us to " + host + ":" + port,
                error.condition(),
                host,
                port.matches("\\d{1,5}") ? Integer.parseInt(port) : -1,
                error.info().getOrDefault("scheme", ""),
                error.info().getOrDefault("path", ""));
    }

    /** Without the lock: ends everything and tells the listener, once. */
    private void failed(JMSException cause) {
        boolean isNews;
        JMSException lost;
        lock.lock();
        try {
            lost = lost(cause);
            isNews = failure == null && !isClosing;
            fail(lost);
        } finally {
            lock.unlock();
        }
        closeQuietly(pipe);
        if (isNews) {
            listener.failed(lost);
        }
    }

    /** Under the lock: the reason, as the loss it is. A refusal, and what has a type of its own, stays what it is. */
    private JMSException lost(JMSException cause) {
        if (peer == null || peer.hasFailed() || cause.getClass() != JMSException.class) {
            return cause;
        }
        return JmsErrors.withCause(
                new LostConnectionException(String.valueOf(cause.getMessage()), cause.getErrorCode()), cause);
    }

    /** Under the lock. */
    private void fail(JMSException cause) {
        if (failure == null) {
            failure = cause;
            outbox.discard();
            for (WireSession session : sessions) {
                session.fail(cause);
            }
            sessions.clear();
            changed.fire();
            written.fire();
        }
    }

    /** Under the lock. */
    void forget(WireSession session) {
        sessions.remove(session);
    }

    private static void closeQuietly(Pipe pipe) {
        try {
            pipe.close();
        } catch (IOException e) {
            // The pipe is of no use any more either way.
            return;
        }
    }
}
