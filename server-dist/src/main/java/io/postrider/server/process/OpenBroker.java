// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.process;

import io.postrider.api.port.Authenticator;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.api.port.BrokerGateway;
import io.postrider.store.backup.StoreBackup;

/**
 * A broker that has recovered and serves. Immutable.
 *
 * @param users checks passwords against the broker's users
 * @param backup copies the store while the broker serves
 * @param closing makes everything durable and lets go of the store; not to be called on the broker's event loop
 */
public record OpenBroker(
        BrokerGateway gateway, BrokerAdmin admin, Authenticator users, StoreBackup backup, Runnable closing)
        implements AutoCloseable {
    @Override
    public void close() {
        closing.run();
    }
}
