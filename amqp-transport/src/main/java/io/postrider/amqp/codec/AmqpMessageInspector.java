// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.codec;

import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;

/** Reads the fields selectors may name from a message's AMQP sections. Stateless; any thread. */
public final class AmqpMessageInspector implements MessageInspector {

    @Override
    public Fields open(Message message) {
        return new MessageFields(message);
    }
}
