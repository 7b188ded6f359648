// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Container ids held exclusively: those of peers that asked for {@code sole-connection-for-container}, as JMS clients with a
 * client id do. Any thread.
 */
final class ContainerRegistry {
    private record Key(String virtualHost, String containerId) {}

    private final ConcurrentMap<Key, ServerConnection> holders = new ConcurrentHashMap<>();

    /**
     * Takes an id.
     *
     * @param closesExisting whether a connection that holds it is to go; if not, it keeps the id
     * @return whether the connection now holds the id
     */
    boolean claim(String virtualHost, String containerId, ServerConnection connection, boolean closesExisting) {
        Key key = new Key(virtualHost, containerId);
        if (!closesExisting) {
            return holders.putIfAbsent(key, connection) == null;
        }
        ServerConnection former = holders.put(key, connection);
        if (former != null) {
            former.displaced();
        }
        return true;
    }

    void release(String virtualHost, String containerId, ServerConnection connection) {
        holders.remove(new Key(virtualHost, containerId), connection);
    }
}
