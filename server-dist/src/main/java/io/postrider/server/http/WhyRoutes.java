// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressKey;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.api.port.WhyRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/queues/…/why}: why a queue, a message, a consumer or a producer does not move. */
final class WhyRoutes {
    private final BrokerAdmin admin;

    WhyRoutes(BrokerAdmin admin) {
        this.admin = admin;
    }

    void mount(Router router) {
        router.get("/api/v1/queues/:name/why").handler(this::why);
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
