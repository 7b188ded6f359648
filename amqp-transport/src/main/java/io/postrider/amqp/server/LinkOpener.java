// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.AddressForms;
import io.postrider.amqp.codec.Capabilities;
import io.postrider.amqp.codec.ErrorConditions;
import io.postrider.amqp.codec.Filters;
import io.postrider.amqp.engine.EngineLink;
import io.postrider.amqp.engine.IncomingEndpoint;
import io.postrider.amqp.engine.OutgoingEndpoint;
import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BrokerGateway;
import io.postrider.api.port.Reply;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * Answers the attaches of one connection: finds out what is asked for, settles who owns the link's identity, and opens the
 * endpoint in the broker. Owned by the connection's event loop.
 */
final class LinkOpener {
    private final ServerConnection connection;
    private final ListenerScope listener;
    private final BrokerGateway gateway;

    LinkOpener(ServerConnection connection, ListenerScope listener) {
        this.connection = connection;
        this.listener = listener;
        this.gateway = listener.gateway();
    }

    // ---- the peer sends

    void open(IncomingEndpoint endpoint, Attach attach) {
        if (attach.getTarget() instanceof Coordinator) {
            refuse(endpoint, AmqpError.NOT_IMPLEMENTED, "Transactions are not offered");
        } else if (attach.getTarget() instanceof Target target) {
            open(endpoint, attach, target);
        } else {
            refuse(endpoint, AmqpError.INVALID_FIELD, "Expected a target on link '" + attach.getName() + "'");
        }
    }

    private void open(IncomingEndpoint endpoint, Attach attach, Target target) {
        TargetTerms terms = new TargetTerms(attach, target, listener.settings().messageBytesMax());
        String address = target.getAddress();
        LinkIdentity identity = new LinkIdentity(connection, endpoint, listener.links(), false);
        int window = listener.settings().producerCredit();
        if (target.getDynamic()) {
            withTemporary(endpoint, terms.capabilities(), created -> {
                String name = created.key().name();
                AddressLink link = new AddressLink(
                        connection,
                        endpoint,
                        window,
                        gateway,
                        terms.reply(name),
                        terms.allowsRejected(),
                        identity::release);
                link.owns(created.key());
                identity.take(() -> link.open(created.key(), created.kind()));
            });
        } else if (address == null || address.isEmpty()) {
            RelayLink link =
                    new RelayLink(connection, endpoint, window, gateway, terms.allowsRejected(), identity::release);
            identity.take(() -> link.open(terms.reply(null)));
        } else {
            AddressForms.Form form = AddressForms.read(connection.virtualHost(), address, terms.capabilities());
            if (form instanceof AddressForms.Named named) {
                AddressLink link = new AddressLink(
                        connection,
                        endpoint,
                        window,
                        gateway,
                        terms.reply(address),
                        terms.allowsRejected(),
                        identity::release);
                identity.take(() -> link.open(named.key(), named.kind()));
            } else {
                endpoint.refuse(ErrorConditions.condition(((AddressForms.Refused) form).rejection()));
            }
        }
    }

    // ---- the peer receives

    void open(OutgoingEndpoint endpoint, Attach attach) {
        if (attach.getSource() == null) {
            new StoredSubscriptionLink(connection, endpoint, gateway, attach).open();
        } else if (attach.getSource() instanceof Source source) {
            Filters filters = Filters.read(source.getFilter());
            if (filters instanceof Filters.Applied applied) {
                open(endpoint, attach, source, new SourceTerms(attach, source, applied));
            } else {
                endpoint.refuse(ErrorConditions.condition(((Filters.Refused) filters).rejection()));
            }
        } else {
            refuse(endpoint, AmqpError.NOT_IMPLEMENTED, "Expected a source on link '" + attach.getName() + "'");
        }
    }

    private void open(OutgoingEndpoint endpoint, Attach attach, Source source, SourceTerms terms) {
        LinkIdentity identity = new LinkIdentity(connection, endpoint, listener.links(), true);
        String address = source.getAddress();
        if (source.getDynamic()) {
            withTemporary(endpoint, terms.capabilities(), created -> {
                OutgoingLink link = new OutgoingLink(
                        connection, endpoint, gateway, terms, created.key().name(), identity::release);
                link.owns(created.key());
                identity.take(() -> link.open(created.key(), created.kind()));
            });
        } else if (address == null || address.isEmpty()) {
            refuse(endpoint, AmqpError.INVALID_FIELD, "Expected a source address on link '" + attach.getName() + "'");
        } else {
            AddressForms.Form form = AddressForms.read(connection.virtualHost(), address, terms.capabilities());
            if (form instanceof AddressForms.Named named) {
                OutgoingLink link = new OutgoingLink(connection, endpoint, gateway, terms, address, identity::release);
                identity.take(() -> open(link, terms, named.key(), named.kind()));
            } else {
                endpoint.refuse(ErrorConditions.condition(((AddressForms.Refused) form).rejection()));
            }
        }
    }

    /** Copies mean browsing on a queue and nothing on a topic, so the kind must be known first. */
    private void open(OutgoingLink link, SourceTerms terms, AddressKey key, @Nullable AddressKind kind) {
        if (kind != null || !terms.wantsCopies()) {
            link.open(key, kind);
            return;
        }
        gateway.findAddress(key, new Reply<>() {
            @Override
            public void ok(AddressDefinition found) {
                connection.hand(() -> link.open(key, found.kind()));
            }

            @Override
            public void rejected(Rejection rejection) {
                connection.hand(() -> link.open(key, null));
            }
        });
    }

    // ---- both

    /** Makes an address that lives with the link (AMQP 1.0 §3.5.10). */
    private void withTemporary(EngineLink endpoint, Set<Symbol> capabilities, Consumer<AddressDefinition> next) {
        AddressKind kind = Capabilities.asksForTopic(capabilities) ? AddressKind.TOPIC : AddressKind.QUEUE;
        gateway.createTemporaryAddress(connection.virtualHost(), kind, connection.id(), new Reply<>() {
            @Override
            public void ok(AddressDefinition created) {
                connection.hand(() -> {
                    if (endpoint.isAwaited()) {
                        next.accept(created);
                    } else {
                        gateway.deleteAddress(created.key(), IgnoredReply.address());
                        endpoint.detach(true, null);
                    }
                });
            }

            @Override
            public void rejected(Rejection rejection) {
                connection.hand(() -> endpoint.refuse(ErrorConditions.condition(rejection)));
            }
        });
    }

    private static void refuse(EngineLink endpoint, Symbol condition, String text) {
        endpoint.refuse(new ErrorCondition(condition, text));
    }
}
