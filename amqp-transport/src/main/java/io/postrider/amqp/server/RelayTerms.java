// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.AddressForms;
import io.postrider.amqp.codec.ErrorConditions;
import io.postrider.amqp.codec.MessageAddress;
import io.postrider.amqp.codec.UndecodableMessageException;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.message.Message;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** Where a message on an anonymous link goes, or why nowhere. Immutable. */
sealed interface RelayTerms {

    /** @param kind what the message says the address is, or null if the address decides */
    record Destination(AddressKey key, @Nullable AddressKind kind) implements RelayTerms {}

    record Refused(ErrorCondition error) implements RelayTerms {}

    static RelayTerms of(Message message, String virtualHost) {
        MessageAddress address;
        try {
            address = MessageAddress.of(message);
        } catch (UndecodableMessageException e) {
            return new Refused(new ErrorCondition(ErrorConditions.DECODE_ERROR, e.getMessage()));
        }
        String to = address.to();
        if (to == null || to.isEmpty()) {
            return new Refused(new ErrorCondition(
                    AmqpError.PRECONDITION_FAILED, "Expected the message to say in its 'to' property where it goes"));
        }
        AddressForms.Form form = AddressForms.read(virtualHost, to, address.kind());
        if (form instanceof AddressForms.Named named && named.subscription() == null) {
            return new Destination(named.key(), named.kind());
        }
        return form instanceof AddressForms.Refused refused
                ? new Refused(ErrorConditions.condition(refused.rejection()))
                : new Refused(new ErrorCondition(
                        AmqpError.NOT_ALLOWED, "Expected an address to send to, but '" + to + "' is a subscription"));
    }
}
