// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.api.port.QueueInfo;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Optional;

/** {@code /api/v1/queues} and {@code /api/v1/addresses}. */
final class QueueRoutes {
    private final BrokerAdmin admin;

    QueueRoutes(BrokerAdmin admin) {
        this.admin = admin;
    }

    void mount(Router router) {
        router.get("/api/v1/queues").handler(this::list);
        router.get("/api/v1/queues/:name").handler(this::show);
        router.put("/api/v1/queues/:name").handler(request -> create(request, Optional.of(AddressKind.QUEUE)));
        router.delete("/api/v1/queues/:name").handler(request -> delete(request, AddressKind.QUEUE));
        router.post("/api/v1/queues/:name/purge").handler(this::purge);
        router.get("/api/v1/addresses").handler(this::listAddresses);
        router.get("/api/v1/addresses/:name").handler(this::showAddress);
        router.put("/api/v1/addresses/:name").handler(request -> create(request, Optional.empty()));
        router.delete("/api/v1/addresses/:name").handler(request -> delete(request, null));
    }

    private void list(RoutingContext request) {
        admin.queues(new Answer<>(request, queues -> Responses.page(request, queues, ApiJson::name, ApiJson::queue)));
    }

    private void show(RoutingContext request) {
        String name = request.pathParam("name");
        admin.queues(new Answer<>(request, queues -> {
            for (QueueInfo queue : queues) {
                if (ApiJson.name(queue).equals(name)) {
                    Responses.json(request, 200, ApiJson.queue(queue));
                    return;
                }
            }
            notFound(request, "queue or subscription", name);
        }));
    }

    private void purge(RoutingContext request) {
        String name = request.pathParam("name");
        admin.purge(
                AddressKey.of(name),
                new Answer<>(
                        request,
                        purged -> Responses.json(
                                request, 200, new JsonObject().put("name", name).put("purged", purged))));
    }

    private void listAddresses(RoutingContext request) {
        admin.addresses(new Answer<>(
                request,
                addresses -> Responses.page(
                        request, addresses, address -> address.key().toString(), ApiJson::address)));
    }

    private void showAddress(RoutingContext request) {
        String name = request.pathParam("name");
        admin.addresses(new Answer<>(request, addresses -> {
            for (AddressDefinition address : addresses) {
                if (address.key().toString().equals(name)) {
                    Responses.json(request, 200, ApiJson.address(address));
                    return;
                }
            }
            notFound(request, "address", name);
        }));
    }

    /** Creates an address; what the body sets is its own, everything else comes from the policies its name matches. */
    private void create(RoutingContext request, Optional<AddressKind> kind) {
        AddressKey key = AddressKey.of(request.pathParam("name"));
        DefinitionRequest body;
        try {
            body = DefinitionRequest.parse(request.body().buffer());
            checkName(key.name());
        } catch (IllegalArgumentException e) {
            ApiErrors.send(request, new Rejection(ErrorCode.INVALID_FIELD, String.valueOf(e.getMessage())));
            return;
        }
        AddressDefinition definition =
                AddressDefinition.permanent(key, kind.or(body::kind).orElse(AddressKind.QUEUE), body.settings());
        admin.createAddress(
                definition, new Answer<>(request, created -> Responses.json(request, 200, ApiJson.address(created))));
    }

    private static void checkName(String name) {
        int bytes = name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > AddressKey.NAME_BYTES_MAX || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("Expected a name of 1 to " + AddressKey.NAME_BYTES_MAX
                    + " bytes without control characters, but got " + bytes + " bytes");
        }
    }

    private void delete(RoutingContext request, @org.jspecify.annotations.Nullable AddressKind kind) {
        String name = request.pathParam("name");
        admin.addresses(new Answer<>(request, addresses -> {
            Optional<AddressDefinition> found = addresses.stream()
                    .filter(address -> address.key().toString().equals(name))
                    .findFirst();
            if (found.isEmpty()) {
                notFound(request, kind == null ? "address" : kind.name().toLowerCase(Locale.ROOT), name);
            } else if (kind != null && found.get().kind() != kind) {
                ApiErrors.send(
                        request,
                        new Rejection(
                                ErrorCode.ILLEGAL_STATE,
                                name + " is a topic; delete it as an address: DELETE /api/v1/addresses/" + name));
            } else {
                admin.deleteAddress(
                        found.get().key(),
                        new Answer<>(request, deleted -> Responses.json(request, 200, ApiJson.address(deleted))));
            }
        }));
    }

    private static void notFound(RoutingContext request, String what, String name) {
        ApiErrors.send(request, new Rejection(ErrorCode.NOT_FOUND, "There is no " + what + " named " + name));
    }
}
