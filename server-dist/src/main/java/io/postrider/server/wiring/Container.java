// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.wiring;

import io.postrider.server.config.ServerConfig;
import io.postrider.server.process.PostriderServer;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;

/** Weld with our few beans and no class path scanning. Closed after the server it made. */
public final class Container implements AutoCloseable {
    private final WeldContainer weld;

    public Container(ServerConfig config) {
        this.weld = new Weld()
                .disableDiscovery()
                .skipShutdownHook()
                .addExtension(new GivenConfig(config))
                .addBeanClasses(ServerWiring.class, PostriderServer.class)
                .initialize();
    }

    /** A server that has not started yet. */
    public PostriderServer server() {
        return weld.select(PostriderServer.class).get();
    }

    @Override
    public void close() {
        weld.close();
    }

    /** Brings the configuration in, which exists before the container does. */
    static final class GivenConfig implements Extension {
        private final ServerConfig config;

        GivenConfig(ServerConfig config) {
            this.config = config;
        }

        void addConfig(@Observes AfterBeanDiscovery discovery) {
            discovery
                    .<ServerConfig>addBean()
                    .scope(Dependent.class)
                    .addTransitiveTypeClosure(ServerConfig.class)
                    .createWith(ignored -> config);
        }
    }
}
