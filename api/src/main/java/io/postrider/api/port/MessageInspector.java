// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.message.Message;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a message that selectors may name. Deterministic and stateless; any thread. */
public interface MessageInspector {

    /** The fields of one message, decoded when first asked for. Owned by the caller's thread; short-lived. */
    interface Fields {
        /**
         * @param identifier as written in a selector: a JMS header or property name, or an {@code amqp.} field
         * @return String, Boolean, Byte, Short, Integer, Long, Float or Double; null if absent or not comparable
         */
        @Nullable
        Object get(String identifier);
    }

    Fields open(Message message);
}
