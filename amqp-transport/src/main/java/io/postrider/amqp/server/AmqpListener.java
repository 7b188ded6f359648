// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.BrokerGateway;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Listens for AMQP 1.0 over TCP and joins each connection to the broker. Any thread may start and close it.
 *
 * <p>Connections are spread over all event loops of the given Vert.x instance; each stays on its own.
 */
public final class AmqpListener {
    private static final int BACKLOG = 1024;
    /** Connections beyond the limit that are still let in, to be told so. */
    private static final int REFUSED_POLITELY_MAX = 256;

    private static final int CLOSE_WAIT_MS = 1000;
    private static final int CLOSE_POLL_MS = 20;
    private static final int NODE_CHECK_MS = 500;
    private static final int TLS_CHECK_MS = 1000;

    private final Vertx vertx;
    private final AmqpSettings settings;
    private final ListenerSecurity security;
    private final ListenerScope scope;
    private final Map<EventLoop, LoopScope> loops = new ConcurrentHashMap<>();
    private final List<NetServer> servers = new CopyOnWriteArrayList<>();
    private volatile int port;
    private volatile long nodeChecks = -1;
    private volatile long tlsChecks = -1;
    /** What was said last of a certificate that cannot be used; said once. */
    private volatile @Nullable String tlsProblem;

    private volatile boolean isClosing;

    public AmqpListener(Vertx vertx, AmqpSettings settings, BrokerGateway gateway, Authenticator authenticator) {
        this(vertx, settings, ListenerSecurity.DEFAULT, gateway, authenticator);
    }

    public AmqpListener(
            Vertx vertx,
            AmqpSettings settings,
            ListenerSecurity security,
            BrokerGateway gateway,
            Authenticator authenticator) {
        this.vertx = vertx;
        this.settings = settings;
        this.security = security;
        this.scope = new ListenerScope(settings, security, gateway, authenticator);
    }

    /** Begins to listen; answers the real port. */
    public Future<Integer> start() {
        List<ContextInternal> contexts = contextPerLoop();
        int wanted;
        try {
            // Vert.x shares one server socket between loops only under a port that was given.
            wanted = settings.port() == 0 && contexts.size() > 1 ? freePort() : settings.port();
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        return listen(contexts.get(0), wanted).compose(actual -> {
            port = actual;
            List<Future<Integer>> others = new ArrayList<>();
            for (ContextInternal context : contexts.subList(1, contexts.size())) {
                others.add(listen(context, actual));
            }
            return Future.all(others).map(ignored -> {
                nodeChecks =
                        vertx.setPeriodic(NODE_CHECK_MS, timer -> scope.nodes().recheck());
                TlsFiles tls = security.tls();
                if (tls != null) {
                    tlsChecks = vertx.setPeriodic(TLS_CHECK_MS, timer -> reloadTls(tls));
                }
                AmqpLog.listening(settings.host(), actual);
                return actual;
            });
        });
    }

    private int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName(settings.host()))) {
            return probe.getLocalPort();
        }
    }

    private List<ContextInternal> contextPerLoop() {
        VertxInternal internal = (VertxInternal) vertx;
        Set<EventLoop> seen = new LinkedHashSet<>();
        List<ContextInternal> contexts = new ArrayList<>();
        ContextInternal context = internal.createEventLoopContext();
        while (seen.add(context.nettyEventLoop())) {
            contexts.add(context);
            context = internal.createEventLoopContext();
        }
        return contexts;
    }

    private Future<Integer> listen(ContextInternal context, int wantedPort) {
        Promise<Integer> promise = Promise.promise();
        context.runOnContext(ignored -> {
            NetServer server = vertx.createNetServer(new NetServerOptions()
                    .setHost(settings.host())
                    .setPort(wantedPort)
                    .setAcceptBacklog(BACKLOG)
                    .setTcpNoDelay(true)
                    .setTcpKeepAlive(true));
            server.connectHandler(this::accept);
            servers.add(server);
            server.listen().map(NetServer::actualPort).onComplete(promise);
        });
        return promise.future();
    }

    private void accept(NetSocket socket) {
        ChannelHandlerContext context = ((NetSocketInternal) socket).channelHandlerContext();
        String peer = String.valueOf(socket.remoteAddress());
        ServerConnection connection = join(context, peer);
        if (connection != null && security.mustSniff()) {
            context.pipeline().addBefore("amqp", "sniffer", new PortSniffer(security, connection));
        }
        if (connection != null && !security.expectsProxyHeader()) {
            connection.cameBy(peer);
        }
    }

    /**
     * Speaks AMQP on a WebSocket that an HTTP server has accepted with the subprotocol {@code amqp}. Called on the event loop of
     * the WebSocket, where the connection stays, before anything was read from it.
     */
    public void accept(ServerWebSocket socket) {
        ChannelHandlerContext context = ((WebSocketInternal) socket).channelHandlerContext();
        String peer = String.valueOf(socket.remoteAddress());
        ServerConnection connection = join(context, peer);
        if (connection != null) {
            context.pipeline().addBefore("amqp", "websocket-bytes", new WebSocketBytes());
            connection.cameBy(peer);
        }
    }

    /** Puts a connection of ours below the handler of a channel; null if there may be no more. */
    private @Nullable ServerConnection join(ChannelHandlerContext context, String peer) {
        if (isClosing) {
            context.close();
            return null;
        }
        if (scope.openConnections().get() >= settings.connectionsMax() + REFUSED_POLITELY_MAX) {
            AmqpLog.connectionsExhausted(settings.connectionsMax(), peer);
            context.close();
            return null;
        }
        scope.openConnections().incrementAndGet();
        LoopScope loop = loops.computeIfAbsent(context.channel().eventLoop(), LoopScope::new);
        ChannelBridge bridge = new ChannelBridge(context);
        ServerConnection connection = new ServerConnection(scope, loop, bridge, peer);
        bridge.start(connection);
        context.pipeline().addBefore(context.name(), "amqp", bridge);
        return connection;
    }

    private void reloadTls(TlsFiles tls) {
        vertx.executeBlocking(tls::reload).onComplete(reloaded -> {
            if (reloaded.failed()) {
                String problem = String.valueOf(reloaded.cause().getMessage());
                if (!problem.equals(tlsProblem)) {
                    tlsProblem = problem;
                    AmqpLog.tlsNotReloaded(tls.toString(), reloaded.cause());
                }
                return;
            }
            tlsProblem = null;
            if (Boolean.TRUE.equals(reloaded.result())) {
                AmqpLog.tlsReloaded(tls.toString());
            }
        });
    }

    /** Connections open now. */
    public int connectionCount() {
        return scope.openConnections().get();
    }

    /** Tells every peer ({@code amqp:connection:forced}), waits a moment for them to go, and stops listening. */
    public Future<Void> close() {
        isClosing = true;
        vertx.cancelTimer(nodeChecks);
        vertx.cancelTimer(tlsChecks);
        Promise<Void> gone = Promise.promise();
        forEachConnection(ServerConnection::shutDown);
        awaitGone(System.nanoTime() + CLOSE_WAIT_MS * 1_000_000L, gone);
        return gone.future().compose(ignored -> closeServers()).map(ignored -> {
            loops.forEach((eventLoop, loop) -> eventLoop.execute(loop::stop));
            AmqpLog.stopped(settings.host(), port);
            return null;
        });
    }

    private Future<?> closeServers() {
        List<Future<Void>> closing = new ArrayList<>();
        for (NetServer server : servers) {
            closing.add(server.close());
        }
        servers.clear();
        return Future.all(closing);
    }

    private void awaitGone(long deadlineNs, Promise<Void> gone) {
        if (scope.openConnections().get() == 0) {
            gone.complete();
        } else if (System.nanoTime() - deadlineNs >= 0) {
            forEachConnection(ServerConnection::closeNow);
            gone.complete();
        } else {
            vertx.setTimer(CLOSE_POLL_MS, ignored -> awaitGone(deadlineNs, gone));
        }
    }

    private void forEachConnection(java.util.function.Consumer<ServerConnection> action) {
        loops.forEach(
                (eventLoop, loop) -> eventLoop.execute(() -> loop.connections().forEach(action)));
    }
}
