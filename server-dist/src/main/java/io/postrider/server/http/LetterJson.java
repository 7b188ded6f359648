// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressKey;
import io.postrider.api.port.LetterInfo;
import io.postrider.api.port.RedriveRequest;
import io.postrider.api.port.RedriveStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The JSON shapes of dead letters and redrives. Stateless. */
final class LetterJson {
    private static final Set<String> KNOWN = Set.of("offset", "selector", "to", "perSecond", "canary", "dryRun");

    private LetterJson() {}

    static JsonObject letter(LetterInfo letter) {
        JsonObject marks = new JsonObject();
        letter.marks()
                .values()
                .forEach((key, value) -> marks.put(
                        key,
                        value instanceof byte[] bytes ? Buffer.buffer(bytes).getBytes() : value));
        return new JsonObject()
                .put("offset", letter.offset())
                .put("bytes", letter.sizeBytes())
                .put("taken", letter.isOut())
                .put("marks", marks);
    }

    static JsonObject redrive(RedriveStatus status) {
        RedriveRequest request = status.request();
        return new JsonObject()
                .put("id", status.id())
                .put("queue", request.queue().toString())
                .put("state", status.state().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .put("dryRun", request.isDryRun())
                .put("offset", request.offset())
                .put("selector", request.selector())
                .put("to", request.to() == null ? null : request.to().toString())
                .put("perSecond", request.perSecond())
                .put("canary", request.canary())
                .put("started", Instant.ofEpochMilli(status.startedMs()).toString())
                .put(
                        "ended",
                        status.endedMs() == 0
                                ? null
                                : Instant.ofEpochMilli(status.endedMs()).toString())
                .put("matched", status.matched())
                .put("sent", status.sent())
                .put("skipped", status.skipped())
                .put("canaryAccepted", status.canaryAccepted())
                .put("canaryFailed", status.canaryFailed())
                .put("notes", new JsonArray(status.notes()));
    }

    /** @throws IllegalArgumentException saying what was expected and what was found */
    static RedriveRequest request(String queue, @Nullable Buffer body) {
        JsonObject fields;
        try {
            fields = body == null || body.length() == 0 ? new JsonObject() : new JsonObject(body);
        } catch (DecodeException | ClassCastException e) {
            throw new IllegalArgumentException("Expected a JSON object as the body", e);
        }
        for (String field : fields.fieldNames()) {
            if (!KNOWN.contains(field)) {
                throw new IllegalArgumentException(
                        "Expected one of " + new TreeSet<>(KNOWN) + " as a field, but got " + field);
            }
        }
        Long offset = number(fields, "offset", Long.MAX_VALUE);
        String to = text(fields, "to");
        Object dryRun = fields.getValue("dryRun", false);
        if (!(dryRun instanceof Boolean isDryRun)) {
            throw new IllegalArgumentException("Expected dryRun to be true or false, but got " + dryRun);
        }
        return new RedriveRequest(
                AddressKey.of(queue),
                offset,
                text(fields, "selector"),
                to == null ? null : AddressKey.of(to),
                orZero(number(fields, "perSecond", 1_000_000)),
                orZero(number(fields, "canary", 100_000)),
                isDryRun);
    }

    private static int orZero(@Nullable Long value) {
        return value == null ? 0 : value.intValue();
    }

    private static @Nullable String text(JsonObject fields, String field) {
        Object value = fields.getValue(field);
        if (value == null || (value instanceof String text && text.isBlank())) {
            return null;
        }
        if (value instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("Expected " + field + " to be text, but got " + value);
    }

    private static @Nullable Long number(JsonObject fields, String field, long max) {
        Object value = fields.getValue(field);
        if (value == null) {
            return null;
        }
        if ((value instanceof Integer || value instanceof Long)
                && ((Number) value).longValue() >= 0
                && ((Number) value).longValue() <= max) {
            return ((Number) value).longValue();
        }
        throw new IllegalArgumentException(
                "Expected " + field + " to be a whole number of 0 to " + max + ", but got " + value);
    }
}
