// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.wiring;

import io.postrider.server.config.ServerConfig;
import io.postrider.server.process.BrokerOpener;
import io.postrider.server.process.EventLoops;
import io.postrider.server.process.StoreOpener;
import io.postrider.server.security.ScramUsers;
import io.postrider.server.security.UserMaker;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/**
 * The parts of a server, each made of the parts before it. Singletons rather than normal scopes: those would need
 * proxies, and with them classes that are open and have empty constructors.
 */
@Dependent
class ServerWiring {
    @Produces
    @Singleton
    EventLoops eventLoops(ServerConfig config) {
        return new EventLoops(config.eventLoopsEffective());
    }

    @Produces
    @Singleton
    BrokerOpener brokerOpener(ServerConfig config) {
        return new StoreOpener(config);
    }

    @Produces
    @Singleton
    UserMaker userMaker() {
        return new ScramUsers();
    }
}
