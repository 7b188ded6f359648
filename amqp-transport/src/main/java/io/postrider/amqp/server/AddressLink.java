// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.ErrorConditions;
import io.postrider.amqp.engine.IncomingEndpoint;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.BrokerGateway;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerRequest;
import io.postrider.api.port.Reply;
import org.jspecify.annotations.Nullable;

/**
 * A link whose target is one address. Owned by the connection's event loop.
 *
 * <p>When the link created its address (AMQP 1.0 §3.5.4, dynamic), the address goes with it.
 */
final class AddressLink extends IncomingLink implements Reply<Producer> {
    private final BrokerGateway gateway;
    private final TargetTerms terms;
    private final String address;
    private final LinkIdentity identity;
    private final Terminus terminus;
    private @Nullable DynamicNode node;
    private @Nullable Producer producer;
    private boolean isReleased;

    /** @param address what the granted target says */
    AddressLink(
            ServerConnection connection,
            IncomingEndpoint endpoint,
            BrokerGateway gateway,
            TargetTerms terms,
            String address,
            LinkIdentity identity,
            Terminus terminus) {
        super(connection, endpoint, terms.window(), terms.allowsRejected());
        this.gateway = gateway;
        this.terms = terms;
        this.address = address;
        this.identity = identity;
        this.terminus = terminus;
    }

    /** The address was made for a link, this one or another. */
    void on(DynamicNode dynamic) {
        node = dynamic;
        dynamic.linked();
    }

    void open(AddressKey key, @Nullable AddressKind kind) {
        if (isReleased) {
            return;
        }
        ServerConnection own = connection();
        gateway.openProducer(new ProducerRequest(key, kind, own.id(), own.containerId(), own.user()), this, this);
    }

    @Override
    public void ok(Producer opened) {
        connection().hand(() -> {
            if (isReleased) {
                opened.close();
                return;
            }
            producer = opened;
            endpoint().accept(terms.reply(address, terminus));
            topUp();
        });
    }

    @Override
    public void rejected(Rejection rejection) {
        connection().hand(() -> endpoint().refuse(ErrorConditions.condition(rejection)));
    }

    @Override
    public void closed(Rejection reason) {
        connection().hand(() -> {
            producer = null;
            endpoint().detach(true, ErrorConditions.condition(reason));
        });
    }

    @Override
    void route(Message message, long token) {
        Producer target = producer;
        if (target == null) {
            // Cannot come before the accept grants credit, nor after the release.
            throw new IllegalStateException(
                    "Expected an open producer on link " + endpoint().name());
        }
        publish(target, message, token);
    }

    @Override
    boolean streams(Message head) {
        Producer target = producer;
        return target != null && target.address().kind() == AddressKind.QUEUE;
    }

    @Override
    void release() {
        if (isReleased) {
            return;
        }
        isReleased = true;
        Producer open = producer;
        if (open != null) {
            producer = null;
            open.close();
        }
        DynamicNode used = node;
        if (used != null) {
            used.unlinked();
        }
        identity.release();
    }

    @Override
    void left(boolean isClosed, Runnable then) {
        connection().left(terminus, isClosed || (endpoint().isDetached() && !identity.isStolen()), then);
    }
}
