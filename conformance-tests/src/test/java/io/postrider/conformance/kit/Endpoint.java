// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

/** Where an AMQP peer listens. */
public interface Endpoint {
    String host();

    int amqpPort();
}
