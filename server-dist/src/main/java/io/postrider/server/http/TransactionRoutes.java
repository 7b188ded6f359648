// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.command.BranchId;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BranchInfo;
import io.postrider.api.port.Branches;
import io.postrider.api.port.Reply;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.Locale;
import java.util.function.BiConsumer;

/** {@code /api/v1/transactions}: prepared branches of global transactions, and what an operator decides on them. */
final class TransactionRoutes {
    private final Branches branches;

    TransactionRoutes(Branches branches) {
        this.branches = branches;
    }

    void mount(Router router) {
        router.get("/api/v1/transactions").handler(this::list);
        router.post("/api/v1/transactions/:branch/commit")
                .handler(request -> decide(request, (branch, reply) -> branches.commit(branch, true, reply)));
        router.post("/api/v1/transactions/:branch/rollback")
                .handler(request -> decide(request, (branch, reply) -> branches.rollback(branch, true, reply)));
    }

    private void list(RoutingContext request) {
        branches.list(new Answer<>(request, all -> {
            JsonArray items = new JsonArray();
            all.forEach(branch -> items.add(json(branch)));
            Responses.json(request, 200, new JsonObject().put("items", items));
        }));
    }

    private static JsonObject json(BranchInfo branch) {
        return new JsonObject()
                .put("branch", branch.id().toString())
                .put("state", branch.state().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .put(
                        "preparedAt",
                        branch.preparedAtMs() == 0
                                ? ""
                                : Instant.ofEpochMilli(branch.preparedAtMs()).toString())
                .put("parts", branch.messages());
    }

    private static void decide(RoutingContext request, BiConsumer<BranchId, Reply<BranchId>> decision) {
        BranchId branch;
        try {
            branch = BranchId.parse(request.pathParam("branch"));
        } catch (IllegalArgumentException e) {
            ApiErrors.send(request, new Rejection(ErrorCode.INVALID_FIELD, String.valueOf(e.getMessage())));
            return;
        }
        decision.accept(
                branch,
                new Answer<>(
                        request,
                        decided -> Responses.json(request, 200, new JsonObject().put("branch", decided.toString()))));
    }
}
