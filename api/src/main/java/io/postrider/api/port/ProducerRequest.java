// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.port;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import org.jspecify.annotations.Nullable;

/**
 * What a peer wants to send to.
 *
 * @param kind the kind the peer insists on, or null if the address decides (a new one becomes a queue)
 * @param connectionId broker-wide unique id of the connection
 * @param containerId the peer's container id, which no-local subscriptions compare
 * @param user authenticated user
 */
public record ProducerRequest(
        AddressKey address, @Nullable AddressKind kind, String connectionId, String containerId, String user) {}
