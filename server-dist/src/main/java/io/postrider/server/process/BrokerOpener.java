// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.process;

import io.postrider.api.port.EventLoop;

/** Opens the broker on its store: recovery happens in this call. */
@FunctionalInterface
public interface BrokerOpener {
    /**
     * @param loop the thread that will own the shard; must not be the caller's
     * @throws StartException if the store is in use or damaged, with a text for the operator
     */
    OpenBroker open(EventLoop loop);
}
