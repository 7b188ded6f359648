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

    private final ConcurrentMap<Key, String> holders = new ConcurrentHashMap<>();

    /** Whether the connection now holds the id; false if another one does. */
    boolean claim(String virtualHost, String containerId, String connectionId) {
        String holder = holders.putIfAbsent(new Key(virtualHost, containerId), connectionId);
        return holder == null || holder.equals(connectionId);
    }

    void release(String virtualHost, String containerId, String connectionId) {
        holders.remove(new Key(virtualHost, containerId), connectionId);
    }
}
