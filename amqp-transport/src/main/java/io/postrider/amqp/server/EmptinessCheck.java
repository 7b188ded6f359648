// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKind;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.Message;
import io.postrider.api.port.BrokerGateway;
import io.postrider.api.port.Consumer;
import io.postrider.api.port.ConsumerRequest;
import io.postrider.api.port.ConsumerRequest.Mode;
import io.postrider.api.port.ConsumerRequest.SubscriptionRequest;
import io.postrider.api.port.DeliverySink;
import io.postrider.api.port.Reply;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Looks once, by browsing, whether an address holds a message. Used once; any thread. */
final class EmptinessCheck implements DeliverySink, Reply<Consumer> {

    /** Hears the answer, once. */
    interface Listener {
        void checked(boolean isEmpty);
    }

    private final BrokerGateway gateway;
    private final AddressDefinition definition;
    private final Listener listener;
    private final AtomicBoolean isAnswered = new AtomicBoolean();
    private volatile @Nullable Consumer consumer;

    EmptinessCheck(BrokerGateway gateway, AddressDefinition definition, Listener listener) {
        this.gateway = gateway;
        this.definition = definition;
        this.listener = listener;
    }

    void start() {
        if (definition.kind() == AddressKind.TOPIC) {
            // A topic keeps nothing for itself.
            answer(true);
            return;
        }
        String owner = String.valueOf(definition.temporaryOwner());
        gateway.openConsumer(
                new ConsumerRequest(
                        definition.key(),
                        definition.kind(),
                        SubscriptionRequest.VOLATILE,
                        null,
                        false,
                        Mode.BROWSE,
                        Outcome.RELEASED,
                        owner,
                        owner,
                        ""),
                this,
                this);
    }

    @Override
    public void ok(Consumer opened) {
        consumer = opened;
        opened.credit(1, true);
    }

    @Override
    public void rejected(Rejection rejection) {
        answer(true);
    }

    @Override
    public void deliver(long deliveryId, Message message, int deliveryCount) {
        answer(false);
    }

    @Override
    public void drained() {
        answer(true);
    }

    @Override
    public void settled(long deliveryId) {
        // Nothing is settled.
    }

    @Override
    public void closed(Rejection reason) {
        answer(true);
    }

    private void answer(boolean isEmpty) {
        if (isAnswered.compareAndSet(false, true)) {
            Consumer open = consumer;
            if (open != null) {
                open.close(Consumer.Close.ORDERLY);
            }
            listener.checked(isEmpty);
        }
    }
}
