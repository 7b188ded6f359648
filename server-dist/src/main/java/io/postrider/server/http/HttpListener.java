// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.server.config.HttpConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server. It listens before the broker is open, so that probes can see a start that takes long; the API appears
 * with {@link #open}. Any thread.
 */
public final class HttpListener {
    private static final int IDLE_TIMEOUT_S = 60;
    private static final int WEBSOCKET_FRAME_BYTES_MAX = 1 << 20;
    private static final String SUBPROTOCOL = "amqp";

    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

    private final HttpConfig config;
    private final Router router;
    private final HttpServer server;
    private volatile @Nullable Consumer<ServerWebSocket> amqp;

    public HttpListener(Vertx vertx, HttpConfig config, Readiness readiness) {
        this.config = config;
        this.router = Router.router(vertx);
        this.server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(config.host())
                        .setPort(config.port())
                        .setIdleTimeout(IDLE_TIMEOUT_S)
                        .setMaxHeaderSize(16 * 1024)
                        .addWebSocketSubProtocol(SUBPROTOCOL)
                        .setMaxWebSocketFrameSize(WEBSOCKET_FRAME_BYTES_MAX)
                        .setPerFrameWebSocketCompressionSupported(false)
                        .setPerMessageWebSocketCompressionSupported(false))
                .requestHandler(this::handle);
        router.route().order(Integer.MAX_VALUE).last().handler(HttpListener::unknown);
        router.route().failureHandler(HttpListener::failed);
        new HealthRoutes(readiness).mount(router);
    }

    /** Starts listening; answers the port. */
    public Future<Integer> start() {
        return server.listen().map(HttpServer::actualPort);
    }

    /** From now on WebSockets with the subprotocol {@code amqp} are given to this, on their event loop. */
    public void openAmqp(Consumer<ServerWebSocket> taker) {
        amqp = taker;
    }

    private void handle(HttpServerRequest request) {
        String upgrade = request.getHeader("Upgrade");
        if (upgrade != null && upgrade.equalsIgnoreCase("websocket")) {
            upgrade(request);
        } else {
            router.handle(request);
        }
    }

    private void upgrade(HttpServerRequest request) {
        String offered = request.getHeader("Sec-WebSocket-Protocol");
        boolean isAmqp =
                offered != null && Arrays.asList(offered.split("\\s*,\\s*", -1)).contains(SUBPROTOCOL);
        Consumer<ServerWebSocket> taker = amqp;
        if (!isAmqp) {
            request.response().setStatusCode(426).end("Expected the WebSocket subprotocol amqp\n");
        } else if (taker == null) {
            request.response().setStatusCode(503).end("AMQP over WebSocket is not served here now\n");
        } else {
            request.toWebSocket().onSuccess(taker::accept);
        }
    }

    /** Adds the API of an open broker. */
    public void open(ApiRoutes routes) {
        routes.mount(router, config.isMetricsOpen());
    }

    public Future<Void> close() {
        return server.close();
    }

    private static void unknown(RoutingContext request) {
        ApiErrors.send(
                request,
                404,
                "NOT_FOUND",
                "There is nothing at " + request.request().method() + " " + request.normalizedPath());
    }

    /** A defect of ours is logged with its trace; the peer learns only that it was one. */
    private static void failed(RoutingContext request) {
        int status = request.statusCode() >= 400 ? request.statusCode() : 500;
        if (status >= 500) {
            LOG.error(
                    "PR-SRV-009 Request failed: {} {}",
                    request.request().method(),
                    request.normalizedPath(),
                    request.failure());
        }
        ApiErrors.send(
                request,
                status,
                status == 413 ? "INVALID_FIELD" : status >= 500 ? "INTERNAL" : "INVALID_FIELD",
                status == 413
                        ? "The body is too large"
                        : status >= 500 ? "The broker failed; see its log" : "Bad request");
    }
}
