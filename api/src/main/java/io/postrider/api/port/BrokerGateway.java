// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;

/**
 * What a protocol asks of the broker. Any thread may call; replies, listeners and sinks are called on the shard's thread
 * (which may be the caller's own, during the call).
 */
public interface BrokerGateway {

    /** Opens a sending endpoint, creating the address where its policy allows. */
    void openProducer(ProducerRequest request, ProducerListener listener, Reply<Producer> reply);

    /** Opens a receiving endpoint, creating address and subscription where policy allows. No credit to begin with. */
    void openConsumer(ConsumerRequest request, DeliverySink sink, Reply<Consumer> reply);

    /**
     * Begins a local transaction, which lives in memory until it is committed. It is rolled back when it is open for longer than the broker
     * allows, or when its connection is gone.
     */
    void begin(String connectionId, Reply<Transaction> reply);

    /** Prepared branches of global transactions. */
    Branches branches();

    /** Says what an address is; rejected with {@code NOT_FOUND} if it does not exist. Creates nothing. */
    void findAddress(AddressKey key, Reply<AddressDefinition> reply);

    /** The queue for an address' dead letters; rejected with {@code NOT_FOUND} if there is no such address or it has none. */
    void findDeadLetters(AddressKey of, Reply<AddressKey> reply);

    /** Creates an address with an unguessable name that lives until deleted or until the connection is lost. */
    void createTemporaryAddress(
            String virtualHost, AddressKind kind, String connectionId, Reply<AddressDefinition> reply);

    /** Deletes an address; open endpoints on it are closed with {@code RESOURCE_DELETED}. */
    void deleteAddress(AddressKey key, Reply<AddressDefinition> reply);

    /** Looks a durable subscription up; rejected with {@code NOT_FOUND} if there is none. */
    void findSubscription(SubscriptionKey key, Reply<SubscriptionDefinition> reply);

    /**
     * Deletes a durable subscription; rejected with {@code NOT_FOUND} if there is none and {@code RESOURCE_LOCKED} while
     * consumers are attached.
     */
    void deleteSubscription(SubscriptionKey key, Reply<SubscriptionDefinition> reply);

    /** Where the ends of large messages go. */
    BodyStore bodies();

    /** A connection is gone: its temporary addresses are deleted and its transactions rolled back. Its endpoints were closed before. */
    void connectionClosed(String connectionId);
}
