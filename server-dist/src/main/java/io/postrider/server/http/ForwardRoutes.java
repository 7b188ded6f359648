// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.ForwardRule;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerAdmin;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.TreeSet;

/** {@code /api/v1/forwards}: rules that send messages on to other addresses. */
final class ForwardRoutes {
    private static final Set<String> KNOWN = Set.of("source", "target", "selector", "move");

    private final BrokerAdmin admin;

    ForwardRoutes(BrokerAdmin admin) {
        this.admin = admin;
    }

    void mount(Router router) {
        router.get("/api/v1/forwards").handler(this::list);
        router.put("/api/v1/forwards/:name").handler(this::put);
        router.delete("/api/v1/forwards/:name").handler(this::remove);
    }

    private void list(RoutingContext request) {
        admin.forwards(
                new Answer<>(request, rules -> Responses.page(request, rules, ForwardRule::name, ApiJson::forward)));
    }

    private void put(RoutingContext request) {
        ForwardRule rule;
        try {
            rule = parse(
                    request.pathParam("name"), new JsonObject(request.body().buffer()));
        } catch (DecodeException | ClassCastException | NullPointerException e) {
            invalid(request, "Expected a JSON object as the body");
            return;
        } catch (IllegalArgumentException e) {
            invalid(request, String.valueOf(e.getMessage()));
            return;
        }
        admin.putForward(rule, new Answer<>(request, put -> Responses.json(request, 200, ApiJson.forward(put))));
    }

    private static ForwardRule parse(String name, JsonObject fields) {
        for (String field : fields.fieldNames()) {
            if (!KNOWN.contains(field)) {
                throw new IllegalArgumentException(
                        "Expected one of " + new TreeSet<>(KNOWN) + " as a field, but got " + field);
            }
        }
        Object selector = fields.getValue("selector");
        Object move = fields.getValue("move", false);
        if (!(move instanceof Boolean isMove)) {
            throw new IllegalArgumentException("Expected move to be true or false, but got " + move);
        }
        return new ForwardRule(
                name,
                new AddressPattern(text(fields, "source")),
                AddressKey.of(text(fields, "target")),
                selector == null || selector.toString().isBlank() ? null : selector.toString(),
                isMove);
    }

    private static String text(JsonObject fields, String field) {
        Object value = fields.getValue(field);
        if (value instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new IllegalArgumentException("Expected " + field + " to be a name, but got " + value);
    }

    private void remove(RoutingContext request) {
        admin.removeForward(
                request.pathParam("name"),
                new Answer<>(request, name -> Responses.json(request, 200, new JsonObject().put("name", name))));
    }

    private static void invalid(RoutingContext request, String text) {
        ApiErrors.send(request, new Rejection(ErrorCode.INVALID_FIELD, text));
    }
}
