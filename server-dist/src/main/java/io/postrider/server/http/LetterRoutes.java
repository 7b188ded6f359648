// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressKey;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.api.port.LetterInfo;
import io.postrider.api.port.RedriveRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/v1/queues/…/letters} and {@code /api/v1/redrives}: dead letters and their way back. */
final class LetterRoutes {
    private static final int LIMIT_DEFAULT = 100;
    private static final int LIMIT_MAX = 1000;

    private final BrokerAdmin admin;

    LetterRoutes(BrokerAdmin admin) {
        this.admin = admin;
    }

    void mount(Router router) {
        router.get("/api/v1/queues/:name/letters").handler(this::list);
        router.get("/api/v1/queues/:name/letters/:offset").handler(this::show);
        router.post("/api/v1/queues/:name/redrive").handler(this::redrive);
        router.post("/api/v1/queues/:name/return-deferred").handler(this::returnDeferred);
        router.get("/api/v1/redrives").handler(this::redrives);
        router.delete("/api/v1/redrives/:id").handler(this::stop);
    }

    private void list(RoutingContext request) {
        long from;
        long limit;
        try {
            from = number("from", request.request().getParam("from", "0"), Long.MAX_VALUE);
            limit = number("limit", request.request().getParam("limit", String.valueOf(LIMIT_DEFAULT)), LIMIT_MAX);
        } catch (IllegalArgumentException e) {
            invalid(request, e);
            return;
        }
        admin.letters()
                .list(
                        AddressKey.of(request.pathParam("name")),
                        from,
                        (int) Math.max(1, limit),
                        new Answer<>(request, found -> {
                            JsonArray items = new JsonArray();
                            found.forEach(letter -> items.add(LetterJson.letter(letter)));
                            Responses.json(request, 200, new JsonObject().put("items", items));
                        }));
    }

    private void show(RoutingContext request) {
        String name = request.pathParam("name");
        long offset;
        try {
            offset = number("the offset", request.pathParam("offset"), Long.MAX_VALUE);
        } catch (IllegalArgumentException e) {
            invalid(request, e);
            return;
        }
        admin.letters().list(AddressKey.of(name), offset, 1, new Answer<>(request, found -> {
            LetterInfo letter = found.isEmpty() ? null : found.get(0);
            if (letter == null || letter.offset() != offset) {
                ApiErrors.send(
                        request,
                        new Rejection(ErrorCode.NOT_FOUND, "There is no message at offset " + offset + " of " + name));
            } else {
                Responses.json(request, 200, LetterJson.letter(letter));
            }
        }));
    }

    private void redrive(RoutingContext request) {
        RedriveRequest wanted;
        try {
            wanted =
                    LetterJson.request(request.pathParam("name"), request.body().buffer());
        } catch (IllegalArgumentException e) {
            invalid(request, e);
            return;
        }
        admin.letters()
                .redrive(
                        wanted,
                        new Answer<>(request, status -> Responses.json(request, 200, LetterJson.redrive(status))));
    }

    private void returnDeferred(RoutingContext request) {
        String name = request.pathParam("name");
        int split = name.indexOf("::");
        admin.returnDeferred(
                AddressKey.of(split < 0 ? name : name.substring(0, split)),
                split < 0 ? "" : name.substring(split + 2),
                new Answer<>(
                        request,
                        count -> Responses.json(
                                request, 200, new JsonObject().put("name", name).put("returned", count))));
    }

    private void redrives(RoutingContext request) {
        admin.letters()
                .redrives(new Answer<>(
                        request,
                        all -> Responses.page(
                                request, all, status -> status.request().queue().toString(), LetterJson::redrive)));
    }

    private void stop(RoutingContext request) {
        long id;
        try {
            id = number("the redrive's id", request.pathParam("id"), Long.MAX_VALUE);
        } catch (IllegalArgumentException e) {
            invalid(request, e);
            return;
        }
        admin.letters()
                .stop(id, new Answer<>(request, status -> Responses.json(request, 200, LetterJson.redrive(status))));
    }

    private static long number(String what, String text, long max) {
        try {
            long value = Long.parseLong(text);
            if (value >= 0 && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Expected " + what + " to be a number, but got '" + text + "'", e);
        }
        throw new IllegalArgumentException("Expected " + what + " of 0 to " + max + ", but got " + text);
    }

    private static void invalid(RoutingContext request, IllegalArgumentException problem) {
        ApiErrors.send(request, new Rejection(ErrorCode.INVALID_FIELD, String.valueOf(problem.getMessage())));
    }
}
