// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** How refusals look in HTTP: one table from error code to status, one JSON shape. */
final class ApiErrors {
    private ApiErrors() {}

    static int status(ErrorCode code) {
        return switch (code) {
            case INVALID_FIELD, INVALID_SELECTOR, UNDECODABLE -> 400;
            case NOT_ALLOWED, UNAUTHORIZED -> 403;
            case NOT_FOUND, TRANSACTION_UNKNOWN -> 404;
            case RESOURCE_LOCKED,
                    PRECONDITION_FAILED,
                    ILLEGAL_STATE,
                    STOLEN,
                    TRANSACTION_ROLLED_BACK,
                    TRANSACTION_TIMEOUT -> 409;
            case RESOURCE_DELETED -> 410;
            case INTERNAL -> 500;
            case NOT_IMPLEMENTED -> 501;
            case RESOURCE_LIMIT, FORCED, STORE_FAILED -> 503;
        };
    }

    static void send(RoutingContext context, Rejection rejection) {
        send(context, status(rejection.code()), rejection.code().name(), rejection.text());
    }

    static void send(RoutingContext context, int status, String code, String message) {
        if (!context.response().ended() && !context.response().closed()) {
            context.response()
                    .setStatusCode(status)
                    .putHeader("Content-Type", "application/json")
                    .end(new JsonObject()
                            .put("code", code)
                            .put("message", message)
                            .encode());
        }
    }
}
