// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Attached links by identity, over all connections (AMQP 1.0 §2.6.1). Any thread.
 *
 * <p>A newcomer of the same user takes the identity over; the former owner is told by {@link Owner#stolen}, and the newcomer
 * goes on when the former owner has let go.
 */
final class LinkRegistry {
    /**
     * @param isReceiver whether the peer receives
     */
    record Key(String virtualHost, String containerId, String name, boolean isReceiver) {}

    /** Who holds an identity. */
    interface Owner {
        String user();

        /**
         * Another link took the identity. Any thread calls.
         *
         * @param released run once everything the link held is given back
         */
        void stolen(Runnable released);
    }

    private final ConcurrentMap<Key, Owner> owners = new ConcurrentHashMap<>();

    /**
     * Takes an identity.
     *
     * @param go run when it is free, possibly on another thread
     * @return false if it belongs to a link of another user
     */
    boolean take(Key key, Owner newcomer, Runnable go) {
        while (true) {
            Owner former = owners.get(key);
            if (former != null && !former.user().equals(newcomer.user())) {
                return false;
            }
            if (replace(key, former, newcomer)) {
                if (former == null) {
                    go.run();
                } else {
                    former.stolen(go);
                }
                return true;
            }
        }
    }

    private boolean replace(Key key, @Nullable Owner former, Owner newcomer) {
        return former == null ? owners.putIfAbsent(key, newcomer) == null : owners.replace(key, former, newcomer);
    }

    void release(Key key, Owner owner) {
        owners.remove(key, owner);
    }
}
