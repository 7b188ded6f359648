// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressKey;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.api.port.TraceRequest;
import io.postrider.api.port.WhyRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** {@code …/why}: why a queue, a message, a consumer or a producer does not move; {@code …/trace}: the life of a message. */
final class WhyRoutes {
    private final BrokerAdmin admin;

    WhyRoutes(BrokerAdmin admin) {
        this.admin = admin;
    }

    void mount(Router router) {
        router.get("/api/v1/queues/:name/why").handler(this::why);
        router.get("/api/v1/addresses/:name/trace").handler(this::trace);
    }

    private void why(RoutingContext request) {
        String name = request.pathParam("name");
        WhyRequest wanted;
        try {
            int split = name.indexOf("::");
            wanted = new WhyRequest(
                    AddressKey.of(split < 0 ? name : name.substring(0, split)),
                    split < 0 ? "" : name.substring(split + 2),
                    offset(request.request().getParam("offset")),
                    request.request().getParam("consumer"),
                    request.request().getParam("producer"));
        } catch (IllegalArgumentException e) {
            ApiErrors.send(request, new Rejection(ErrorCode.INVALID_FIELD, String.valueOf(e.getMessage())));
            return;
        }
        admin.why(
                wanted,
                new Answer<>(
                        request,
                        why -> Responses.json(
                                request, 200, new JsonObject().put("name", name).put("why", why))));
    }

    private void trace(RoutingContext request) {
        String name = request.pathParam("name");
        TraceRequest wanted;
        try {
            wanted = new TraceRequest(
                    AddressKey.of(name),
                    offset(request.request().getParam("offset")),
                    request.request().getParam("messageId"));
        } catch (IllegalArgumentException e) {
            ApiErrors.send(request, new Rejection(ErrorCode.INVALID_FIELD, String.valueOf(e.getMessage())));
            return;
        }
        admin.trace(wanted, new Answer<>(request, trace -> {
            JsonArray steps = new JsonArray();
            trace.steps()
                    .forEach(step -> steps.add(new JsonObject()
                            .put("time", Instant.ofEpochMilli(step.timeMs()).toString())
                            .put("offset", step.offset())
                            .put("what", step.text())
                            .put("logged", step.isLogged())));
            Responses.json(
                    request,
                    200,
                    new JsonObject()
                            .put("name", name)
                            .put("steps", steps)
                            .put(
                                    "since",
                                    trace.sinceMs() == 0
                                            ? null
                                            : Instant.ofEpochMilli(trace.sinceMs())
                                                    .toString())
                            .put("sinceBeginning", trace.isSinceBeginning()));
        }));
    }

    private static @Nullable Long offset(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            long offset = Long.parseLong(text);
            if (offset >= 0) {
                return offset;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Expected offset to be a number, but got '" + text + "'", e);
        }
        throw new IllegalArgumentException("Expected an offset of at least 0, but got " + text);
    }
}
