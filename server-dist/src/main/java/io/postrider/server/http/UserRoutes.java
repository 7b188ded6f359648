// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.UserRecord;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.server.security.OperatorToken;
import io.postrider.server.security.UserMaker;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashSet;
import java.util.Set;

/** {@code /api/v1/users}. */
final class UserRoutes {
    private final BrokerAdmin admin;
    private final UserMaker userMaker;

    UserRoutes(BrokerAdmin admin, UserMaker userMaker) {
        this.admin = admin;
        this.userMaker = userMaker;
    }

    void mount(Router router) {
        router.get("/api/v1/users").handler(this::list);
        router.put("/api/v1/users/:name").handler(this::put);
        router.delete("/api/v1/users/:name").handler(this::remove);
    }

    private void list(RoutingContext request) {
        admin.users(new Answer<>(request, users -> Responses.page(request, users, UserRecord::name, ApiJson::user)));
    }

    /** Hashing a password takes milliseconds on purpose, so it runs on a worker thread. */
    private void put(RoutingContext request) {
        String name = request.pathParam("name");
        String password;
        Set<String> roles;
        try {
            JsonObject body = new JsonObject(request.body().buffer());
            password = text(body.getValue("password"), "password");
            roles = roles(body.getValue("roles"));
            if (name.equals(OperatorToken.USER)) {
                throw new IllegalArgumentException("Expected another name: " + name + " is reserved");
            }
        } catch (IllegalArgumentException e) {
            ApiErrors.send(request, new Rejection(ErrorCode.INVALID_FIELD, String.valueOf(e.getMessage())));
            return;
        } catch (DecodeException | ClassCastException | NullPointerException e) {
            ApiErrors.send(
                    request,
                    new Rejection(
                            ErrorCode.INVALID_FIELD, "Expected a JSON object with password and roles as the body"));
            return;
        }
        request.vertx()
                .executeBlocking(() -> userMaker.make(name, password, roles))
                .onSuccess(user -> admin.putUser(
                        user, new Answer<>(request, put -> Responses.json(request, 200, ApiJson.user(put)))))
                .onFailure(e -> ApiErrors.send(
                        request, new Rejection(ErrorCode.INVALID_FIELD, String.valueOf(e.getMessage()))));
    }

    private void remove(RoutingContext request) {
        admin.removeUser(
                request.pathParam("name"),
                new Answer<>(request, name -> Responses.json(request, 200, new JsonObject().put("name", name))));
    }

    private static String text(Object value, String field) {
        if (value instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new IllegalArgumentException("Expected " + field + " to be a text that is not empty");
    }

    private static Set<String> roles(Object value) {
        Set<String> roles = new HashSet<>();
        if (value instanceof JsonArray array) {
            array.forEach(role -> roles.add(text(role, "each role")));
        } else if (value != null) {
            throw new IllegalArgumentException("Expected roles to be a list of names, but got " + value);
        }
        return roles;
    }
}
