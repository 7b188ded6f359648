// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.engine.EngineLink;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.LinkError;

/**
 * One link's hold on its identity (AMQP 1.0 §2.6.1). Owned by the connection's event loop; {@link #stolen} may be called on
 * any thread.
 */
final class LinkIdentity implements LinkRegistry.Owner {
    private final ServerConnection connection;
    private final EngineLink endpoint;
    private final LinkRegistry registry;
    private final LinkRegistry.Key key;
    private final String user;
    private boolean isStolen;

    LinkIdentity(ServerConnection connection, EngineLink endpoint, LinkRegistry registry, boolean isReceiver) {
        this.connection = connection;
        this.endpoint = endpoint;
        this.registry = registry;
        this.user = connection.user();
        this.key =
                new LinkRegistry.Key(connection.virtualHost(), connection.containerId(), endpoint.name(), isReceiver);
    }

    /** Goes on once the identity is this link's, or refuses the link. */
    void take(Runnable go) {
        if (!registry.take(key, this, () -> connection.hand(go))) {
            endpoint.refuse(new ErrorCondition(
                    AmqpError.RESOURCE_LOCKED, "Another user's link has the name '" + endpoint.name() + "'"));
        }
    }

    LinkRegistry.Key key() {
        return key;
    }

    /** Whether another link took the identity, and with it the terminus. */
    boolean isStolen() {
        return isStolen;
    }

    void release() {
        registry.release(key, this);
    }

    @Override
    public String user() {
        return user;
    }

    @Override
    public void stolen(Runnable released) {
        connection.hand(() -> {
            isStolen = true;
            // Gives up everything in the broker before the newcomer asks for it.
            endpoint.detach(true, new ErrorCondition(LinkError.STOLEN, "The link was attached again elsewhere"));
            released.run();
        });
    }
}
