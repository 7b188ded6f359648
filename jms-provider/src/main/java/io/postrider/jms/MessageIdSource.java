// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.uri.ClientOptions.MessageIdType;
import java.util.UUID;

/** Makes message ids for one producer. Owned by its session's thread. */
final class MessageIdSource {
    private final String prefix;
    private final MessageIdType type;
    private long sequence;

    /** @param producerId {@code ID:<connection>:<session>:<producer>} */
    MessageIdSource(String producerId, MessageIdType type) {
        this.prefix = producerId + "-";
        this.type = type;
    }

    String next() {
        return switch (type) {
            case DEFAULT -> prefix + ++sequence;
            case UUID -> "ID:AMQP_UUID:" + UUID.randomUUID();
            case UUID_STRING -> "ID:AMQP_NO_PREFIX:" + UUID.randomUUID();
            case PREFIXED_UUID_STRING -> "ID:" + UUID.randomUUID();
        };
    }
}
