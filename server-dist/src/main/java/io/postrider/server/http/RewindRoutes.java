// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.StartPosition;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.api.port.RewindRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/queues/NAME/rewind} and {@code /api/v1/addresses/NAME/truncate}. A rewind that takes longer than {@value #ANSWER_MS} ms goes on
 * after it was answered with the status 202; its end is in the broker's log.
 */
final class RewindRoutes {
    private static final long ANSWER_MS = 20_000;
    private static final Set<String> REWIND_FIELDS = Set.of("to", "selector", "into", "dryRun", "rate");
    private static final Set<String> TRUNCATE_FIELDS = Set.of("before");
    private static final String SEPARATOR = "::";

    private final BrokerAdmin admin;

    RewindRoutes(BrokerAdmin admin) {
        this.admin = admin;
    }

    void mount(Router router) {
        router.post("/api/v1/queues/:name/rewind").handler(request -> withBody(request, REWIND_FIELDS, this::rewind));
        router.post("/api/v1/addresses/:name/truncate")
                .handler(request -> withBody(request, TRUNCATE_FIELDS, this::truncate));
    }

    /** Acts on the fields of a body. */
    private interface Action {
        void run(RoutingContext request, JsonObject fields);
    }

    private static void withBody(RoutingContext request, Set<String> known, Action action) {
        try {
            JsonObject fields = new JsonObject(request.body().buffer());
            for (String field : fields.fieldNames()) {
                if (!known.contains(field)) {
                    throw new IllegalArgumentException(
                            "Expected one of " + new TreeSet<>(known) + " as a field, but got " + field);
                }
            }
            action.run(request, fields);
        } catch (DecodeException | NullPointerException e) {
            invalid(request, "Expected a JSON object as the body");
        } catch (IllegalArgumentException e) {
            invalid(request, String.valueOf(e.getMessage()));
        }
    }

    private static void invalid(RoutingContext request, String text) {
        ApiErrors.send(request, new Rejection(ErrorCode.INVALID_FIELD, text));
    }

    private void rewind(RoutingContext request, JsonObject fields) {
        String name = request.pathParam("name");
        int separator = name.indexOf(SEPARATOR);
        String into = text(fields, "into");
        if (!(fields.getValue("dryRun", false) instanceof Boolean isDryRun)) {
            throw wrong("dryRun", "true or false", fields.getValue("dryRun"));
        }
        if (!(fields.getValue("rate", 0) instanceof Integer rate) || rate < 0) {
            throw wrong("rate", "messages per second", fields.getValue("rate"));
        }
        RewindRequest wanted = new RewindRequest(
                AddressKey.of(separator < 0 ? name : name.substring(0, separator)),
                separator < 0 ? null : name.substring(separator + SEPARATOR.length()),
                position(fields, "to"),
                text(fields, "selector"),
                into == null ? null : AddressKey.of(into),
                isDryRun,
                rate);
        long timer = request.vertx()
                .setTimer(
                        ANSWER_MS,
                        id -> Responses.json(
                                request, 202, new JsonObject().put("name", name).put("goesOn", true)));
        Consumer<Long> answer = count -> {
            if (request.vertx().cancelTimer(timer)) {
                Responses.json(
                        request,
                        200,
                        new JsonObject()
                                .put("name", name)
                                .put("messages", count)
                                .put("goesOn", false));
            }
        };
        admin.rewind(wanted, new Answer<>(request, answer) {
            @Override
            void refused(Rejection rejection) {
                if (request.vertx().cancelTimer(timer)) {
                    super.refused(rejection);
                }
            }
        });
    }

    private void truncate(RoutingContext request, JsonObject fields) {
        String name = request.pathParam("name");
        admin.truncate(
                AddressKey.of(name),
                position(fields, "before"),
                new Answer<>(
                        request,
                        start -> Responses.json(
                                request, 200, new JsonObject().put("name", name).put("start", start))));
    }

    private static StartPosition position(JsonObject fields, String field) {
        Object value = fields.getValue(field);
        if (value == null || value.toString().isBlank()) {
            throw wrong(field, "a position: earliest, new, an offset, last:N, a duration or a time", value);
        }
        return StartPosition.parse(value.toString());
    }

    private static @Nullable String text(JsonObject fields, String field) {
        Object value = fields.getValue(field);
        return value == null || value.toString().isBlank() ? null : value.toString();
    }

    private static IllegalArgumentException wrong(String field, String expected, @Nullable Object found) {
        return new IllegalArgumentException("Expected " + field + " to be " + expected + ", but got " + found);
    }
}
