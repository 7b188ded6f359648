// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Counts connections by the peer's address and limits them. Any thread. */
final class AddressLimit {
    private final int max;
    private final ConcurrentMap<String, Integer> counts = new ConcurrentHashMap<>();

    /** @param max 0 for no limit */
    AddressLimit(int max) {
        this.max = max;
    }

    /** Whether one more from there may stay; it counts until {@link #left} either way. */
    boolean entered(String peer) {
        return max == 0 || counts.merge(host(peer), 1, Integer::sum) <= max;
    }

    void left(String peer) {
        if (max != 0) {
            counts.computeIfPresent(host(peer), (host, count) -> count > 1 ? count - 1 : null);
        }
    }

    /** The address without the port. */
    private static String host(String peer) {
        int colon = peer.lastIndexOf(':');
        return colon < 0 ? peer : peer.substring(0, colon);
    }
}
