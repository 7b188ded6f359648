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
 * Answers the attaches of one connection: settles who owns the link's identity, finds out what is asked for, and opens the
 * endpoint in the broker. Owned by the connection's event loop.
 */
final class LinkOpener {
    private final ServerConnection connection;
    private final ListenerScope listener;
    private final BrokerGateway gateway;
    private final AddressFinder finder;

    LinkOpener(ServerConnection connection, ListenerScope listener) {
        this.connection = connection;
        this.listener = listener;
        this.gateway = listener.gateway();
        this.finder = new AddressFinder(connection, gateway);
    }

    // ---- the peer sends

    void open(IncomingEndpoint endpoint, Attach attach) {
        if (attach.getTarget() instanceof Coordinator) {
            new CoordinatorLink(connection, endpoint, gateway, attach).open();
        } else if (attach.getTarget() instanceof Target target) {
            LinkIdentity identity = new LinkIdentity(connection, endpoint, listener.links(), false);
            identity.take(() -> open(endpoint, attach, target, identity));
        } else {
            refuse(endpoint, AmqpError.INVALID_FIELD, "Expected a target on link '" + attach.getName() + "'");
        }
    }

    private void open(IncomingEndpoint endpoint, Attach attach, Target target, LinkIdentity identity) {
        if (isGone(endpoint, identity)) {
            return;
        }
        TargetTerms terms = new TargetTerms(
                attach,
                target,
                listener.settings().messageBytesMax(),
                listener.settings().producerCredit());
        Terminus terminus =
                new Terminus(identity.key(), endpoint.session(), target.getExpiryPolicy(), target.getTimeout());
        Terminus former = listener.termini().take(identity.key());
        String address = target.getAddress();
        if (target.getDynamic()) {
            withNode(
                    endpoint,
                    terminus,
                    former,
                    address,
                    terms.capabilities(),
                    target.getDynamicNodeProperties(),
                    node -> {
                        AddressLink link = new AddressLink(
                                connection, endpoint, gateway, terms, node.key().name(), identity, terminus);
                        link.on(node);
                        link.open(node.key(), node.kind());
                    },
                    identity);
        } else if (address == null) {
            new RelayLink(connection, endpoint, gateway, terms, identity, terminus).open();
        } else {
            finder.find(address, terms.capabilities(), refusing(endpoint, identity), named -> {
                if (isGone(endpoint, identity)) {
                    return;
                }
                if (named.subscription() != null) {
                    refuse(
                            endpoint,
                            identity,
                            AmqpError.NOT_ALLOWED,
                            "Expected a topic to send to, but '" + address + "' is one of its subscriptions");
                    return;
                }
                AddressLink link = new AddressLink(connection, endpoint, gateway, terms, address, identity, terminus);
                DynamicNode node = listener.nodes().find(named.key());
                if (node != null) {
                    link.on(node);
                }
                link.open(named.key(), named.kind());
            });
        }
    }

    // ---- the peer receives

    void open(OutgoingEndpoint endpoint, Attach attach) {
        if (attach.getSource() == null) {
            new StoredSubscriptionLink(connection, endpoint, gateway, attach).open();
        } else if (attach.getSource() instanceof Source source) {
            Filters filters = Filters.read(source.getFilter());
            if (filters instanceof Filters.Applied applied) {
                LinkIdentity identity = new LinkIdentity(connection, endpoint, listener.links(), true);
                identity.take(() -> open(endpoint, attach, new SourceTerms(attach, source, applied), identity));
            } else {
                endpoint.refuse(ErrorConditions.condition(((Filters.Refused) filters).rejection()));
            }
        } else {
            refuse(endpoint, AmqpError.NOT_IMPLEMENTED, "Expected a source on link '" + attach.getName() + "'");
        }
    }

    private void open(OutgoingEndpoint endpoint, Attach attach, SourceTerms terms, LinkIdentity identity) {
        if (isGone(endpoint, identity)) {
            return;
        }
        Source source = terms.source();
        Terminus terminus =
                new Terminus(identity.key(), endpoint.session(), source.getExpiryPolicy(), source.getTimeout());
        Terminus former = listener.termini().take(identity.key());
        String address = source.getAddress();
        if (source.getDynamic()) {
            withNode(
                    endpoint,
                    terminus,
                    former,
                    address,
                    terms.capabilities(),
                    source.getDynamicNodeProperties(),
                    node -> {
                        OutgoingLink link = new OutgoingLink(
                                connection, endpoint, gateway, terms, node.key().name(), identity, terminus);
                        link.on(node);
                        link.open(node.key(), node.kind(), null);
                    },
                    identity);
        } else if (address == null) {
            refuse(
                    endpoint,
                    identity,
                    AmqpError.INVALID_FIELD,
                    "Expected a source address on link '" + attach.getName() + "'");
        } else {
            finder.find(address, terms.capabilities(), refusing(endpoint, identity), named -> {
                if (isGone(endpoint, identity)) {
                    return;
                }
                OutgoingLink link = new OutgoingLink(connection, endpoint, gateway, terms, address, identity, terminus);
                DynamicNode node = listener.nodes().find(named.key());
                if (node != null) {
                    link.on(node);
                }
                open(link, terms, named);
            });
        }
    }

    /** Copies mean browsing on a queue and nothing on a topic, so the kind must be known first. */
    private void open(OutgoingLink link, SourceTerms terms, AddressForms.Named named) {
        if (named.kind() != null || !terms.wantsCopies()) {
            link.open(named.key(), named.kind(), named.subscription());
            return;
        }
        gateway.findAddress(named.key(), new Reply<>() {
            @Override
            public void ok(AddressDefinition found) {
                connection.hand(() -> link.open(named.key(), found.kind(), null));
            }

            @Override
            public void rejected(Rejection rejection) {
                connection.hand(() -> link.open(named.key(), null, null));
            }
        });
    }

    // ---- both

    /** The node of the link's former terminus, or a new one (AMQP 1.0 §3.5.3, dynamic). */
    private void withNode(
            EngineLink endpoint,
            Terminus terminus,
            @Nullable Terminus former,
            @Nullable String address,
            Set<Symbol> capabilities,
            java.util.@Nullable Map<?, ?> properties,
            Consumer<DynamicNode> next,
            LinkIdentity identity) {
        DynamicNode known = former == null ? null : former.node();
        if (known != null && (address == null || address.equals(known.key().name()))) {
            terminus.made(known);
            next.accept(known);
            return;
        }
        LifetimePolicy policy = LifetimePolicy.of(properties);
        if (address != null) {
            refuse(
                    endpoint,
                    identity,
                    AmqpError.INVALID_FIELD,
                    "Expected no address on a dynamic terminus, but found '" + address + "'");
        } else if (policy == null) {
            refuse(
                    endpoint,
                    identity,
                    AmqpError.INVALID_FIELD,
                    "Expected dynamic-node-properties with a lifetime-policy of AMQP 1.0 §3.5.10 and symbols as"
                            + " supported-dist-modes");
        } else {
            create(endpoint, terminus, capabilities, policy, next, identity);
        }
    }

    private void create(
            EngineLink endpoint,
            Terminus terminus,
            Set<Symbol> capabilities,
            LifetimePolicy policy,
            Consumer<DynamicNode> next,
            LinkIdentity identity) {
        AddressKind kind = Capabilities.asksForTopic(capabilities) ? AddressKind.TOPIC : AddressKind.QUEUE;
        String owner = Capabilities.asksForTemporary(capabilities)
                ? connection.id()
                : listener.nodes().anybodysOwner(connection.id());
        gateway.createTemporaryAddress(connection.virtualHost(), kind, owner, new Reply<>() {
            @Override
            public void ok(AddressDefinition created) {
                DynamicNode node = listener.nodes().created(created, policy);
                connection.hand(() -> {
                    terminus.made(node);
                    if (endpoint.isAwaited()) {
                        next.accept(node);
                    } else {
                        identity.release();
                        node.creatorGone(() -> connection.hand(() -> endpoint.detach(true, null)));
                    }
                });
            }

            @Override
            public void rejected(Rejection rejection) {
                connection.hand(() -> refusing(endpoint, identity).accept(ErrorConditions.condition(rejection)));
            }
        });
    }

    /** Whether the peer or its session went before there was an answer; then nothing is opened for it. */
    private static boolean isGone(EngineLink endpoint, LinkIdentity identity) {
        if (endpoint.isAwaited()) {
            return false;
        }
        identity.release();
        endpoint.detach(true, null);
        return true;
    }

    private static Consumer<ErrorCondition> refusing(EngineLink endpoint, LinkIdentity identity) {
        return error -> {
            endpoint.refuse(error);
            identity.release();
        };
    }

    private static void refuse(EngineLink endpoint, LinkIdentity identity, Symbol condition, String text) {
        refusing(endpoint, identity).accept(new ErrorCondition(condition, text));
    }

    private static void refuse(EngineLink endpoint, Symbol condition, String text) {
        endpoint.refuse(new ErrorCondition(condition, text));
    }
}
