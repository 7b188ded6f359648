// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.port.Authenticator;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.server.metrics.BrokerMetrics;
import io.postrider.server.security.UserMaker;
import io.postrider.store.backup.StoreBackup;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

/** Everything that needs a broker behind it: the REST API and the metrics. Mounted once the broker is open. */
public final class ApiRoutes {
    private static final int BODY_BYTES_MAX = 64 * 1024;

    private final BrokerAdmin admin;
    private final Authenticator authenticator;
    private final UserMaker userMaker;
    private final BrokerMetrics metrics;
    private final StoreBackup backup;

    public ApiRoutes(
            BrokerAdmin admin,
            Authenticator authenticator,
            UserMaker userMaker,
            BrokerMetrics metrics,
            StoreBackup backup) {
        this.admin = admin;
        this.authenticator = authenticator;
        this.userMaker = userMaker;
        this.metrics = metrics;
        this.backup = backup;
    }

    /** @param isMetricsOpen whether metrics may be read without a user */
    void mount(Router router, boolean isMetricsOpen) {
        AccessCheck administrators = new AccessCheck(authenticator);
        if (!isMetricsOpen) {
            router.get("/metrics").handler(administrators);
        }
        router.get("/metrics").handler(this::metrics);
        router.route("/api/v1/*").handler(administrators);
        router.route("/api/v1/*").handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX));
        router.get("/api/v1/broker").handler(this::broker);
        new QueueRoutes(admin).mount(router);
        new RewindRoutes(admin).mount(router);
        new PolicyRoutes(admin).mount(router);
        new ForwardRoutes(admin).mount(router);
        new TransactionRoutes(admin.branches()).mount(router);
        new LetterRoutes(admin).mount(router);
        new WhyRoutes(admin).mount(router);
        new ConsumerRoutes(admin.consumers()).mount(router);
        new UserRoutes(admin, userMaker).mount(router);
        new BackupRoutes(backup).mount(router);
    }

    private void broker(RoutingContext request) {
        Responses.json(
                request,
                200,
                new JsonObject()
                        .put("version", io.postrider.server.run.Version.text())
                        .put("pid", ProcessHandle.current().pid())
                        .put("totals", ApiJson.stats(admin.stats())));
    }

    private void metrics(RoutingContext request) {
        admin.queues(new Answer<>(
                request,
                queues -> request.response()
                        .putHeader("Content-Type", BrokerMetrics.CONTENT_TYPE)
                        .end(metrics.scrape(queues))));
    }
}
