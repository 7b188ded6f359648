// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.ErrorConditions;
import io.postrider.amqp.engine.IncomingEndpoint;
import io.postrider.api.address.AddressKind;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.BrokerGateway;
import io.postrider.api.port.Producer;
import io.postrider.api.port.ProducerListener;
import io.postrider.api.port.ProducerRequest;
import io.postrider.api.port.Reply;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * A link without a target address: each message says where it goes (the capability {@code ANONYMOUS-RELAY}). Owned by the
 * connection's event loop.
 *
 * <p>Keeps a few producers open, the least recently used going first. While one is being opened its messages wait, which
 * their number limits by the link's credit.
 */
final class RelayLink extends IncomingLink {
    private static final int OPEN_PRODUCERS_MAX = 64;
    private static final Symbol DELIVERY_TAG = Symbol.valueOf("delivery-tag");

    private final BrokerGateway gateway;
    private final Map<RelayTerms.Destination, Target> targets = new LinkedHashMap<>(16, 0.75f, true);
    private final TargetTerms terms;
    private final LinkIdentity identity;
    private final Terminus terminus;
    private boolean isReleased;
    /** Tags of the deliveries whose fate is not known: a refusal names the delivery by it. */
    private final Map<Long, byte[]> tags = new HashMap<>();

    RelayLink(
            ServerConnection connection,
            IncomingEndpoint endpoint,
            BrokerGateway gateway,
            TargetTerms terms,
            LinkIdentity identity,
            Terminus terminus) {
        super(connection, endpoint, terms.window(), terms.allowsRejected());
        this.gateway = gateway;
        this.terms = terms;
        this.identity = identity;
        this.terminus = terminus;
    }

    void open() {
        endpoint().accept(terms.reply(null, terminus));
        topUp();
    }

    @Override
    void route(Message message, long token) {
        tags.put(token, endpoint().deliveryTag());
        RelayTerms terms = RelayTerms.of(message, connection().virtualHost());
        if (terms instanceof RelayTerms.Destination destination) {
            route(message, token, destination);
        } else {
            refuse(token, ((RelayTerms.Refused) terms).error());
        }
    }

    @Override
    boolean streams(Message head) {
        if (!(RelayTerms.of(head, connection().virtualHost()) instanceof RelayTerms.Destination destination)) {
            return false;
        }
        if (destination.kind() == AddressKind.QUEUE) {
            return true; // if it is something else, the message is refused
        }
        Target target = targets.get(destination);
        Producer open = target == null ? null : target.producer;
        return open != null && open.address().kind() == AddressKind.QUEUE;
    }

    private void route(Message message, long token, RelayTerms.Destination destination) {
        Target target = targets.get(destination);
        if (target == null) {
            target = new Target(destination);
            targets.put(destination, target);
            evict();
            target.open();
        }
        target.publish(message, token);
    }

    private void evict() {
        if (targets.size() > OPEN_PRODUCERS_MAX) {
            var eldest = targets.values().iterator();
            Target target = eldest.next();
            // One that is still being opened holds messages and must stay.
            if (target.producer != null) {
                eldest.remove();
                target.close();
            }
        }
    }

    @Override
    public void closed(Rejection reason) {
        // Only the targets are producers; each has its own listener.
    }

    /** Nobody would learn otherwise that a message went nowhere. */
    @Override
    boolean isFatalWhenSettled(Rejection rejection) {
        return true;
    }

    @Override
    void finished(long token) {
        tags.remove(token);
    }

    @Override
    void describe(long token, ErrorCondition error) {
        byte[] tag = tags.get(token);
        if (tag != null) {
            Map<Symbol, Object> info = new LinkedHashMap<>();
            Map<?, ?> known = error.getInfo();
            if (known != null) {
                known.forEach((key, value) -> info.put(Symbol.valueOf(key.toString()), value));
            }
            info.put(DELIVERY_TAG, new Binary(tag));
            error.setInfo(info);
        }
    }

    @Override
    void release() {
        if (isReleased) {
            return;
        }
        isReleased = true;
        targets.values().forEach(Target::close);
        targets.clear();
        identity.release();
    }

    /** One full destination holds the whole link: its credit is for whatever comes next. */
    private void holdIfAnyBlocked() {
        hold(targets.values().stream().anyMatch(target -> target.isBlocked));
    }

    private record Waiting(Message message, long token) {}

    /** One destination of the link's messages. */
    private final class Target implements Reply<Producer>, ProducerListener {
        private final RelayTerms.Destination destination;
        private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        private @Nullable Producer producer;
        private @Nullable Rejection refusal;
        private boolean isClosed;
        private boolean isBlocked;

        Target(RelayTerms.Destination destination) {
            this.destination = destination;
        }

        void open() {
            ServerConnection own = connection();
            gateway.openProducer(
                    new ProducerRequest(destination.key(), destination.kind(), own.id(), own.containerId(), own.user()),
                    this,
                    this);
        }

        void publish(Message message, long token) {
            Producer open = producer;
            Rejection refused = refusal;
            if (open != null) {
                RelayLink.this.publish(open, message, token);
            } else if (refused != null) {
                answered(token, refused);
            } else {
                waiting.add(new Waiting(message, token));
            }
        }

        void close() {
            isClosed = true;
            isBlocked = false;
            holdIfAnyBlocked();
            for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
                dropped(next.token());
            }
            Producer open = producer;
            if (open != null) {
                producer = null;
                open.close();
            }
        }

        @Override
        public void ok(Producer opened) {
            connection().hand(() -> {
                if (isClosed || isReleased) {
                    opened.close();
                    return;
                }
                producer = opened;
                for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
                    RelayLink.this.publish(opened, next.message(), next.token());
                }
            });
        }

        @Override
        public void rejected(Rejection rejection) {
            connection().hand(() -> gone(rejection));
        }

        @Override
        public void closed(Rejection reason) {
            connection().hand(() -> gone(reason));
        }

        /** The next message for this destination tries anew. */
        private void gone(Rejection reason) {
            producer = null;
            refusal = reason;
            isBlocked = false;
            targets.remove(destination, this);
            holdIfAnyBlocked();
            for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
                refuse(next.token(), ErrorConditions.condition(reason));
            }
        }

        @Override
        public void published(long token, @Nullable Rejection rejection) {
            RelayLink.this.published(token, rejection);
        }

        @Override
        public void blocked(Rejection reason) {
            connection().hand(() -> {
                isBlocked = !isClosed;
                holdIfAnyBlocked();
            });
        }

        @Override
        public void unblocked() {
            connection().hand(() -> {
                isBlocked = false;
                holdIfAnyBlocked();
            });
        }
    }
}
