// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPolicy;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The body of a request that creates a queue or a topic; every field may be left out. Immutable. */
record DefinitionRequest(JsonObject fields) {
    private static final Set<String> KNOWN =
            Set.of("kind", "maxDeliveryAttempts", "deadLetter", "expiry", "redeliveryDelayMs");

    /** @throws IllegalArgumentException with a text for the caller */
    static DefinitionRequest parse(@Nullable Buffer body) {
        if (body == null || body.length() == 0) {
            return new DefinitionRequest(new JsonObject());
        }
        JsonObject fields;
        try {
            fields = new JsonObject(body);
        } catch (DecodeException | ClassCastException e) {
            throw new IllegalArgumentException("Expected a JSON object as the body");
        }
        for (String name : fields.fieldNames()) {
            if (!KNOWN.contains(name)) {
                throw new IllegalArgumentException(
                        "Expected one of " + new java.util.TreeSet<>(KNOWN) + " as a field, but got " + name);
            }
        }
        DefinitionRequest request = new DefinitionRequest(fields);
        request.kind();
        request.applyTo(AddressPolicy.DEFAULT);
        return request;
    }

    Optional<AddressKind> kind() {
        Object kind = fields.getValue("kind");
        if (kind == null) {
            return Optional.empty();
        }
        return switch (kind.toString().toLowerCase(Locale.ROOT)) {
            case "queue" -> Optional.of(AddressKind.QUEUE);
            case "topic" -> Optional.of(AddressKind.TOPIC);
            default -> throw new IllegalArgumentException("Expected kind queue or topic, but got " + kind);
        };
    }

    AddressPolicy applyTo(AddressPolicy policy) {
        return new AddressPolicy(
                policy.autoCreate(),
                Math.toIntExact(number("maxDeliveryAttempts", policy.maxDeliveryAttempts(), Integer.MAX_VALUE)),
                name("deadLetter", policy.deadLetterAddress()),
                name("expiry", policy.expiryAddress()),
                number("redeliveryDelayMs", policy.redeliveryDelayMs(), Long.MAX_VALUE));
    }

    private long number(String field, long fallback, long max) {
        Object value = fields.getValue(field);
        if (value == null) {
            return fallback;
        }
        if (value instanceof Integer || value instanceof Long) {
            long number = ((Number) value).longValue();
            if (number >= 0 && number <= max) {
                return number;
            }
        }
        throw new IllegalArgumentException("Expected " + field + " to be a number of at least 0, but got " + value);
    }

    /** Null and the empty name both mean that there is none. */
    private @Nullable String name(String field, @Nullable String fallback) {
        if (!fields.containsKey(field)) {
            return fallback;
        }
        Object value = fields.getValue(field);
        if (value == null || value.equals("")) {
            return null;
        }
        if (value instanceof String name) {
            return name;
        }
        throw new IllegalArgumentException("Expected " + field + " to be a name, but got " + value);
    }
}
