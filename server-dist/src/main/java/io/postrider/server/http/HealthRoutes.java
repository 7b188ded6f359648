// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;

/**
 * Probes, open to everybody: {@code live} while the process can answer at all, {@code started} once recovery is over,
 * {@code ready} while it takes messages.
 */
final class HealthRoutes {
    private final Readiness readiness;

    HealthRoutes(Readiness readiness) {
        this.readiness = readiness;
    }

    void mount(Router router) {
        router.get("/health/live").handler(request -> answer(request, true));
        router.get("/health/started")
                .handler(request -> answer(request, readiness.state() != Readiness.State.STARTING));
        router.get("/health/ready").handler(request -> answer(request, readiness.state() == Readiness.State.READY));
    }

    private void answer(RoutingContext request, boolean isUp) {
        Responses.json(
                request,
                isUp ? 200 : 503,
                new JsonObject()
                        .put("status", isUp ? "UP" : "DOWN")
                        .put("state", readiness.state().name().toLowerCase(Locale.ROOT)));
    }
}
