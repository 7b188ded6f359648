// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.engine.EngineSettings;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.BrokerGateway;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What all connections of one listener share. Any thread. */
final class ListenerScope {
    private final AmqpSettings settings;
    private final EngineSettings engineSettings;
    private final ListenerSecurity security;
    private final AddressLimit addresses;
    private final BrokerGateway gateway;
    private final Authenticator authenticator;
    private final ContainerRegistry containers = new ContainerRegistry();
    private final LinkRegistry links = new LinkRegistry();
    private final SuspendedTermini termini;
    private final DynamicNodes nodes;
    private final AtomicInteger openConnections = new AtomicInteger();
    private final AtomicLong connectionCount = new AtomicLong();
    private final String idPrefix = UUID.randomUUID().toString().substring(0, 8);

    ListenerScope(
            AmqpSettings settings, ListenerSecurity security, BrokerGateway gateway, Authenticator authenticator) {
        this.security = security;
        this.addresses = new AddressLimit(security.connectionsPerAddressMax());
        this.settings = settings;
        this.engineSettings = settings.engine();
        this.gateway = gateway;
        this.termini = new SuspendedTermini(gateway);
        this.nodes = new DynamicNodes(gateway);
        this.authenticator = authenticator;
    }

    AmqpSettings settings() {
        return settings;
    }

    ListenerSecurity security() {
        return security;
    }

    AddressLimit addresses() {
        return addresses;
    }

    EngineSettings engineSettings() {
        return engineSettings;
    }

    BrokerGateway gateway() {
        return gateway;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    ContainerRegistry containers() {
        return containers;
    }

    LinkRegistry links() {
        return links;
    }

    SuspendedTermini termini() {
        return termini;
    }

    DynamicNodes nodes() {
        return nodes;
    }

    AtomicInteger openConnections() {
        return openConnections;
    }

    /** Unique among all listeners there ever are, as far as a random prefix can promise it. */
    String nextConnectionId() {
        return idPrefix + "-" + connectionCount.incrementAndGet();
    }
}
