// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Answers a request with JSON; lists are filtered and cut into pages in one way everywhere. */
final class Responses {
    static final int LIMIT_DEFAULT = 1000;
    static final int LIMIT_MAX = 10_000;

    private Responses() {}

    static void json(RoutingContext request, int status, JsonObject body) {
        if (!request.response().ended() && !request.response().closed()) {
            request.response()
                    .setStatusCode(status)
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Cache-Control", "no-store")
                    .end(body.encode() + "\n");
        }
    }

    /**
     * Sends {@code {"items": […], "total": n}}. Query parameters: {@code filter} keeps names that contain it,
     * {@code offset} and {@code limit} choose the page; {@code total} counts what the filter kept.
     */
    static <T> void page(
            RoutingContext request, List<T> all, Function<T, String> name, Function<T, JsonObject> toJson) {
        int offset = number(request, "offset", 0, Integer.MAX_VALUE);
        int limit = number(request, "limit", LIMIT_DEFAULT, LIMIT_MAX);
        if (offset < 0 || limit < 0) {
            return;
        }
        String filter = request.request().getParam("filter", "").toLowerCase(Locale.ROOT);
        JsonArray items = new JsonArray();
        int total = 0;
        for (T each : all) {
            if (name.apply(each).toLowerCase(Locale.ROOT).contains(filter)) {
                if (total >= offset && items.size() < limit) {
                    items.add(toJson.apply(each));
                }
                total++;
            }
        }
        json(request, 200, new JsonObject().put("items", items).put("total", total));
    }

    /** A query parameter; -1 if it was bad and the request has been refused for it. */
    private static int number(RoutingContext request, String name, int fallback, int max) {
        String text = request.request().getParam(name);
        if (text == null) {
            return fallback;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= 0 && value <= max) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // Refused below, like a number out of range.
        }
        ApiErrors.send(request, 400, "INVALID_FIELD", "Expected " + name + " of 0 to " + max + ", but got " + text);
        return -1;
    }
}
