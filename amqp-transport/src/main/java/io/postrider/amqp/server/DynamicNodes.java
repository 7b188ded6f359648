// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.port.BrokerGateway;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The addresses made for links of this listener, until they are deleted. Any thread. */
final class DynamicNodes {
    private static final String OWNER_PREFIX = "node-";

    private final BrokerGateway gateway;
    private final ConcurrentMap<AddressKey, DynamicNode> nodes = new ConcurrentHashMap<>();
    private final Set<DynamicNode> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicLong ownerCount = new AtomicLong();

    DynamicNodes(BrokerGateway gateway) {
        this.gateway = gateway;
    }

    /** An owner for a node from which any connection may receive; ends with no connection. */
    String anybodysOwner(String connectionId) {
        return OWNER_PREFIX + connectionId + "-" + ownerCount.incrementAndGet();
    }

    static boolean isAnybodys(String owner) {
        return owner.startsWith(OWNER_PREFIX);
    }

    DynamicNode created(AddressDefinition definition, LifetimePolicy policy) {
        DynamicNode node = new DynamicNode(gateway, this, definition, policy);
        nodes.put(definition.key(), node);
        return node;
    }

    @Nullable
    DynamicNode find(AddressKey key) {
        return nodes.get(key);
    }

    void forget(DynamicNode node) {
        nodes.remove(node.key(), node);
        waiting.remove(node);
    }

    /** The node is only kept by messages. */
    void recheckLater(DynamicNode node) {
        waiting.add(node);
    }

    /** Called now and then. */
    void recheck() {
        List<DynamicNode> due = List.copyOf(waiting);
        waiting.removeAll(due);
        due.forEach(DynamicNode::recheck);
    }
}
