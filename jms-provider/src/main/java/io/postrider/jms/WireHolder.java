// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.error.JmsErrors;
import io.postrider.jms.error.LostConnectionException;
import io.postrider.jms.uri.ClientOptions;
import io.postrider.jms.uri.Server;
import io.postrider.jms.wire.RemotePeer;
import io.postrider.jms.wire.WireConnection;
import io.postrider.jms.wire.WireSettings;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The AMQP connection of a JMS connection. Any thread.
 *
 * <p>It is dialled when the JMS connection is created, so that a wrong password shows at once, and opened when it is first
 * used, because only then the client ID is settled (Jakarta Messaging 3.1 §6.1.2). Until it is opened a lost socket costs
 * nothing and is dialled again.
 *
 * <p>When an open connection is lost and the options allow it, a thread of its own looks for a broker, opens a connection
 * with the same container id, and has everything attached again. Each success is a new <em>generation</em>: whoever met the
 * loss waits for the next one.
 */
final class WireHolder {
    private final ClientOptions options;
    private final @Nullable String user;
    private final @Nullable String password;
    private final Owner owner;
    private final ServerList servers;
    private final String name;
    private final Object monitor = new Object();

    // Guarded by the monitor.
    private WireConnection wire;
    private Server server;
    private @Nullable RemotePeer peer;
    private String containerId = "";
    private int generation;
    private @Nullable Thread recovery;
    private @Nullable JMSException failure;
    private boolean isClosed;

    /** Who is told of loss and recovery, on threads of the holder, without locks. */
    interface Owner {
        /** The connection is lost and is not coming back. Called once. */
        void failed(JMSException cause);

        /** Attaches everything to a new connection. */
        void reattach(WireConnection fresh, JMSException cause) throws JMSException;
    }

    WireHolder(ClientOptions options, @Nullable String user, @Nullable String password, String name, Owner owner)
            throws JMSException {
        this.options = options;
        this.user = user;
        this.password = password;
        this.name = name;
        this.owner = owner;
        this.servers = new ServerList(options);
        Dialled first = dialAny(null, null, null);
        this.wire = first.wire;
        this.server = first.server;
        this.peer = first.peer;
    }

    /** A connection to one of the brokers. */
    private record Dialled(
            WireConnection wire, Server server, @Nullable RemotePeer peer) {}

    boolean recovers() {
        return options.failover().isEnabled();
    }

    // ---- the first connection

    /**
     * Dials the brokers in turn until one answers.
     *
     * @param container with which to open the connection as well; null only dials
     * @param refusing the broker that refused us before, or null
     * @param refusal its reason, or null
     */
    private Dialled dialAny(@Nullable String container, @Nullable Server refusing, @Nullable JMSException refusal)
            throws JMSException {
        ClientOptions.Failover failover = options.failover();
        Server lastServer = refusing;
        JMSException last = refusal;
        for (int round = 0; ; round++) {
            for (Server candidate : servers.round(lastServer, last)) {
                try {
                    return dial(candidate, container);
                } catch (JMSSecurityException | InvalidClientIDException e) {
                    throw e;
                } catch (JMSException e) {
                    last = e;
                    lastServer = candidate;
                }
            }
            boolean isOver = !failover.isEnabled()
                    || (failover.startupAttemptsMax() >= 0 && round >= failover.startupAttemptsMax());
            if (isOver) {
                throw last == null ? new JMSException("There is no broker to connect to") : last;
            }
            warn(round, last);
            try {
                TimeUnit.MILLISECONDS.sleep(delayMs(round + 1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw JmsErrors.withCause("Interrupted while connecting", e);
            }
        }
    }

    private Dialled dial(Server candidate, @Nullable String container) throws JMSException {
        Attempt attempt = new Attempt();
        WireConnection fresh =
                WireConnection.dial(WireSettings.of(options, candidate, user, password), attempt::failed);
        attempt.wire = fresh;
        boolean isReady = false;
        try {
            RemotePeer opened = container == null ? null : fresh.open(container);
            isReady = true;
            return new Dialled(fresh, candidate, opened);
        } finally {
            if (!isReady) {
                fresh.close();
            }
        }
    }

    /** Knows which connection a loss is about. */
    private final class Attempt {
        private volatile @Nullable WireConnection wire;

        void failed(JMSException cause) {
            WireConnection lost = wire;
            if (lost != null) {
                WireHolder.this.lost(lost, cause);
            }
        }
    }

    /** The opened connection; opens it if this is the first use. */
    WireConnection open(String container) throws JMSException {
        synchronized (monitor) {
            if (isClosed) {
                throw new IllegalStateException("The connection is closed");
            }
            if (failure != null) {
                throw JmsErrors.copy(failure);
            }
            if (peer == null) {
                openFirst(container);
            }
            return wire;
        }
    }

    private void openFirst(String container) throws JMSException {
        containerId = container;
        Dialled opened;
        if (wire.isUsable()) {
            try {
                opened = new Dialled(wire, server, wire.open(container));
            } catch (JMSSecurityException | InvalidClientIDException e) {
                throw e;
            } catch (JMSException e) {
                if (!recovers()) {
                    throw e;
                }
                wire.close();
                opened = dialAny(container, server, e);
            }
        } else {
            opened = dialAny(container, null, null);
        }
        adopt(opened);
    }

    private void adopt(Dialled opened) {
        wire = opened.wire;
        server = opened.server;
        peer = opened.peer;
        if (opened.peer != null) {
            servers.announced(opened.peer.servers(opened.server));
        }
    }

    /** What the broker said of itself. */
    RemotePeer peer() {
        synchronized (monitor) {
            if (peer == null) {
                throw new java.lang.IllegalStateException("Expected an opened connection");
            }
            return peer;
        }
    }

    // ---- loss and recovery

    /** Counts recoveries; see {@link #awaitNext}. */
    int generation() {
        synchronized (monitor) {
            return generation;
        }
    }

    /**
     * Waits until the connection has recovered from a loss.
     *
     * @param seen the generation in which the caller met the loss
     * @param cause the loss
     * @throws JMSException if it will not recover
     */
    void awaitNext(int seen, LostConnectionException cause) throws JMSException {
        if (!recovers()) {
            throw cause;
        }
        synchronized (monitor) {
            while (generation == seen) {
                if (failure != null) {
                    throw JmsErrors.copy(failure);
                }
                if (isClosed) {
                    throw new IllegalStateException("The connection is closed");
                }
                try {
                    monitor.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw JmsErrors.withCause("Interrupted while the connection was lost", e);
                }
            }
        }
    }

    private void lost(WireConnection which, JMSException cause) {
        synchronized (monitor) {
            if (isClosed || peer == null || which != wire || failure != null || recovery != null) {
                return;
            }
            boolean isLoss = cause instanceof LostConnectionException;
            if (isLoss && recovers()) {
                recovery = new Thread(() -> recover(cause), "postrider-failover-" + name);
                recovery.setDaemon(options.transport().isDaemon());
                recovery.start();
                return;
            }
            failure = cause;
            monitor.notifyAll();
        }
        owner.failed(cause);
    }

    private void recover(JMSException first) {
        JmsLog.connectionLost(String.valueOf(first.getMessage()));
        ClientOptions.Failover failover = options.failover();
        JMSException last = first;
        Server lostServer;
        synchronized (monitor) {
            lostServer = server;
        }
        for (int round = 0; failover.attemptsMax() < 0 || round < failover.attemptsMax(); round++) {
            if (!pause(delayMs(round))) {
                return;
            }
            for (Server candidate : servers.round(lostServer, last)) {
                try {
                    if (recoverAt(candidate, first)) {
                        JmsLog.connectionRecovered(candidate.toString());
                        return;
                    }
                } catch (JMSSecurityException e) {
                    giveUp(e);
                    return;
                } catch (JMSException e) {
                    last = e;
                }
                if (isClosed()) {
                    return;
                }
            }
            warn(round, last);
        }
        giveUp(last);
    }

    /** @return whether the connection works again */
    private boolean recoverAt(Server candidate, JMSException first) throws JMSException {
        Dialled fresh = dial(candidate, containerIdNow());
        synchronized (monitor) {
            if (isClosed) {
                fresh.wire.close();
                return false;
            }
            adopt(fresh);
        }
        boolean isAttached = false;
        try {
            owner.reattach(fresh.wire, first);
            isAttached = true;
        } finally {
            if (!isAttached) {
                fresh.wire.close();
            }
        }
        synchronized (monitor) {
            if (!fresh.wire.isUsable()) {
                return false;
            }
            recovery = null;
            generation++;
            monitor.notifyAll();
            return true;
        }
    }

    private void giveUp(JMSException cause) {
        JMSException end = JmsErrors.withCause(
                new JMSException("The connection is lost and no broker takes it: " + cause.getMessage()), cause);
        synchronized (monitor) {
            recovery = null;
            if (isClosed) {
                return;
            }
            failure = end;
            monitor.notifyAll();
        }
        JmsLog.connectionGivenUp(String.valueOf(cause.getMessage()));
        owner.failed(end);
    }

    private void warn(int round, @Nullable JMSException last) {
        int warnAfter = options.failover().warnAfter();
        if (warnAfter > 0 && round + 1 >= warnAfter && last != null) {
            JmsLog.stillNotConnected(round + 1, String.valueOf(last.getMessage()));
        }
    }

    /** Before the n-th round, from 0. */
    private long delayMs(int round) {
        ClientOptions.Failover failover = options.failover();
        if (round == 0) {
            return failover.initialDelayMs();
        }
        double factor = failover.isBackingOff() ? Math.pow(failover.factor(), Math.min(round - 1, 60)) : 1;
        return (long) Math.min(failover.delayMaxMs(), failover.delayMs() * factor);
    }

    /** @return false if the connection was closed meanwhile */
    private boolean pause(long delayMs) {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs);
        synchronized (monitor) {
            long leftMs = delayMs;
            while (!isClosed && leftMs > 0) {
                try {
                    monitor.wait(leftMs);
                } catch (InterruptedException e) {
                    // Nobody interrupts this thread but who wants it to end, and closing is how that is asked for.
                    Thread.currentThread().interrupt();
                    return false;
                }
                leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
            }
            return !isClosed;
        }
    }

    private String containerIdNow() {
        synchronized (monitor) {
            return containerId;
        }
    }

    private boolean isClosed() {
        synchronized (monitor) {
            return isClosed;
        }
    }

    void close() {
        WireConnection last;
        synchronized (monitor) {
            isClosed = true;
            last = wire;
            monitor.notifyAll();
        }
        last.close();
    }
}
