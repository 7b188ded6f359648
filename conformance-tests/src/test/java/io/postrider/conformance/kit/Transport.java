// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

/** What carries a raw peer's bytes. */
public enum Transport {
    TCP,
    /** On the AMQP port. */
    WEBSOCKET
}
