// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerAdmin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;

/** {@code /api/v1/policies}, {@code /api/v1/settings} and the settings of an address. */
final class PolicyRoutes {
    private final BrokerAdmin admin;

    PolicyRoutes(BrokerAdmin admin) {
        this.admin = admin;
    }

    void mount(Router router) {
        router.get("/api/v1/settings").handler(PolicyRoutes::keys);
        router.get("/api/v1/policies").handler(this::list);
        router.put("/api/v1/policies/:pattern").handler(this::put);
        router.delete("/api/v1/policies/:pattern").handler(this::remove);
        router.get("/api/v1/addresses/:name/settings").handler(this::explain);
        router.post("/api/v1/addresses/:name/settings").handler(this::update);
    }

    private static void keys(RoutingContext request) {
        JsonArray items = new JsonArray();
        for (PolicyKey key : PolicyKey.values()) {
            items.add(new JsonObject()
                    .put("setting", key.text())
                    .put("type", key.type().name().toLowerCase(Locale.ROOT))
                    .put("choices", new JsonArray(key.choices()))
                    .put("default", key.fallback())
                    .put("meaning", key.meaning()));
        }
        Responses.json(request, 200, new JsonObject().put("items", items));
    }

    private void list(RoutingContext request) {
        admin.policies(new Answer<>(
                request,
                rules -> Responses.page(request, rules, rule -> rule.pattern().text(), ApiJson::policy)));
    }

    private void put(RoutingContext request) {
        PolicyRule rule;
        try {
            DefinitionRequest body = DefinitionRequest.parse(request.body().buffer());
            if (body.settings().isEmpty()
                    || body.kind().isPresent()
                    || !body.unset().isEmpty()) {
                throw new IllegalArgumentException(
                        "Expected settings with at least one value, no kind and no null, for a policy");
            }
            rule = PolicyRule.of(request.pathParam("pattern"), body.settings());
        } catch (IllegalArgumentException e) {
            invalid(request, e);
            return;
        }
        admin.putPolicy(
                rule,
                new Answer<>(
                        request,
                        affected -> Responses.json(
                                request, 200, ApiJson.policy(rule).put("addressesChanged", affected))));
    }

    private void remove(RoutingContext request) {
        AddressPattern pattern;
        try {
            pattern = new AddressPattern(request.pathParam("pattern"));
        } catch (IllegalArgumentException e) {
            invalid(request, e);
            return;
        }
        admin.removePolicy(
                pattern,
                new Answer<>(
                        request,
                        affected -> Responses.json(
                                request,
                                200,
                                new JsonObject().put("pattern", pattern.text()).put("addressesChanged", affected))));
    }

    private void explain(RoutingContext request) {
        String name = request.pathParam("name");
        admin.settings(AddressKey.of(name), new Answer<>(request, settings -> {
            JsonArray items = new JsonArray();
            settings.forEach(setting -> items.add(ApiJson.setting(setting)));
            Responses.json(request, 200, new JsonObject().put("name", name).put("items", items));
        }));
    }

    private void update(RoutingContext request) {
        DefinitionRequest body;
        try {
            body = DefinitionRequest.parse(request.body().buffer());
            if (body.kind().isPresent()) {
                throw new IllegalArgumentException("Expected no kind: an address keeps the one it was created with");
            }
        } catch (IllegalArgumentException e) {
            invalid(request, e);
            return;
        }
        admin.updateAddress(
                AddressKey.of(request.pathParam("name")),
                body.settings(),
                body.unset(),
                new Answer<>(request, changed -> Responses.json(request, 200, ApiJson.address(changed))));
    }

    private static void invalid(RoutingContext request, IllegalArgumentException problem) {
        ApiErrors.send(request, new Rejection(ErrorCode.INVALID_FIELD, String.valueOf(problem.getMessage())));
    }
}
