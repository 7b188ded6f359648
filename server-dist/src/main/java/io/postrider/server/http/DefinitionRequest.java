// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.http;

import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyValues;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request that says what an address or a policy is to be: {@code {"kind": "queue", "settings": {"ttl.max-ms": "1h"}}}. Every
 * field may be left out; a setting that is null is one to be unset. Immutable.
 */
record DefinitionRequest(Optional<AddressKind> kind, PolicyValues settings, Set<PolicyKey> unset) {
    private static final Set<String> KNOWN = Set.of("kind", "settings");

    /** @throws IllegalArgumentException with a text for the caller */
    static DefinitionRequest parse(@Nullable Buffer body) {
        if (body == null || body.length() == 0) {
            return new DefinitionRequest(Optional.empty(), PolicyValues.NONE, Set.of());
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
                        "Expected one of " + new TreeSet<>(KNOWN) + " as a field, but got " + name);
            }
        }
        Object settings = fields.getValue("settings");
        if (settings != null && !(settings instanceof JsonObject)) {
            throw new IllegalArgumentException("Expected settings to be an object, but got " + settings);
        }
        return of(kind(fields.getValue("kind")), settings == null ? new JsonObject() : (JsonObject) settings);
    }

    private static DefinitionRequest of(Optional<AddressKind> kind, JsonObject settings) {
        PolicyValues values = PolicyValues.NONE;
        EnumSet<PolicyKey> unset = EnumSet.noneOf(PolicyKey.class);
        for (Map.Entry<String, Object> setting : settings) {
            PolicyKey key = PolicyKey.of(setting.getKey());
            if (key == null) {
                throw new IllegalArgumentException("Expected the name of a setting, but got '" + setting.getKey()
                        + "'; postrider policy keys lists them");
            }
            if (setting.getValue() == null) {
                unset.add(key);
            } else {
                values = values.with(key, setting.getValue().toString());
            }
        }
        return new DefinitionRequest(kind, values, Set.copyOf(unset));
    }

    private static Optional<AddressKind> kind(@Nullable Object kind) {
        if (kind == null) {
            return Optional.empty();
        }
        return switch (kind.toString().toLowerCase(Locale.ROOT)) {
            case "queue" -> Optional.of(AddressKind.QUEUE);
            case "topic" -> Optional.of(AddressKind.TOPIC);
            default -> throw new IllegalArgumentException("Expected kind queue or topic, but got " + kind);
        };
    }
}
