// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.error;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error a peer named (AMQP 1.0 §2.8.14). Immutable.
 *
 * @param condition symbol; empty if the peer gave none
 * @param description text for humans, or null
 * @param info entries of the info map as text
 */
public record RemoteError(String condition, @Nullable String description, Map<String, String> info) {
    public static final RemoteError NONE = new RemoteError("", null, Map.of());

    public RemoteError {
        info = Map.copyOf(info);
    }

    public static RemoteError of(String condition, @Nullable String description) {
        return new RemoteError(condition, description, Map.of());
    }

    /** One sentence: the description, and the condition behind it. */
    public String text() {
        if (description == null || description.isBlank()) {
            return condition.isEmpty() ? "the peer gave no reason" : condition;
        }
        return condition.isEmpty() ? description : description + " [" + condition + "]";
    }
}
