// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressKey;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.ConsumerAdmin;
import io.postrider.api.port.ConsumerInfo;
import io.postrider.api.port.PartitionInfo;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/v1/consumers}, and what is paused, resumed and partitioned. */
final class ConsumerRoutes {
    private final ConsumerAdmin consumers;

    ConsumerRoutes(ConsumerAdmin consumers) {
        this.consumers = consumers;
    }

    void mount(Router router) {
        router.get("/api/v1/consumers").handler(this::list);
        router.post("/api/v1/consumers/:id/pause").handler(request -> pauseConsumer(request, true));
        router.post("/api/v1/consumers/:id/resume").handler(request -> pauseConsumer(request, false));
        router.post("/api/v1/queues/:name/pause").handler(request -> pause(request, true));
        router.post("/api/v1/queues/:name/resume").handler(request -> pause(request, false));
        router.get("/api/v1/queues/:name/partitions").handler(this::partitions);
    }

    private void list(RoutingContext request) {
        consumers.list(new Answer<>(
                request,
                found -> Responses.page(
                        request, found, consumer -> consumer.address().toString(), ConsumerRoutes::json)));
    }

    private static JsonObject json(ConsumerInfo consumer) {
        return new JsonObject()
                .put("id", consumer.id())
                .put("address", consumer.address().toString())
                .put("subscription", consumer.subscription())
                .put("connection", consumer.connectionId())
                .put("container", consumer.containerId())
                .put("user", consumer.user())
                .put("selector", consumer.selector())
                .put("mode", consumer.mode())
                .put("priority", consumer.priority())
                .put("active", consumer.isActive())
                .put("paused", consumer.isPaused())
                .put("slow", consumer.isSlow())
                .put("credit", consumer.credit())
                .put("unsettled", consumer.unsettled())
                .put("oldestUnsettledMs", consumer.oldestUnsettledMs())
                .put("keys", consumer.keys())
                .put("partitions", new JsonArray(consumer.partitions()));
    }

    private void pauseConsumer(RoutingContext request, boolean isPaused) {
        long id;
        try {
            id = Long.parseLong(request.pathParam("id"));
        } catch (NumberFormatException e) {
            ApiErrors.send(
                    request,
                    new Rejection(
                            ErrorCode.INVALID_FIELD,
                            "Expected the number of a consumer, but got '" + request.pathParam("id") + "'"));
            return;
        }
        consumers.pauseConsumer(
                id,
                isPaused,
                new Answer<>(
                        request,
                        done -> Responses.json(
                                request, 200, new JsonObject().put("id", done).put("paused", isPaused))));
    }

    private void pause(RoutingContext request, boolean isPaused) {
        consumers.pause(
                request.pathParam("name"),
                isPaused,
                new Answer<>(
                        request,
                        name -> Responses.json(
                                request, 200, new JsonObject().put("name", name).put("paused", isPaused))));
    }

    private void partitions(RoutingContext request) {
        consumers.partitions(AddressKey.of(request.pathParam("name")), new Answer<>(request, found -> {
            JsonArray items = new JsonArray();
            found.forEach(partition -> items.add(json(partition)));
            Responses.json(request, 200, new JsonObject().put("items", items));
        }));
    }

    private static JsonObject json(PartitionInfo partition) {
        return new JsonObject()
                .put("partition", partition.partition())
                .put("selector", partition.selector())
                .put("consumer", partition.consumerId())
                .put("next", partition.nextConsumerId())
                .put("unsettled", partition.unsettled());
    }
}
