// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;

/** Reads the fields selectors may name from a message's AMQP sections. Stateless; any thread. */
public final class AmqpMessageInspector implements MessageInspector {
    private static final byte PROPERTIES = 0x73;

    @Override
    public Fields open(Message message) {
        return new MessageFields(message);
    }

    @Override
    public long groupKey(Message message) {
        return mayHaveGroup(message) ? MessageInspector.super.groupKey(message) : 0;
    }

    @Override
    public boolean closesGroup(Message message) {
        return mayHaveGroup(message) && MessageInspector.super.closesGroup(message);
    }

    /** Most messages have no group, which a look at the length of the properties' list tells: their group-id is its eleventh field (AMQP 1.0 §3.2.4). */
    private static boolean mayHaveGroup(Message message) {
        byte[] encoded = message.encoded();
        int at = message.annotationsLength();
        if (encoded.length < at + 6) {
            return false;
        }
        if (encoded[at] != 0 || (encoded[at + 1] & 0xff) != TypeCodes.SMALL_ULONG) {
            return true; // an unusual descriptor
        }
        if (encoded[at + 2] != PROPERTIES) {
            return false; // the first section is a later one
        }
        return switch (encoded[at + 3] & 0xff) {
            case TypeCodes.LIST0 -> false;
            case TypeCodes.LIST8 -> (encoded[at + 5] & 0xff) > PropertiesFields.GROUP_ID;
            default -> true;
        };
    }
}
