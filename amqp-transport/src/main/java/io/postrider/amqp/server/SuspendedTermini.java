// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.api.port.BrokerGateway;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The termini of links that are detached and may be attached again, over all connections. Any thread. */
final class SuspendedTermini {
    private final BrokerGateway gateway;
    private final ConcurrentMap<LinkRegistry.Key, Terminus> termini = new ConcurrentHashMap<>();

    SuspendedTermini(BrokerGateway gateway) {
        this.gateway = gateway;
    }

    void add(Terminus terminus) {
        Terminus former = termini.put(terminus.identity(), terminus);
        if (former != null && former.node() != terminus.node()) {
            destroy(former);
        }
    }

    /** The terminus of a link that is attached again; it does not expire any more. */
    @Nullable
    Terminus take(LinkRegistry.Key identity) {
        return termini.remove(identity);
    }

    /** Its time has come; nothing happens if it was taken. */
    void expire(Terminus terminus) {
        if (termini.remove(terminus.identity(), terminus)) {
            destroy(terminus);
        }
    }

    private void destroy(Terminus terminus) {
        DynamicNode node = terminus.node();
        if (node != null) {
            node.creatorGone(() -> {});
        }
        if (terminus.subscription() != null) {
            gateway.deleteSubscription(terminus.subscription(), IgnoredReply.subscription());
        }
    }
}
