// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.process;

import io.postrider.amqp.server.AmqpListener;
import io.postrider.amqp.server.AmqpSettings;
import io.postrider.amqp.server.ListenerSecurity;
import io.postrider.amqp.server.VertxEventLoop;
import io.postrider.api.port.Authenticator;
import io.postrider.server.config.AmqpConfig;
import io.postrider.server.config.SecurityConfig;
import io.postrider.server.config.ServerConfig;
import io.postrider.server.http.ApiRoutes;
import io.postrider.server.http.HttpListener;
import io.postrider.server.http.Readiness;
import io.postrider.server.metrics.BrokerMetrics;
import io.postrider.server.run.RunFiles;
import io.postrider.server.run.Version;
import io.postrider.server.security.ConnectionSecurity;
import io.postrider.server.security.OperatorAuthenticator;
import io.postrider.server.security.OperatorToken;
import io.postrider.server.security.UserMaker;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One broker process: the order in which its parts start and stop. Started once, stopped once, by any one thread that
 * may block.
 *
 * <p>HTTP comes first, so that probes can watch a long recovery; AMQP last, because from then on messages arrive. Each
 * part that came up is noted, and going down, after a stop or a failed start alike, is that list backwards.
 */
public final class PostriderServer implements AutoCloseable {
    private static final long START_TIMEOUT_SECONDS = 30;
    private static final long STOP_TIMEOUT_SECONDS = 10;

    private final ServerConfig config;
    private final EventLoops loops;
    private final BrokerOpener opener;
    private final UserMaker userMaker;
    private final Readiness readiness = new Readiness();
    private final Deque<Part> running = new ArrayDeque<>();
    private @Nullable OpenBroker broker;

    private record Part(String name, Runnable stop) {}

    /**
     * What a started server tells.
     *
     * @param firstPassword password of the user {@code admin} if this start made it; not kept anywhere else
     */
    public record Started(RunFiles.Ports ports, Optional<String> firstPassword) {}

    @Inject
    public PostriderServer(ServerConfig config, EventLoops loops, BrokerOpener opener, UserMaker userMaker) {
        this.config = config;
        this.loops = loops;
        this.opener = opener;
        this.userMaker = userMaker;
        started("event loops", loops::close);
    }

    /**
     * Brings everything up; when this returns, clients can connect.
     *
     * @throws StartException with a text for the operator; everything is down again then
     */
    public Started start() {
        try {
            return startAll();
        } catch (RuntimeException e) {
            stopAll();
            throw e;
        }
    }

    private Started startAll() {
        long startNs = System.nanoTime();
        ServerLog.starting(Version.text(), config.store().directory());
        HttpListener http = new HttpListener(loops.http(), config.http(), readiness);
        started("HTTP", () -> Futures.await(http.close(), STOP_TIMEOUT_SECONDS, "HTTP to stop"));
        int httpPort = Futures.await(
                http.start(),
                START_TIMEOUT_SECONDS,
                "to listen on http.port " + config.http().port());

        OpenBroker open = opener.open(VertxEventLoop.next(loops.amqp()));
        broker = open;
        started("store", open::close);
        Optional<String> firstPassword = FirstAdmin.ensure(open.admin(), userMaker);

        OperatorToken token = OperatorToken.random();
        Authenticator authenticator = new OperatorAuthenticator(token, open.users());
        AmqpListener amqp = new AmqpListener(
                loops.amqp(), settings(config.amqp()), listenerSecurity(), open.gateway(), authenticator);
        started("AMQP", () -> Futures.await(amqp.close(), STOP_TIMEOUT_SECONDS, "AMQP to stop"));
        int amqpPort = Futures.await(
                amqp.start(),
                START_TIMEOUT_SECONDS,
                "to listen on amqp.port " + config.amqp().port());

        if (config.security().hasWebSocket() && config.security().tls() != SecurityConfig.Tls.REQUIRED) {
            http.openAmqp(amqp::accept);
        }
        BrokerMetrics metrics = new BrokerMetrics(open.admin(), config.hasQueueMetrics());
        http.open(new ApiRoutes(open.admin(), authenticator, userMaker, metrics, open.backup()));
        RunFiles files = new RunFiles(config.store().directory());
        RunFiles.Ports ports = new RunFiles.Ports(amqpPort, httpPort);
        files.write(ports, ProcessHandle.current().pid(), token.text());
        started("run files", files::remove);
        readiness.become(Readiness.State.READY);
        warn();
        ServerLog.ready(amqpAddress(ports), httpAddress(ports), (System.nanoTime() - startNs) / 1_000_000);
        return new Started(ports, firstPassword);
    }

    private ListenerSecurity listenerSecurity() {
        try {
            return ConnectionSecurity.of(config.security());
        } catch (IOException e) {
            throw new StartException("TLS or tokens cannot be set up: " + e.getMessage(), e);
        }
    }

    private void started(String name, Runnable stop) {
        running.push(new Part(name, stop));
    }

    /** The open broker, for those who live in the same process. */
    public OpenBroker broker() {
        OpenBroker open = broker;
        if (open == null) {
            throw new IllegalStateException("Expected a started server");
        }
        return open;
    }

    public String amqpAddress(RunFiles.Ports ports) {
        return address(config.amqp().host(), ports.amqp());
    }

    public String httpAddress(RunFiles.Ports ports) {
        return address(config.http().host(), ports.http());
    }

    private static String address(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private void warn() {
        if (config.isAnonymousAllowed()) {
            ServerLog.anonymousAllowed();
        }
        if (!isLoopback(config.amqp().host()) && config.security().tls() != SecurityConfig.Tls.REQUIRED) {
            ServerLog.listensBeyondLoopback("AMQP", config.amqp().host());
        }
        if (!isLoopback(config.http().host())) {
            ServerLog.listensBeyondLoopback("HTTP", config.http().host());
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }

    private static AmqpSettings settings(AmqpConfig amqp) {
        return new AmqpSettings(
                amqp.host(),
                amqp.port(),
                "postrider",
                amqp.connectionsMax(),
                amqp.maxFrameSizeBytes(),
                amqp.maxMessageSizeBytes(),
                amqp.channelMax(),
                amqp.handleMax(),
                amqp.idleTimeoutMs(),
                amqp.openTimeoutMs(),
                amqp.producerCredit());
    }

    /** Stops taking messages, makes everything durable and lets go of store and ports. May be called twice. */
    @Override
    public void close() {
        long startNs = System.nanoTime();
        readiness.become(Readiness.State.STOPPING);
        if (broker != null) {
            ServerLog.stopping();
        }
        stopAll();
        ServerLog.stopped((System.nanoTime() - startNs) / 1_000_000);
    }

    /** One part that fails to stop does not keep the others from it. */
    private void stopAll() {
        for (Part part = running.poll(); part != null; part = running.poll()) {
            try {
                part.stop().run();
            } catch (RuntimeException e) {
                ServerLog.stopFailed(part.name(), e);
            }
        }
    }
}
