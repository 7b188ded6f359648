// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.message.AnnotationKeys;
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

    /**
     * A number for the group of a message (JMSXGroupID, AMQP group-id): equal for equal groups. Two groups may have the same number: then they are
     * treated as one.
     *
     * @return even; 0 for a message of no group
     */
    default long groupKey(Message message) {
        return open(message).get("JMSXGroupID") instanceof String group && !group.isEmpty() ? hash(group) & ~1L : 0;
    }

    /** The number of the group of a message; of one without a group, an odd number for its annotation {@code x-opt-partition-key}, or 0. */
    default long partitionKey(Message message) {
        long group = groupKey(message);
        if (group != 0) {
            return group;
        }
        Object key = open(message).get("m." + AnnotationKeys.PARTITION_KEY);
        return key == null ? 0 : hash(key.toString()) | 1;
    }

    /** Whether a message is the last one of its group: its JMSXGroupSeq is -1. */
    default boolean closesGroup(Message message) {
        return open(message).get("JMSXGroupSeq") instanceof Number number && number.intValue() == -1;
    }

    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash ^= hash >>> 32;
        hash *= 0x9e3779b97f4a7c15L;
        hash ^= hash >>> 29;
        return hash == 0 || hash == 1 ? 2 : hash;
    }
}
