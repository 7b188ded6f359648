// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.AddressForms;
import io.postrider.amqp.codec.ErrorConditions;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerGateway;
import io.postrider.api.port.Reply;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/** Finds what the address of a terminus means, asking the broker where the text alone does not tell. Owned by the loop. */
final class AddressFinder {
    /** How Azure's clients name the dead letters of a queue. */
    private static final String DEAD_LETTERS = "/$deadletterqueue";

    private final ServerConnection connection;
    private final BrokerGateway gateway;

    AddressFinder(ServerConnection connection, BrokerGateway gateway) {
        this.connection = connection;
        this.gateway = gateway;
    }

    void find(
            String address,
            Set<Symbol> capabilities,
            Consumer<ErrorCondition> refused,
            Consumer<AddressForms.Named> next) {
        boolean meansDeadLetters = address.toLowerCase(Locale.ROOT).endsWith(DEAD_LETTERS);
        String plain = meansDeadLetters ? address.substring(0, address.length() - DEAD_LETTERS.length()) : address;
        AddressForms.Form form = AddressForms.read(connection.virtualHost(), plain, capabilities);
        if (form instanceof AddressForms.Named named) {
            if (meansDeadLetters) {
                findDeadLetters(named.key(), refused, next);
            } else {
                next.accept(named);
            }
        } else {
            refused.accept(ErrorConditions.condition(((AddressForms.Refused) form).rejection()));
        }
    }

    private void findDeadLetters(AddressKey of, Consumer<ErrorCondition> refused, Consumer<AddressForms.Named> next) {
        gateway.findDeadLetters(of, new Reply<>() {
            @Override
            public void ok(AddressKey found) {
                connection.hand(() -> next.accept(new AddressForms.Named(found, AddressKind.QUEUE)));
            }

            @Override
            public void rejected(Rejection rejection) {
                connection.hand(() -> refused.accept(ErrorConditions.condition(rejection)));
            }
        });
    }
}
